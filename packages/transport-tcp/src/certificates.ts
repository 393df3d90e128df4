import { checkServerIdentity, connect, type ConnectionOptions, createServer, type TLSSocket } from 'node:tls';
import { DownloadError } from '@towline/downloader-core/spi';
import type { TlsOptions } from './options.ts';
import type { PeerProof, Security } from './security.ts';
import { tls13 } from './tls13.ts';

/** TLS 1.3 with certificates. The subject's common name is the identity that a certificate proves. */
export function certificateSecurity(options: TlsOptions, handshakeTimeoutMs: number): Security {
  const { requestClientCert = true, ...credentials } = options;
  return {
    encrypted: true,
    identity: requestClientCert ? 'proven' : 'claimed',
    accept: (onSecured) => {
      const server = createServer({
        ...tls13,
        ...credentials,
        handshakeTimeout: handshakeTimeoutMs,
        requestCert: requestClientCert,
        // Judged below instead: Node would close the connection without a word, and the peer could not tell why.
        rejectUnauthorized: false,
      });
      server.on('secureConnection', (socket) => {
        onSecured(socket, requestClientCert ? clientProof(socket) : { strength: 'claimed' });
      });
      return (raw) => void server.emit('connection', raw);
    },
    dial: (address, peerId, onread) => {
      const checkIdentity: ConnectionOptions['checkServerIdentity'] = (host, certificate) =>
        certificate.subject?.CN === peerId ? undefined : checkServerIdentity(host, certificate);
      const target = { ...tls13, ...credentials, ...address, checkServerIdentity: checkIdentity, onread };
      const socket = connect(target as ConnectionOptions);
      return { socket, readyEvent: 'secureConnect', verify: () => serverProof(socket, peerId) };
    },
  };
}

function clientProof(socket: TLSSocket): PeerProof | DownloadError {
  const name = commonName(socket);
  return socket.authorized && name !== undefined ? { strength: 'proven', peerId: name } : notAccepted();
}

/** A certificate of the host alone says nothing of the name that the peer claims. */
function serverProof(socket: TLSSocket, peerId: string): PeerProof | DownloadError {
  if (!socket.authorized) return notAccepted();
  return commonName(socket) === peerId ? { strength: 'proven', peerId } : { strength: 'claimed' };
}

/** The one common name of the peer's certificate; nothing when it has none or several. */
function commonName(socket: TLSSocket): string | undefined {
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  return typeof name === 'string' ? name : undefined;
}

function notAccepted(): DownloadError {
  return new DownloadError('auth_failed', 'the peer showed no certificate that is accepted');
}
