import type { Socket } from 'node:net';
import type { DownloadError, IdentityStrength } from '@towline/downloader-core/spi';
import type { Address } from './address.ts';

/** What a security mode established about the peer at the other end of a socket. */
export interface PeerProof {
  readonly strength: IdentityStrength;
  /** The only name that the peer may claim. Absent: any. */
  readonly peerId?: string;
  /** The only transaction that the peer may reach. Absent: any. */
  readonly transactionId?: string;
  /** The PSK identity that it authenticated with. */
  readonly pskIdentity?: string;
}

/** Node's way to read into buffers of ours (`net.connect({ onread })`). */
export interface OnRead {
  readonly buffer: () => Uint8Array;
  readonly callback: (bytesRead: number) => boolean;
}

/** Takes over an accepted socket. */
export type AcceptSocket = (raw: Socket) => void;

/** Called with an accepted socket when it is secured; an error says why its peer is not accepted all the same. */
export type OnSecured = (socket: Socket, proof: PeerProof | DownloadError) => void;

/** A socket on its way to a peer. */
export interface DiallingSocket {
  readonly socket: Socket;
  /** The event that says that the connection is secured. */
  readonly readyEvent: 'connect' | 'secureConnect';
  /** What was established, once ready; or why the peer is not accepted. */
  readonly verify: () => PeerProof | DownloadError;
}

/** A security mode: how sockets of both roles are secured, and what that proves. */
export interface Security {
  readonly encrypted: boolean;
  /** The strongest identity that it can establish. */
  readonly identity: IdentityStrength;
  /** Absent: this endpoint cannot listen. */
  readonly accept?: (onSecured: OnSecured) => AcceptSocket;
  /** Absent: this endpoint cannot dial. Throws `invalid_argument` for an address that the mode does not allow. */
  readonly dial?: (address: Address, peerId: string, onread: OnRead) => DiallingSocket;
}
