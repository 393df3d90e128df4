import { describe, expect, it } from 'vitest';
import { isSafetensorsError, readStateDict, writeStateDict } from '../../src/safetensors/index.ts';
import { entry, file } from './support/files.ts';
import { fixtureBytes, fixtures, fixturesPresent, type Fixture } from './support/fixtures.ts';

/** Of what the reference takes and its README does not settle, these are refused here. */
const REFUSED_EITHER = [/^either-dup-/, /^either-info-as-array/];

function isExpectedToRead({ policy, valid, file: name }: Fixture): boolean {
  return policy === 'must' ? valid : !REFUSED_EITHER.some((pattern) => pattern.test(name));
}

function verdict(bytes: Uint8Array): boolean {
  try {
    readStateDict(bytes);
    return true;
  } catch (error) {
    // A crash is no verdict.
    if (!isSafetensorsError(error)) throw error;
    return false;
  }
}

// Shown as skipped where ../shared/fixtures is missing.
describe.runIf(fixturesPresent)('every fixture of ../shared/fixtures', () => {
  it.each(fixtures.map((fixture) => [fixture.rule, fixture.file, fixture.why, fixture] as const))(
    '%s %s: %s',
    (_rule, name, _why, fixture) => {
      expect(verdict(fixtureBytes(`files/${name}`))).toBe(isExpectedToRead(fixture));
    },
  );

  const canonical = fixtures.filter((fixture) => fixture.canonical !== undefined && isExpectedToRead(fixture));
  it.each(canonical.map((fixture) => [fixture.file, fixture.canonical?.file ?? ''] as const))(
    'W1 W2 %s is written as the reference writes it',
    (name, canonicalName) => {
      const written = writeStateDict(readStateDict(fixtureBytes(`files/${name}`)));
      expect(Buffer.from(written).equals(fixtureBytes(canonicalName))).toBe(true);
    },
  );
});

describe('own small files, in any case', () => {
  it('R15 R14 reads an empty file and refuses one with a trailing byte', () => {
    expect(verdict(file('{}'))).toBe(true);
    expect(verdict(file('{}', 1))).toBe(false);
  });

  it('W1 W2 writes the widest dtype first, fields in their order, padded to 8 bytes', () => {
    const entries = [entry('b', 'U8', '[1]', '[0,1]'), entry('a', 'U16', '[1]', '[1,3]')];
    const expected = `{${entry('a', 'U16', '[1]', '[0,2]')},${entry('b', 'U8', '[1]', '[2,3]')}}`;
    const written = writeStateDict(readStateDict(file(`{${entries.join(',')}}`, Uint8Array.of(7, 8, 9))));
    const padded = expected.padEnd(Math.ceil(expected.length / 8) * 8);
    expect(Buffer.from(written).equals(file(padded, Uint8Array.of(8, 9, 7)))).toBe(true);
  });
});
