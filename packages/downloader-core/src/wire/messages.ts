import { bytes, type Field, flag, listOf, mapOf, oneOf, optional, text, valueOf, whole } from '../base/fields.ts';
import { leastMessageBytes, maxHeaderBytes, maxSegments } from './limits.ts';

// The messages of the protocol, version 1, as they stand in headers. docs/protocol.md is their specification.

/** Where the bytes of one message lie in the body of the whole: a large body is cut into several messages (rule W4). */
export interface BodyPart {
  /** The lengths of the whole body's segments. */
  readonly lengths: readonly number[];
  /** XXH64 over the whole body (rule I1). */
  readonly checksum: Uint8Array;
  /** Which message this is, from 0. */
  readonly part: number;
  /** How many messages carry the body. */
  readonly parts: number;
  /** Where in the whole body this message's bytes begin. */
  readonly at: number;
}

/** What was consumed so far, over all pulls of a download (rule S8). */
export interface Consumed {
  readonly bytes: number;
  readonly items?: number | undefined;
}

/** How far the owner may go, as absolute numbers of one pull (rule S9). */
export interface Credit {
  readonly upToSeq: number;
  readonly upToBytes: number;
}

export interface Hello {
  readonly kind: 'hello';
  readonly majors: readonly number[];
  readonly minor: number;
  readonly instanceId: string;
  readonly limits: {
    readonly headerBytes: number;
    readonly stateBytes: number;
    readonly chunkBytes: number;
    readonly messageBytes: number;
  };
  readonly features: readonly string[];
  /** Set on the answer to a hello, which is not answered again. */
  readonly answer?: boolean | undefined;
}

export interface Bye {
  readonly kind: 'bye';
  readonly code: string;
  readonly reason?: string | undefined;
  /** With `version`: the sender's majors. */
  readonly majors?: readonly number[] | undefined;
}

export interface Pull {
  readonly kind: 'pull';
  readonly downloadId: string;
  readonly pullNo: number;
  readonly refId: string;
  readonly consumed: Consumed;
  readonly credit: Credit;
  /** Asks for a `described` first: of at most `maxBytes`, or for the totals alone. */
  readonly describe?: { readonly maxBytes: number; readonly totalsOnly?: boolean | undefined } | undefined;
  /** The download's request: its checksum and size; the bytes follow the state in the body when the owner is to learn them. */
  readonly request?: { readonly checksum: Uint8Array; readonly bytes: number } | undefined;
  /** Past any cache: the last try arrived damaged. */
  readonly refetch?: boolean | undefined;
  /** How long the receiver waits for the owner's next move. */
  readonly requestTimeoutMs: number;
  /** Segments: state (empty: from the beginning), then, sometimes, the request. */
  readonly body: BodyPart;
}

export interface Described {
  readonly kind: 'described';
  readonly downloadId: string;
  readonly pullNo: number;
  readonly totalBytes?: number | undefined;
  readonly totalItems?: number | undefined;
  /** How long this receiver may be silent. */
  readonly idleTimeoutMs: number;
  /** Segments: nothing (totals alone), or the description as MessagePack and its body. */
  readonly body: BodyPart;
}

export interface Chunk {
  readonly kind: 'chunk';
  readonly downloadId: string;
  readonly pullNo: number;
  /** From 1 in each pull. */
  readonly seq: number;
  readonly items?: number | undefined;
  /** Segments: the data's, then the state after it. */
  readonly body: BodyPart;
}

export interface End {
  readonly kind: 'end';
  readonly downloadId: string;
  readonly pullNo: number;
  readonly status: 'eof' | 'error';
  /** How many chunks this pull had. */
  readonly chunks: number;
  /** XXH64 over (seq as 8 bytes big-endian, checksum) of each. */
  readonly digest: Uint8Array;
  /** Present: a confirmation is asked for. */
  readonly nonce?: string | undefined;
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
}

export interface Grant {
  readonly kind: 'grant';
  readonly downloadId: string;
  readonly refId: string;
  readonly pullNo: number;
  readonly credit: Credit;
  readonly consumed: Consumed;
  /** The last chunk of this pull that was consumed. */
  readonly consumedSeq: number;
}

export interface Busy {
  readonly kind: 'busy';
  readonly downloadId: string;
  readonly refId: string;
}

export interface Cancel {
  readonly kind: 'cancel';
  readonly downloadId: string;
  readonly refId: string;
  readonly final: boolean;
  readonly code: string;
  readonly reason?: string | undefined;
}

