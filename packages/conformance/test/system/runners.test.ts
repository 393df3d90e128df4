import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ProgramFolder } from '../support/program-folder.ts';

/** A suite of a sound transport and of one whose errors have no type. */
const source = (entry: string): string => `
import { transportSuite } from '@towline/conformance/${entry}';
import { MemoryNetwork } from '@towline/transport-memory';

const rig = () => {
  const network = new MemoryNetwork();
  return { dialler: network.endpoint('dialler'), listener: network.endpoint('listener'), cut: () => network.cut('dialler', 'listener') };
};

await transportSuite('sound', { setup: rig });
await transportSuite('broken', {
  setup: () => {
    const { dialler, listener } = rig();
    const send = dialler.send.bind(dialler);
    dialler.send = (to, ...rest) => to === 'nobody-of-this-name' ? Promise.reject(new Error('who?')) : send(to, ...rest);
    return { dialler, listener };
  },
});
`;

const folder = new ProgramFolder({ 'node.test.js': source('node-test'), 'runner.test.js': source('vitest') });
afterAll(() => folder[Symbol.dispose]());

describe('node --test', () => {
  const { status, output } = folder.node('--test', '--test-reporter=tap', 'node.test.js');

  it('tells what passed, what failed and what was skipped', () => {
    expect(status).toBe(1);
    expect(output).toMatch(/^ +ok \d+ - W1 messages arrive whole, both ways, whatever their segments$/m);
    expect(output).toMatch(/^ +ok \d+ - S1 a stranger .* # SKIP hostile not declared$/m);
    expect(output.match(/^ +not ok .*/gm)).toEqual([
      expect.stringMatching(/not ok \d+ - L9 sending to nobody rejects with a typed error$/),
    ]);
  });

  it('prints the rule, what was expected, what was seen and the guide', () => {
    expect(output).toContain('rule L9 is broken');
    expect(output).toContain('expected: a send to nobody to reject with a DownloadError');
    expect(output).toContain('seen: Error: who?');
    expect(output).toContain('see docs/writing-a-transport.md#errors-and-aborts');
  });
});

describe('vitest', () => {
  const { status, output } = folder.node(
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=verbose',
    '--no-color',
    'runner.test.js',
  );

  it('tells what passed, what failed and what was skipped', () => {
    expect(status).toBe(1);
    expect(output).toMatch(/✓ .* > W1 messages arrive whole, both ways, whatever their segments/);
    expect(output).toMatch(/↓ .* > S1 a stranger .* \(skipped: hostile not declared\)/);
    expect(output.match(/× .*/g)).toEqual([expect.stringContaining('broken > L9 sending to nobody rejects')]);
    expect(output).toMatch(/Tests +1 failed \| 22 passed \| 9 skipped/);
  });

  it('prints the rule, what was expected, what was seen and the guide', () => {
    expect(output).toContain('rule L9 is broken');
    expect(output).toContain('expected: a send to nobody to reject with a DownloadError');
    expect(output).toContain('seen: Error: who?');
    expect(output).toContain('see docs/writing-a-transport.md#errors-and-aborts');
  });
});

describe('the programs of the README', () => {
  const text = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const programs = Object.fromEntries(
    [...text.matchAll(/^```js\n\/\/ (\S+)\n([^]*?)^```$/gm)].map(([, name = '', program = '']) => [name, program]),
  );
  const readme = new ProgramFolder(programs);
  afterAll(() => readme[Symbol.dispose]());

  it('are all taken from its text', () => {
    expect(Object.keys(programs)).toEqual([
      'texts.js',
      'texts.test.js',
      'my-transport.test.js',
      'faults.test.js',
      'own-runner.js',
    ]);
  });

  it.each(['texts.test.js', 'my-transport.test.js', 'faults.test.js'])('%s passes', (name) => {
    const { status, output } = readme.node('--test', '--test-reporter=tap', name);
    expect({ status, failed: output.match(/^ *not ok .*/gm) }).toEqual({ status: 0, failed: null });
  });

  it('own-runner.js tells what passed and what was skipped', () => {
    const { status, output } = readme.node('own-runner.js');
    const lines = output.trim().split('\n');
    expect(status).toBe(0);
    expect(lines).toContain('passed W1 in-order');
    expect(lines).toContain('skipped hostile-bytes: hostile not declared');
    expect(lines.filter((line) => !/^(passed|skipped) /.test(line))).toEqual([]);
  });
});
