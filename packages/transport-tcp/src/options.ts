import type { SecureContextOptions } from 'node:tls';
import { type Clock, DownloadError, idProblem, systemClock, systemRandom } from '@towline/downloader-core/spi';
import { type Address, parseAddress } from './address.ts';
import { certificateSecurity } from './certificates.ts';
import { checkPlainAddress, plainSecurity } from './plain.ts';
import { pskDialSecurity, pskListenSecurity } from './psk.ts';
import type { Security } from './security.ts';

/** What a pre-shared key opens. */
export interface PskEntry {
  /** At least 16 bytes, 32 are usual. */
  readonly key: Uint8Array;
  /** The only name that the peer may have, thereby `proven`. Absent: it names itself and is `vouched`. */
  readonly peerId?: string;
  /** The only transaction that it may reach. Absent: any that admits it. */
  readonly transactionId?: string;
}

/** Keys that a listening endpoint accepts. */
export interface PskListenOptions {
  /** Called in each handshake; must not block. Nothing, or a throw: the identity is unknown, which looks like a wrong key. */
  readonly keys: (identity: string) => PskEntry | undefined;
}

/** The key that a dialling endpoint has. */
export interface PskDialOptions {
  /** Travels in clear: put nothing in it that others may not know. 1 to 128 bytes of UTF-8. */
  readonly identity: string;
  /** The secret of `identity`, as the listener has it: at least 16 bytes, 32 are usual. Read in each handshake. */
  readonly key: Uint8Array;
  /** Whether others have the same key, so that it only vouches for the listener. Default false. */
  readonly shared?: boolean;
}

/** Certificates, as `node:tls` takes them. Who listens needs `cert` and `key`. */
export interface TlsOptions extends Pick<SecureContextOptions, 'cert' | 'key' | 'passphrase' | 'ca'> {
  /** Whether peers that dial us must prove their identity by a certificate. Default true; else it is only `claimed`. */
  readonly requestClientCert?: boolean;
}

/** Options of {@link tcp}. At most one of `psk` and `tls`; neither: plain. */
export interface TcpOptions {
  /** Our name to others. With certificates: the common name of ours. */
  readonly endpointId: string;
  /** Default: a random one for each transport. */
  readonly instanceId?: string;
  /** Where to listen, as `host:port` (`[::1]:7000` for IPv6, port 0: the system chooses). Absent: not at all. */
  readonly listen?: string;
  /** Where others are told to dial. Default: where we listen; for a wildcard, the machine's own addresses. */
  readonly advertise?: readonly string[];
  /** Keys that both sides know, over TLS 1.3: `keys` for who listens, `identity` and `key` for who dials. */
  readonly psk?: PskListenOptions | PskDialOptions;
  /** Certificates that both sides trust. */
  readonly tls?: TlsOptions;
  /** Allows plain connections beyond loopback. Default false. */
  readonly insecure?: boolean;
  /** The largest message, header and body, at least 131 072 bytes. Default 64 MiB + 128 KiB. */
  readonly maxMessageBytes?: number;
  /** The largest header of a message. Default 64 KiB. */
  readonly maxHeaderBytes?: number;
  /** How many accepted connections may be open. Default 1 024. */
  readonly maxConnections?: number;
  /** How many of them may be unfinished handshakes. Default 64. */
  readonly maxHandshakes?: number;
  /** … and how many of those from one address. Default 8. */
  readonly maxHandshakesPerAddress?: number;
  /** How long it may take from a connection's first packet to the peer's admission. Default 5 000. */
  readonly handshakeTimeoutMs?: number;
  /** How often an idle link shows that it lives. Default 5 000. */
  readonly heartbeatIntervalMs?: number;
  /** After how much silence a peer is taken for dead. Default 15 000; at least twice the peer's interval. */
  readonly peerTimeoutMs?: number;
  /** How long `close` and other goodbyes wait for a peer that does not read. Default 1 000. */
  readonly lingerMs?: number;
  /** Times everything but TLS handshakes. Default: the system's clock. */
  readonly clock?: Clock;
}

