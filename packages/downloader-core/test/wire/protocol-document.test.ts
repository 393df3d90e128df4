import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { type CoreErrorCode, errorCodes } from '../../src/base/error-codes.ts';
import { loadHasher } from '../../src/base/hash.ts';
import { ChunkDigest } from '../../src/wire/chunk-digest.ts';
import { cutMessage, type Uncut } from '../../src/wire/cut.ts';
import type { Field } from '../../src/base/fields.ts';
import { readHeader, writeHeader } from '../../src/wire/header.ts';
import * as limits from '../../src/wire/limits.ts';
import { type BodyPart, type Message, messageSchemas } from '../../src/wire/messages.ts';
import { unpack } from '../../src/wire/pack.ts';
import { segmentsOf } from '../../src/wire/slices.ts';
import { textOf } from '../support/objects.ts';
import { recordSession, type RecordedMessage } from '../support/session.ts';

const text = readFileSync(fileURLToPath(new URL('../../../../docs/protocol.md', import.meta.url)), 'utf8');
const hasher = await loadHasher();
const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The part of the page under a heading, without those below it. */
function section(heading: string): string {
  const [, rest = ''] = text.split(`\n${heading}\n`);
  const [own = ''] = rest.split(/\n#+ /);
  return own;
}

/** The rows of the first table of a section, without its head. */
function rowsOf(heading: string): string[][] {
  const lines = section(heading)
    .split('\n')
    .filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

interface Example {
  readonly message: Message;
  readonly bytes: Uint8Array;
}

/** Each message that stands in the page as JSON, followed by its bytes. */
const examples: Example[] = [...text.matchAll(/```json\n(.*?)```\n\n```hex\n(.*?)```/gs)].map(
  ([, json = '', hex = '']) => ({
    message: JSON.parse(json, (_, value: unknown) =>
      typeof value === 'string' && value.startsWith('hex:') ? fromHex(value.slice(4)) : value,
    ) as Message,
    bytes: fromHex(hex),
  }),
);
const kinds = Object.keys(messageSchemas) as Message['kind'][];

/** The fields of a schema with those of its maps, by path, and whether they are needed; `body` has a table of its own. */
function fieldsOf({ shape = {} }: Field<unknown>, path = ''): [string, string][] {
  return Object.entries(shape).flatMap(([name, field]): [string, string][] => {
    if (path === '' && name === 'kind') return [];
    const own: [string, string] = [`${path}${name}`, field.isOptional ? 'no' : 'yes'];
    return field.shape && name !== 'body' ? [own, ...fieldsOf(field, `${path}${name}.`)] : [own];
  });
}

const schemaOf = (kind: Message['kind']): Field<unknown> => messageSchemas[kind];

/** Values of each type of the page that pass, and values that do not. */
const values = new Map<string, { readonly right: readonly unknown[]; readonly wrong: readonly unknown[] }>(
  Object.entries({
    id: { right: ['x', 'x'.repeat(128)], wrong: ['', 'x'.repeat(129), 7] },
    code: { right: ['x', 'x'.repeat(64)], wrong: ['', 'x'.repeat(65), 7] },
    reason: { right: ['', 'x'.repeat(2000)], wrong: ['x'.repeat(2001), 7] },
    count: { right: [0, 2 ** 53 - 1], wrong: [-1, 0.5, 2 ** 53, '1'] },
    ordinal: { right: [1, 2 ** 53 - 1], wrong: [0, -1, 1.5, 2 ** 53] },
    'count from 65536': { right: [65_536], wrong: [65_535, 70_000.5] },
    'count from 131072': { right: [131_072], wrong: [131_071, 140_000.5] },
    duration: { right: [0.5, 1, 2 ** 40], wrong: [0, -1, '1'] },
    hash: { right: [new Uint8Array(8)], wrong: [new Uint8Array(7), new Uint8Array(9), 'x'] },
    flag: { right: [true, false], wrong: [1, 'true', null] },
    map: { right: [], wrong: [7, 'x', []] },
    body: { right: [], wrong: [7, {}, []] },
    'list of count': { right: [[1, 2]], wrong: [7, [-1], ['x']] },
    'list of text': {
      right: [[], ['x'.repeat(64)]],
      wrong: [7, [7], ['x'.repeat(65)], Array.from({ length: 65 }, () => 'x')],
    },
    'eof or error': { right: ['eof', 'error'], wrong: ['ok', ''] },
    'success or failed': { right: ['success', 'failed'], wrong: ['ok', ''] },
  }),
);

const mapIn = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

/** A message with the field at `path` changed, or left out when the value is undefined. */
function withField(message: object, path: string, value: unknown): Message {
  const [name = '', ...rest] = path.split('.');
  const fields = message as Readonly<Record<string, unknown>>;
  const inner = rest.length === 0 ? value : withField(mapIn(fields[name]), rest.join('.'), value);
  return { ...fields, [name]: inner } as unknown as Message;
}

const isRead = (message: Message): boolean => readHeader(writeHeader(message)).is === 'message';

/** The example of a kind that has the map of a nested field, if it is nested. */
function exampleWith(kind: string, path: string): Message {
  const [outer = '', inner] = path.split('.');
  const ofKind = examples.filter(({ message }) => message.kind === kind).map(({ message }) => message);
  const fitting = ofKind.find((message) => inner === undefined || Object.hasOwn(message, outer));
  return fitting as Message;
}

describe('docs/protocol.md', () => {
  it('W7 has the table and an example of every kind', () => {
    expect(new Set(examples.map(({ message }) => message.kind))).toEqual(new Set(kinds));
    for (const kind of kinds) expect(rowsOf(`### ${kind}`).length).toBeGreaterThan(0);
  });

  it.each(examples.map((example, index) => [index, example.message.kind, example] as const))(
    'W7 example %d, a %s, decodes and encodes to the recorded bytes',
    (_, __, { message, bytes }) => {
      expect(readHeader(bytes)).toEqual({ is: 'message', message });
      expect(toHex(writeHeader(message))).toBe(toHex(bytes));
    },
  );

  it.each(kinds)('W7 the table of %s has the fields of its schema, needed or not', (kind) => {
    const rows = rowsOf(`### ${kind}`).map(([field, , needed]) => [field, needed]);
    expect(new Map(rows as [string, string][])).toEqual(new Map(fieldsOf(schemaOf(kind))));
  });

  it('W4 the table of bodies has the fields of its schema', () => {
    const { shape } = schemaOf('chunk');
    const rows = rowsOf('## Bodies').map(([field, , needed]) => [field, needed]);
    expect(rows).toEqual(fieldsOf(shape?.['body'] as Field<unknown>));
  });

  const fields = kinds.flatMap((kind) =>
    rowsOf(`### ${kind}`).map(([path = '', type = '', needed = '']) => [kind, path, type, needed] as const),
  );
  it.each(fields)('W7 %s.%s is of the type %s and needed: %s', (kind, path, type, needed) => {
    const message = exampleWith(kind, path);
    const { right, wrong } = values.get(type) ?? { right: [], wrong: [] };
    expect(wrong).not.toEqual([]);
    for (const value of right) expect(isRead(withField(message, path, value))).toBe(true);
    for (const value of wrong) expect(isRead(withField(message, path, value))).toBe(false);
    expect(isRead(withField(message, path, undefined))).toBe(needed === 'no');
  });

  it('W4 tells the limits that the code has', () => {
    expect(rowsOf('### Limits').map(([, bytes = '']) => Number(bytes.replaceAll(',', '')))).toEqual([
      limits.maxHeaderBytes,
      limits.maxStateBytes,
      limits.maxChunkBytes,
      limits.maxRequestBytes,
      limits.defaultDescriptionBytes,
      limits.leastMessageBytes,
    ]);
  });

  it('L9 says of each code whether it is tried again, and what it means, as the table of codes does', () => {
    const rows = rowsOf('## Codes');
    expect(rows.length).toBeGreaterThan(20);
    for (const [code = '', again, meaning] of rows) {
      const entry = errorCodes[code as CoreErrorCode];
      expect([code, again, meaning]).toEqual([code, entry.retryable ? 'yes' : 'no', entry.meaning]);
    }
  });

  it.each(['pull', 'described', 'chunk'])(
    'I1 the recorded body of a %s has the checksum and segments of its header',
    (kind) => {
      const bodies = [...section(`### ${kind}`).matchAll(/body `([0-9a-f]+)`/g)].map(([, hex = '']) => fromHex(hex));
      expect(bodies).toHaveLength(1);
      const [bytes = new Uint8Array(0)] = bodies;
      const carrying = examples.map(({ message }) => message).filter((message) => message.kind === kind) as {
        body: BodyPart;
      }[];
      const { body } = carrying.find((message) => toHex(message.body.checksum) === toHex(hasher.checksum([bytes]))) as {
        body: BodyPart;
      };
      const segments = segmentsOf([bytes], body.lengths);
      expect(segments.reduce((sum, segment) => sum + segment.byteLength, 0)).toBe(bytes.byteLength);
      if (kind === 'chunk')
        expect([...segments.slice(0, -1).map(textOf), unpack(segments.at(-1) as Uint8Array)]).toEqual([
          'ab',
          'c',
          { next: 1 },
        ]);
    },
  );

  it('W4 the two parts of the large body are what cutting makes of it', () => {
    const parts = examples.filter(({ message }) => 'body' in message && message.body.parts === 2);
    const [{ body, ...message }] = parts.map(({ message }) => message) as [Message & { body: BodyPart }];
    const whole = new Uint8Array(200_000).map((_, k) => k % 251);
    const segments = segmentsOf([whole], body.lengths);
    const cut = cutMessage(message as Uncut, segments, hasher.checksum(segments), limits.leastMessageBytes);
    expect(cut.map(({ header }) => toHex(header))).toEqual(parts.map(({ bytes }) => toHex(bytes)));
  });

  it('I2 the example of a digest is right', () => {
    const [one = '', two = '', both = ''] = [...section('## Digest of a pull').matchAll(/`([0-9a-f]{16})`/g)]
      .map(([, hex = '']) => hex)
      .slice(1);
    const digest = new ChunkDigest(hasher);
    expect(section('## Digest of a pull')).toContain(`\`${toHex(digest.digest())}\``);
    digest.add(fromHex(one));
    digest.add(fromHex(two));
    expect(toHex(digest.digest())).toBe(both);
  });

  it('W7 a whole transfer goes over the wire byte for byte as it is recorded', async () => {
    expect(recordedIn(section('## A transfer, message by message'))).toEqual(await recordSession());
  });
});

/** The messages of a `session` block: sender and kind, then the header and, if there is one, the body. */
function recordedIn(page: string): RecordedMessage[] {
  const [, block = ''] = /```session\n(.*?)```/s.exec(page) ?? [];
  return block
    .split(/\n(?=\S)/)
    .filter((message) => message.trim() !== '')
    .map((message) => {
      const [title = '', ...lines] = message.trimEnd().split('\n');
      const [from = '', kind = ''] = title.split(' ');
      const [header = '', body = ''] = lines
        .map((line) => line.trim())
        .join('')
        .split('body:');
      return { from, kind, header, body };
    });
}
