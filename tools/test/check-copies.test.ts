import { describe, expect, it } from 'vitest';
import { copyViolations } from '../check-copies.mjs';

const path = 'packages/adapter-planted/src/planted.ts';
const violations = (text: string, reviewed = {}, others = ''): string[] =>
  copyViolations(
    [
      [
        { path, text },
        { path: 'packages/adapter-planted/src/other.ts', text: others },
      ],
    ],
    reviewed,
  );

describe('a copy of bytes', () => {
  it.each([
    ['Buffer.concat(pieces);'],
    ['structuredClone(message);'],
    ['bytes.copy(target);'],
    ['bytes.copyWithin(0, 8);'],
    ['this.#held.set(bytes, at);'],
    ['const bytes = new Uint8Array(8); bytes.set(other);'],
    ['chunk.data.slice();'],
    ['data?.slice(8);'],
    ['(await read()).slice();'],
    ['function bytesOf(text: string): Uint8Array { return bytes; } bytesOf(text).slice();'],
    ['new Uint8Array(bytes);'],
    ['function copy(bytes: Uint8Array) { return new Float32Array(bytes); }'],
    ['Buffer.from(bytes);'],
    ['Uint8Array.from(bytes);'],
    ['const held: Uint8Array[] = []; function first(held: Uint8Array) { held.slice(); }'],
    ['type Bytes = Uint8Array; function copy(bytes: Bytes) { bytes.slice(); }'],
    ['class Bytes extends Uint8Array {} function copy(bytes: Bytes) { bytes.slice(); }'],
  ])('is seen in %s', (text) => {
    expect(violations(text)).toEqual([
      expect.stringMatching(/^packages\/adapter-planted\/src\/planted\.ts:1: .* may copy/u),
    ]);
  });

  it('is seen where another file has a list of the same name', () => {
    expect(violations('function f(held: Uint8Array) { held.slice(); }', {}, 'const held: number[] = [];')).toHaveLength(
      1,
    );
  });

  it('is told with its line and its text', () => {
    expect(violations('\n\nwhole\n  .set(part,\n at);')).toEqual([
      `${path}:4: whole .set(part, at) may copy a body: copy by packages/downloader-core/src/base/copies.ts`,
    ]);
  });
});

describe('what evidently copies no bytes', () => {
  it.each([
    ['copyInto(target, bytes, at);'],
    ['bytes.subarray(8);'],
    ['new Uint8Array(8);'],
    ['new Uint8Array(a.length + 8);'],
    ['new Uint8Array(Math.max(a, b));'],
    ['function make(bytes: number) { return new Uint8Array(bytes); }'],
    ['function sizeOf(batch: Batch): number { return 8; } new Uint8Array(sizeOf(batch));'],
    ['new Uint8Array(array.buffer, 0, 8);'],
    ['new Uint8Array(memory.buffer);'],
    ['Buffer.from(text, "utf8");'],
    ['const held = new Map(); held.set(key, bytes);'],
    ['class Table { readonly #held = new Map(); add() { this.#held.set(key, bytes); } }'],
    ['interface Ref { readonly receivers: ReadonlyMap<string, Receiver>; } ref.receivers.set(id, receiver);'],
    ['function cut(text: string | undefined) { return text?.slice(8); }'],
    ['function cut(shape: readonly number[]) { return shape.slice(8); }'],
    ['type Shape = readonly number[]; function cut(shape: Shape) { return shape.slice(8); }'],
    ['class Table {} const held = new Table(); held.set(key, bytes);'],
    ['value.toString(16).slice(2);'],
    ['[...bytes].slice(2);'],
    ['this.#slice(bytes);'],
  ])('passes: %s', (text) => {
    expect(violations(text)).toEqual([]);
  });

  it('may be declared in another file of the package', () => {
    expect(violations('held.set(key, bytes);', {}, 'export const held = new Map();')).toEqual([]);
  });
});

describe('a review', () => {
  it('lets one call stand, and no other of the file', () => {
    const reviewed = { [path]: { 'head.set(header, 12)': 'a header' } };
    expect(violations('head.set(header, 12); head.set(body, 12);', reviewed)).toEqual([
      expect.stringContaining('head.set(body, 12)'),
    ]);
  });

  it('lets a folder stand', () => {
    expect(violations('head.set(header, 12);', { 'packages/adapter-planted/src/': 'headers' })).toEqual([]);
  });

  it.each([
    [{ [path]: { 'head.set(header, 12)': 'a header' } }],
    [{ 'packages/adapter-planted/src/gone.ts': { 'head.set(header, 12)': 'a header' } }],
    [{ 'packages/adapter-planted/src/gone/': 'headers' }],
  ])('of what is not there is told: %j', (reviewed) => {
    expect(violations('copyInto(head, header, 12);', reviewed)).toEqual([expect.stringContaining('not there')]);
  });
});
