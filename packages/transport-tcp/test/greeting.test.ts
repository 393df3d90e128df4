import { DownloadError } from '@towline/downloader-core/spi';
import { describe, expect, it } from 'vitest';
import { maxControlHeaderBytes } from '../src/frame.ts';
import { decodePreface, encodeGoodbye, encodePreface, goodbyeError, goodbyeFor } from '../src/greeting.ts';

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

describe('preface', () => {
  it('is read as it was written', () => {
    const identity = { endpointId: 'Ünïcode', instanceId: 'i-1' };
    expect(decodePreface(encodePreface(identity))).toEqual({ versions: [1], ...identity });
  });

  it('of who dials says whom it wants', () => {
    const identity = { endpointId: 'a', instanceId: 'i-1' };
    expect(decodePreface(encodePreface(identity, 'b'))).toEqual({ versions: [1], ...identity, to: 'b' });
  });

  it('fits its frame with the longest ids', () => {
    const longest = '"'.repeat(128);
    expect(encodePreface({ endpointId: longest, instanceId: longest }, longest).byteLength).toBeLessThan(
      maxControlHeaderBytes,
    );
  });

  it.each([
    ['no JSON', Buffer.from('{')],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['no object', json([1])],
    ['no versions', json({ endpointId: 'a', instanceId: 'b' })],
    ['no instance', json({ versions: [1], endpointId: 'a' })],
    ['an empty name', json({ versions: [1], endpointId: '', instanceId: 'b' })],
    ['a name with a control character', json({ versions: [1], endpointId: 'a\nb', instanceId: 'b' })],
    ['a wanted name that there cannot be', json({ versions: [1], endpointId: 'a', instanceId: 'b', to: 7 })],
    ['an over-long name', json({ versions: [1], endpointId: 'a'.repeat(129), instanceId: 'b' })],
  ])('with %s breaks the protocol', (_what, header) => {
    expect(() => decodePreface(header)).toThrow(expect.objectContaining({ code: 'protocol' }));
  });

  it('without a common version says which ones the peer speaks', () => {
    const header = json({ versions: [7, 8], endpointId: 'a', instanceId: 'b' });
    expect(() => decodePreface(header)).toThrow(expect.objectContaining({ code: 'version' }));
    expect(() => decodePreface(header)).toThrow('[7,8]');
  });

  it('may name more versions than ours, and fields that we do not know', () => {
    const header = json({ versions: [1, 2], endpointId: 'a', instanceId: 'b', more: true });
    expect(decodePreface(header).endpointId).toBe('a');
  });
});

describe('goodbye', () => {
  it.each([
    'replaced',
    'name_taken',
    'auth_failed',
    'version',
    'limit_exceeded',
    'protocol',
    'unreachable',
    'link_lost',
  ])('tells the peer %s as itself', (code) => {
    const told = goodbyeError(encodeGoodbye(goodbyeFor(new DownloadError(code, 'because'))));
    expect(told).toMatchObject({ code, message: expect.stringContaining('because') as string });
  });

  it('of other or unknown codes is a lost link', () => {
    expect(goodbyeFor(undefined).code).toBe('closed');
    expect(goodbyeFor(new DownloadError('idle', 'x')).code).toBe('closed');
    expect(goodbyeError(json({ code: 'constructor', reason: 'x' })).code).toBe('link_lost');
    expect(goodbyeError(json({})).code).toBe('link_lost');
  });

  it('W7 makes the peer’s words safe to print', () => {
    expect(goodbyeError(json({ code: 'closed', reason: 'a\u001b[2Jb' })).message).not.toContain('\u001b');
    expect(goodbyeError(json({ code: 'closed', reason: 'x'.repeat(900) })).message.length).toBeLessThan(200);
  });

  it('fits its frame with the longest reason', () => {
    const reason = '\u{10ffff}'.repeat(500);
    expect(encodeGoodbye({ code: 'name_taken', reason }).byteLength).toBeLessThanOrEqual(maxControlHeaderBytes);
  });
});
