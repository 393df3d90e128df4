import type { PeerLimits } from './limits.ts';
import type { BodyMessage, Message } from './messages.ts';
import type { Uncut } from './cut.ts';

/** How the owner's and the receiver's side send: greeted links, messages cut to what both ends carry. */
export interface Wire {
  /** Sends a message without a body; greets the peer first where that is due. Rejects as `Transport.send` does. */
  send(peerId: string, message: Exclude<Message, BodyMessage>, signal?: AbortSignal): Promise<void>;
  /** As {@link send}, with a body. The segments are read until it settles. */
  sendBody(peerId: string, message: Uncut, body: OutgoingBody, signal?: AbortSignal): Promise<void>;
  /** Sends if the peer is connected and greeted; never dials, never fails. For messages that only help. */
  post(peerId: string, message: Exclude<Message, BodyMessage>): void;
  /** What a greeted peer takes; our own limits for one that is not. */
  limitsOf(peerId: string): PeerLimits;
}

/** A body and its checksum. */
export interface OutgoingBody {
  readonly segments: readonly Uint8Array[];
  readonly checksum: Uint8Array;
  /** Nobody else uses the segments' ArrayBuffers: a transport may take them away (rule M4). Default false. */
  readonly owned?: boolean;
}
