/**
 * How sure a transport is of who its peer is (rule R9): `proven` by a key or certificate of its own or by being in this
 * process, `vouched` by a shared key and a claimed name, or merely `claimed`.
 */
export type IdentityStrength = 'claimed' | 'vouched' | 'proven';

/** One period of connection with one peer. */
export interface PeerLink {
  /** The peer's identity, as the transport established it (1–128 bytes of UTF-8, rule T1). */
  readonly peerId: string;
  /** Names this period of connection; never used twice by one transport. */
  readonly linkId: string;
  /** How sure the transport is of `peerId`. */
  readonly strength: IdentityStrength;
  /** When set, the peer may reach this transaction only (a ticket admits to its own). Absent: any that admits it. */
  readonly transactionId?: string;
}

/** A message on its way out: a small header and raw body segments that are never copied into it. */
export interface OutgoingMessage {
  /** What core says, encoded: at most 65,536 bytes. Read until `send` settles, never written. */
  readonly header: Uint8Array;
  /** Read until `send` settles, never written. */
  readonly body: readonly Uint8Array[];
}

/** A message that came in. */
export interface IncomingMessage {
  /** The bytes that the other side sent as the header. They stay as they are until `release()`. */
  readonly header: Uint8Array;
  /** The body in one or more pieces, of any sizes. Shared with others in the process when the transport `handsOver`. */
  readonly body: readonly Uint8Array[];
  /** Called at most once, when nothing reads the body any more: the transport may use its memory again. */
  release?(): void;
}

/** What a transport can do. */
export interface TransportCapabilities {
  /** The largest message (header and body) that it carries, in bytes; at least 131,072. */
  readonly maxMessageBytes: number;
  /** Whether nobody between the two ends can read or change what is sent. */
  readonly encrypted: boolean;
  /** The strongest identity that it can establish. */
  readonly identity: IdentityStrength;
  /** Whether a message may vanish in the middle of a link. Default false. */
  readonly lossy?: boolean;
  /** Whether sending takes the ArrayBuffers of the body away from us (rule M4). Default false. */
  readonly detachesBodies?: boolean;
  /** Whether the receiver's body is the sender's own memory. Default false. */
  readonly handsOver?: boolean;
}

/**
 * Carries messages between endpoints (rule W1). Its promise, per link: whole messages or none, from the true sender, in
 * the order of the `send` calls, at most once. Not delivery. Requests, credit, retries and cutting are core's.
 */
export interface Transport {
  /** Who we are to others. */
  readonly endpointId: string;
  /** Which life of this endpoint this is; a new one for every process or restart. */
  readonly instanceId: string;
  /** Constant from the time it was made: core looks once. */
  readonly capabilities: TransportCapabilities;
  /** Where others can dial us; goes into refs. Absent: others know how, or cannot. */
  readonly addresses?: readonly string[];
  /**
   * Sends to a peer, dialling it first where that is possible and needed. Resolves when the transport no longer reads the
   * buffers; that the peer got the message is not said. Rejects with a `DownloadError`: `link_lost`, `unreachable`,
   * `auth_failed`, `name_taken`, `replaced` or `version`, or with the signal's reason. Links to different peers do not
   * wait for each other.
   */
  send(peerId: string, message: OutgoingMessage, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Calls `listener` for every message, in order for each link. Returns a function that removes it. */
  onMessage(listener: (message: IncomingMessage, from: PeerLink) => void): () => void;
  /**
   * Calls `listener` once for each link that ended, for whatever reason; nothing of that link arrives afterwards. A new
   * link to the same peer begins only after. `cause` says why when more is known; one that is not retryable
   * (`replaced`, `name_taken`, `auth_failed`) means that dialling again is pointless.
   */
  onPeerLost(listener: (link: PeerLink, cause?: Error) => void): () => void;
  /** Tells where a peer can be dialled. Hints only: they are tried after what the transport knows itself. */
  addAddresses?(peerId: string, addresses: readonly string[]): void;
  /** Ends the link with a peer that broke the protocol; `reason` is for its log. */
  disconnect?(peerId: string, reason: string): void;
  /** Ends every link and stops listening. What was sent before is still flushed, as far as peers take it. */
  close(): Promise<void>;
}
