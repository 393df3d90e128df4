import { randomBytes } from 'node:crypto';
import { connect, createServer, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { DownloadError } from '@towline/downloader-core/spi';
import type { PskDialOptions, PskEntry, PskListenOptions } from './options.ts';
import type { PeerProof, Security } from './security.ts';
import { tls13 } from './tls13.ts';

const keyBytes = 32;

/** The listening side of TLS 1.3 with external pre-shared keys (rules K1, K2, K6). */
export function pskListenSecurity({ keys }: PskListenOptions, handshakeTimeoutMs: number): Security {
  return {
    encrypted: true,
    identity: 'proven',
    accept: (onSecured) => {
      const proofs = new WeakMap<TLSSocket, PeerProof>();
      const pskCallback = (socket: TLSSocket, identity: string): Uint8Array => {
        const entry = lookUp(keys, identity);
        if (entry) proofs.set(socket, proofOf(identity, entry));
        // An identity that nobody has looks like a wrong key.
        return entry?.key ?? randomBytes(keyBytes);
      };
      const server = createServer({ ...tls13, handshakeTimeout: handshakeTimeoutMs, pskCallback });
      server.on('secureConnection', (socket) => {
        const proof = proofs.get(socket);
        // No key was asked for: the peer got in by something other than a key.
        if (proof) onSecured(socket, proof);
        else socket.destroy();
      });
      return (raw) => void server.emit('connection', raw);
    },
  };
}

/** A stranger chooses the identity: whatever `keys` makes of it, the process goes on. */
function lookUp(keys: PskListenOptions['keys'], identity: string): PskEntry | undefined {
  try {
    return keys(identity);
  } catch {
    return undefined;
  }
}

function proofOf(pskIdentity: string, { peerId, transactionId }: PskEntry): PeerProof {
  return {
    pskIdentity,
    strength: peerId === undefined ? 'vouched' : 'proven',
    ...(peerId !== undefined && { peerId }),
    ...(transactionId !== undefined && { transactionId }),
  };
}

/** The dialling side of TLS 1.3 with an external pre-shared key (rules K1, K6, K7). */
export function pskDialSecurity({ identity, key, shared = false }: PskDialOptions): Security {
  const strength = shared ? 'vouched' : 'proven';
  const tlsOptions: ConnectionOptions = {
    ...tls13,
    // No certificate is ever good enough: only the key is.
    ca: [],
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ psk: key, identity }),
  };
  return {
    encrypted: true,
    identity: strength,
    dial: (address, _peerId, onread) => {
      const socket = connect({ ...tlsOptions, ...address, onread } as ConnectionOptions);
      return { socket, readyEvent: 'secureConnect', verify: () => verifyKeyUsed(socket, { strength }) };
    },
  };
}

function verifyKeyUsed(socket: TLSSocket, proof: PeerProof): PeerProof | DownloadError {
  // In TLS 1.3 a server authenticates by the key or by a certificate: who shows one has not shown that it has the key.
  const hasShownCertificate = Object.keys(socket.getPeerCertificate()).length > 0;
  if (!hasShownCertificate && socket.isSessionReused()) return proof;
  return new DownloadError('auth_failed', 'the peer did not use the key');
}
