import { describe, expect, it } from 'vitest';
import { socketFailure } from '../src/socket-errors.ts';

const failure = (code: string) =>
  socketFailure(Object.assign(new Error('words'), { code }), 'host:1', 'unreachable').code;

describe('socketFailure', () => {
  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'EHOSTUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EPIPE',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_SOCKET_CLOSED',
    'ERR_STREAM_DESTROYED',
  ])('%s: the peer cannot be reached', (code) => {
    expect(failure(code)).toBe('unreachable');
  });

  it.each([
    'ERR_SSL_SSLV3_ALERT_ILLEGAL_PARAMETER',
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'CERT_HAS_EXPIRED',
    'EPROTO',
  ])('%s: key or certificate is not accepted', (code) => {
    expect(failure(code)).toBe('auth_failed');
  });

  it('without a code says the words', () => {
    expect(socketFailure(new Error('words'), 'host:1', 'link_lost')).toMatchObject({
      code: 'link_lost',
      message: 'host:1: words',
    });
  });
});