/** Options with every default filled in. */
export interface TcpSettings {
  readonly endpointId: string;
  readonly instanceId: string;
  readonly listen: Address | undefined;
  readonly advertise: readonly string[] | undefined;
  readonly security: Security;
  readonly clock: Clock;
  readonly limits: TcpLimits;
}

export type TcpLimits = typeof defaultLimits;

const defaultLimits = {
  maxMessageBytes: 64 * 1024 * 1024 + 128 * 1024,
  maxHeaderBytes: 64 * 1024,
  maxConnections: 1024,
  maxHandshakes: 64,
  maxHandshakesPerAddress: 8,
  handshakeTimeoutMs: 5000,
  heartbeatIntervalMs: 5000,
  peerTimeoutMs: 15_000,
  lingerMs: 1000,
};

const smallestMaxMessageBytes = 131_072;
const smallestKeyBytes = 16;

/** Checks the options and fills in defaults. Throws `invalid_argument`. */
export function resolveOptions(options: TcpOptions): TcpSettings {
  const { endpointId, instanceId = systemRandom.uuid(), clock = systemClock } = options;
  checkId('endpointId', endpointId);
  checkId('instanceId', instanceId);
  options.advertise?.forEach(parseAddress);
  const limits = resolveLimits(options);
  const listen = options.listen === undefined ? undefined : parseAddress(options.listen);
  const security = resolveSecurity(options, listen, limits.handshakeTimeoutMs);
  if (listen && !security.accept) invalid('listen', 'is not for the side that dials with a key');
  if (!listen && !security.dial) invalid('listen', 'is needed by the side that has the keys');
  return { endpointId, instanceId, listen, advertise: options.advertise, security, clock, limits };
}

function resolveLimits(options: TcpOptions): TcpLimits {
  const limits = { ...defaultLimits };
  for (const name of Object.keys(limits) as (keyof TcpLimits)[]) {
    const value = options[name] ?? limits[name];
    if (!Number.isSafeInteger(value) || value < 1) invalid(name, 'is not a positive integer');
    limits[name] = value;
  }
  if (limits.maxMessageBytes < smallestMaxMessageBytes)
    invalid('maxMessageBytes', `is below ${smallestMaxMessageBytes}`);
  // A frame's lengths are 32 bits wide.
  if (limits.maxMessageBytes >= 2 ** 32) invalid('maxMessageBytes', 'is not below 4 GiB');
  if (limits.maxHeaderBytes > limits.maxMessageBytes) invalid('maxHeaderBytes', 'is above maxMessageBytes');
  if (limits.peerTimeoutMs < 2 * limits.heartbeatIntervalMs) invalid('peerTimeoutMs', 'is below two heartbeats');
  return limits;
}

function resolveSecurity(options: TcpOptions, listen: Address | undefined, handshakeTimeoutMs: number): Security {
  const { psk, tls, insecure = false } = options;
  if (psk && tls) invalid('psk', 'and tls exclude each other');
  if (tls) {
    if (listen && !(tls.cert && tls.key)) invalid('tls', 'needs cert and key to listen');
    return certificateSecurity(tls, handshakeTimeoutMs);
  }
  if (!psk) {
    if (listen) checkPlainAddress(listen, insecure);
    return plainSecurity(insecure);
  }
  if ('keys' in psk) return pskListenSecurity(psk, handshakeTimeoutMs);
  if (idProblem(psk.identity)) invalid('psk.identity', idProblem(psk.identity) ?? '');
  if (psk.key.byteLength < smallestKeyBytes) invalid('psk.key', `is shorter than ${smallestKeyBytes} bytes`);
  return pskDialSecurity(psk);
}

function checkId(name: string, id: unknown): void {
  const problem = idProblem(id);
  if (problem) invalid(name, problem);
}

function invalid(name: string, problem: string): never {
  throw new DownloadError('invalid_argument', `${name} ${problem}`, { side: 'local' });
}
