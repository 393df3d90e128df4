import { describe, expect, it } from 'vitest';
import { resolveOptions, type TcpOptions } from '../src/options.ts';

const key = new Uint8Array(32);

/** Begins to dial an address that is nobody's, and gives up. */
const dial = (insecure: boolean): unknown => {
  const { security } = resolveOptions({ endpointId: 'a', insecure });
  const onread = { buffer: () => new Uint8Array(1), callback: () => true };
  return security
    .dial?.({ host: '192.0.2.1', port: 9 }, 'b', onread)
    .socket.on('error', () => {})
    .destroy();
};

describe('options', () => {
  it('have the documented defaults', () => {
    const { limits, listen, advertise, instanceId } = resolveOptions({ endpointId: 'a' });
    expect(limits).toEqual({
      maxMessageBytes: 67_239_936,
      maxHeaderBytes: 65_536,
      maxConnections: 1024,
      maxHandshakes: 64,
      maxHandshakesPerAddress: 8,
      handshakeTimeoutMs: 5000,
      heartbeatIntervalMs: 5000,
      peerTimeoutMs: 15_000,
      lingerMs: 1000,
    });
    expect([listen, advertise]).toEqual([undefined, undefined]);
    expect(resolveOptions({ endpointId: 'a' }).instanceId).not.toBe(instanceId);
  });

  it.each<[string, Partial<TcpOptions>]>([
    ['an empty name', { endpointId: '' }],
    ['a bad instance id', { instanceId: 'a\nb' }],
    ['an address without port', { listen: 'localhost' }],
    ['an advertised address without port', { advertise: ['localhost'] }],
    ['a small maxMessageBytes', { maxMessageBytes: 131_071 }],
    ['a maxMessageBytes of 4 GiB', { maxMessageBytes: 2 ** 32 }],
    ['a header limit above the message limit', { maxMessageBytes: 131_072, maxHeaderBytes: 131_073 }],
    ['a fraction', { heartbeatIntervalMs: 0.5 }],
    ['zero', { maxConnections: 0 }],
    ['NaN', { lingerMs: Number.NaN }],
    ['a peer timeout below two heartbeats', { heartbeatIntervalMs: 5000, peerTimeoutMs: 9999 }],
    ['psk and tls at once', { psk: { identity: 'i', key }, tls: {} }],
    ['a short key', { psk: { identity: 'i', key: new Uint8Array(15) } }],
    ['an empty psk identity', { psk: { identity: '', key } }],
    ['keys without listening', { psk: { keys: () => undefined } }],
    ['listening with the key of the side that dials', { psk: { identity: 'i', key }, listen: '127.0.0.1:0' }],
    ['listening with tls without a certificate', { tls: {}, listen: '127.0.0.1:0' }],
  ])('refuse %s', (_what, options) => {
    expect(() => resolveOptions({ endpointId: 'a', ...options })).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
  });

  it.each(['0.0.0.0:0', '[::]:0', '10.0.0.1:7000', 'example.org:7000'])(
    'refuse a plain %s unless insecure',
    (listen) => {
      expect(() => resolveOptions({ endpointId: 'a', listen })).toThrow('insecure: true');
      expect(resolveOptions({ endpointId: 'a', listen, insecure: true }).security.encrypted).toBe(false);
      expect(resolveOptions({ endpointId: 'a', listen, psk: { keys: () => undefined } }).security.encrypted).toBe(true);
    },
  );

  it('refuse to dial in plain beyond loopback unless insecure', () => {
    expect(() => dial(false)).toThrow('insecure: true');
    expect(dial(true)).toBeDefined();
  });
});