export interface Confirm {
  readonly kind: 'confirm';
  readonly downloadId: string;
  readonly refId: string;
  readonly nonce: string;
  readonly status: 'success' | 'failed';
  readonly reason?: string | undefined;
}

export interface Confirmed {
  readonly kind: 'confirmed';
  readonly downloadId: string;
  readonly nonce: string;
  readonly recorded: boolean;
}

export interface Refused {
  readonly kind: 'refused';
  readonly downloadId: string;
  readonly pullNo?: number | undefined;
  readonly code: string;
  readonly reason?: string | undefined;
}

/** Messages of a receiver to an owner. */
export type ToOwner = Pull | Grant | Cancel | Confirm;
/** Messages of an owner to a receiver. */
export type ToReceiver = Described | Chunk | End | Confirmed | Refused;
/** Every message of the protocol. */
export type Message = Hello | Bye | Busy | ToOwner | ToReceiver;
/** Messages with a body. */
export type BodyMessage = Pull | Described | Chunk;

const id = text(1, 128);
const count = whole(0);
const ordinal = whole(1);
const hash = bytes(8);
const duration = valueOf<number>(
  (value) => typeof value === 'number' && value > 0 && value < Infinity,
  'is not a positive, finite number',
);
const code = text(1, 64);
const reason = optional(text(0, 2000));
const consumed = mapOf<Consumed>({ bytes: count, items: optional(count) });
const credit = mapOf<Credit>({ upToSeq: count, upToBytes: count });
const majors = listOf(count, 1, 16);
// Below these a peer could make us cut a chunk into millions of messages, or not take what every header may be.
const peerLimits = mapOf<Hello['limits']>({
  headerBytes: whole(maxHeaderBytes),
  stateBytes: ordinal,
  chunkBytes: ordinal,
  messageBytes: whole(leastMessageBytes),
});
const body = mapOf<BodyPart>({
  lengths: listOf(count, 0, maxSegments + 1),
  checksum: hash,
  part: count,
  parts: ordinal,
  at: count,
});
const inDownload = { downloadId: id };
const inPull = { downloadId: id, pullNo: ordinal };

/** The fields of each kind. */
export const messageSchemas: {
  readonly [K in Message['kind']]: Field<Extract<Message, { kind: K }>>;
} = {
  hello: mapOf<Hello>({
    kind: oneOf('hello'),
    majors,
    minor: count,
    instanceId: id,
    limits: peerLimits,
    features: listOf(text(0, 64), 0, 64),
    answer: optional(flag),
  }),
  bye: mapOf<Bye>({ kind: oneOf('bye'), code, reason, majors: optional(majors) }),
  pull: mapOf<Pull>({
    kind: oneOf('pull'),
    ...inPull,
    refId: id,
    consumed,
    credit,
    describe: optional(mapOf<NonNullable<Pull['describe']>>({ maxBytes: count, totalsOnly: optional(flag) })),
    request: optional(mapOf<NonNullable<Pull['request']>>({ checksum: hash, bytes: ordinal })),
    refetch: optional(flag),
    requestTimeoutMs: duration,
    body,
  }),
  described: mapOf<Described>({
    kind: oneOf('described'),
    ...inPull,
    totalBytes: optional(count),
    totalItems: optional(count),
    idleTimeoutMs: duration,
    body,
  }),
  chunk: mapOf<Chunk>({ kind: oneOf('chunk'), ...inPull, seq: ordinal, items: optional(count), body }),
  end: mapOf<End>({
    kind: oneOf('end'),
    ...inPull,
    status: oneOf('eof', 'error'),
    chunks: count,
    digest: hash,
    nonce: optional(id),
    code: optional(code),
    reason,
  }),
  grant: mapOf<Grant>({ kind: oneOf('grant'), ...inPull, refId: id, credit, consumed, consumedSeq: count }),
  busy: mapOf<Busy>({ kind: oneOf('busy'), ...inDownload, refId: id }),
  cancel: mapOf<Cancel>({ kind: oneOf('cancel'), ...inDownload, refId: id, final: flag, code, reason }),
  confirm: mapOf<Confirm>({
    kind: oneOf('confirm'),
    ...inDownload,
    refId: id,
    nonce: id,
    status: oneOf('success', 'failed'),
    reason,
  }),
  confirmed: mapOf<Confirmed>({ kind: oneOf('confirmed'), ...inDownload, nonce: id, recorded: flag }),
  refused: mapOf<Refused>({ kind: oneOf('refused'), ...inDownload, pullNo: optional(ordinal), code, reason }),
};
