import { describe, expect, it } from 'vitest';
import { decodeManifest, encodeManifest, type Manifest } from '../../src/manifest/codec.ts';

const encode = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const file = { type: 'file', path: 'a', size: 1, executable: false, mtimeMs: 0 };

describe('a manifest', () => {
  it('is read as it was written', () => {
    const manifest: Manifest = {
      v: 1,
      entries: [
        { type: 'folder', path: 'ä', mtimeMs: 1.5 },
        { type: 'file', path: 'ä/文', size: 2 ** 53 - 1, executable: true, mtimeMs: -1_000 },
        { type: 'link', path: 'b', target: 'ä/文' },
      ],
    };
    expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest);
  });

  it('may have fields that a later version added; they are left out', () => {
    expect(decodeManifest(encode({ v: 1, entries: [{ ...file, owner: 'x' }], more: true }))).toEqual({
      v: 1,
      entries: [file],
    });
  });

  it.each([
    ['no JSON', Buffer.from('{')],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['another version', encode({ v: 2, entries: [] })],
    ['no entries', encode({ v: 1 })],
    ['a list', encode([])],
    ['nothing', encode(null)],
    ['an entry of no type', encode({ v: 1, entries: [{ path: 'a' }] })],
    ['a device', encode({ v: 1, entries: [{ ...file, type: 'device' }] })],
    ['a negative size', encode({ v: 1, entries: [{ ...file, size: -1 }] })],
    ['a size beyond 2^53', encode({ v: 1, entries: [{ ...file, size: 2 ** 53 }] })],
    ['a broken size', encode({ v: 1, entries: [{ ...file, size: 1.5 }] })],
    ['a size as text', encode({ v: 1, entries: [{ ...file, size: '1' }] })],
    ['a path that is no text', encode({ v: 1, entries: [{ ...file, path: ['a'] }] })],
    ['a time that is none', encode({ v: 1, entries: [{ ...file, mtimeMs: 1e300 }] })],
    ['a time as text', encode({ v: 1, entries: [{ ...file, mtimeMs: '0' }] })],
    ['a folder without a time', encode({ v: 1, entries: [{ type: 'folder', path: 'a' }] })],
    ['rights that are none', encode({ v: 1, entries: [{ ...file, executable: 1 }] })],
    ['a link without a target', encode({ v: 1, entries: [{ type: 'link', path: 'a' }] })],
    ['a target that is no text', encode({ v: 1, entries: [{ type: 'link', path: 'a', target: 1 }] })],
    ['entries that are a map', encode({ v: 1, entries: { 0: file } })],
    ['an entry that is a list', encode({ v: 1, entries: [[file]] })],
    ['an entry that is nothing', encode({ v: 1, entries: [file, null] })],
    ['an entry of a kind that every object has', encode({ v: 1, entries: [{ ...file, type: 'toString' }] })],
  ])('that is or has %s is refused', (_, body) => {
    expect(() => decodeManifest(body)).toThrow(expect.objectContaining({ code: 'bad_manifest' }));
  });

  it.each([
    ['entries.1.size: is not a whole number from 0', [file, { ...file, size: -1 }]],
    ['entries.0.type: is not file or folder or link', [{ ...file, type: 'device' }]],
    ['entries.0.mtimeMs: is not a time', [{ ...file, mtimeMs: 8.64e15 + 1 }]],
    ['entries: is not a list', undefined],
  ])('that is refused says where and why: %s', (problem, entries) => {
    expect(() => decodeManifest(encode({ v: 1, entries }))).toThrow(problem);
  });

  it('keeps __proto__ as data', () => {
    const body = Buffer.from('{"v":1,"entries":[],"__proto__":{"entries":1}}');
    expect(decodeManifest(body).entries).toEqual([]);
    expect(({} as { entries?: unknown }).entries).toBeUndefined();
  });
});
