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
    ['a link without a target', encode({ v: 1, entries: [{ type: 'link', path: 'a' }] })],
  ])('that is or has %s is refused', (_, body) => {
    expect(() => decodeManifest(body)).toThrow(expect.objectContaining({ code: 'bad_manifest' }));
  });

  it('keeps __proto__ as data', () => {
    const body = Buffer.from('{"v":1,"entries":[],"__proto__":{"entries":1}}');
    expect(decodeManifest(body).entries).toEqual([]);
    expect(({} as { entries?: unknown }).entries).toBeUndefined();
  });
});
