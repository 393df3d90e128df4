import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';

/**
 * What every TLS socket here has in common (rule K6). No tickets and no session is ever offered: a resumed session would
 * get in without key or certificate, also after they have expired.
 */
export const tls13: SecureContextOptions = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256',
  ecdhCurve: 'X25519',
  secureOptions: constants.SSL_OP_NO_TICKET,
};

/**
 * The most that a TLS socket is given before it has taken all of it: it encrypts into memory of its own. Whole records, and a chunk of
 * 4 MiB in twelve.
 */
export const maxTlsWriteBytes: number = 352 * 1024;
