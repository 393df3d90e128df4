import type { Ref } from '@towline/downloader-core';

import { loadHasher } from '../../src/base/hash.ts';
import { ChunkDigest } from '../../src/wire/chunk-digest.ts';
import { pack } from '../../src/wire/pack.ts';
import { chunkSegments, RawPeer, type Received } from './raw-peer.ts';
import type { World } from './world.ts';

const hasher = await loadHasher();

type Fields = Readonly<Record<string, unknown>>;

/** What a {@link RawOwner} does with the pulls it gets. */
export type PullScript = (owner: RawOwner, pull: Received) => void;

/**
 * An owner that speaks the wire by hand to the receiver called `to`. It answers greetings and confirmations, and each pull as
 * its script says: right or wrong.
 */
export class RawOwner {
  readonly peer: RawPeer;
  readonly ref: Ref;
  /** Whether it answers confirmations. */
  confirms = true;
  readonly #to: string;
  #digest = new ChunkDigest(hasher);
  #seq = 0;

  constructor(world: World, script: PullScript, { id = 'raw', to = 'a' }: { id?: string; to?: string } = {}) {
    this.#to = to;
    this.peer = new RawPeer(world.network, id, { to });
    this.ref = { v: 1, owner: id, refId: 'R1', transactionId: 'T1' };
    this.peer.onReceived = (message) => this.#answer(message, script);
  }

  /** The pulls that came. */
  get pulls(): Received[] {
    return this.peer.all('pull');
  }

  /** Describes the object; the totals alone unless there are segments. */
  describe(pull: Received, fields: Fields = {}, segments: readonly Uint8Array[] = []): void {
    this.sayBody({ kind: 'described', ...idsOf(pull), idleTimeoutMs: 60_000, ...fields }, segments);
  }

  /** Describes the object as a consumer with `start` sees it. */
  describeWhole(pull: Received, description: Fields): void {
    this.describe(pull, {}, [pack(description)]);
  }

  /** Sends the next chunk of a pull; `fields` can make it another. */
  chunk(pull: Received, data: string | readonly string[], state: Fields, fields: Fields = {}): void {
    const segments = chunkSegments(data, state);
    this.#seq += 1;
    this.#digest.add(hasher.checksum(segments));
    this.sayBody({ kind: 'chunk', ...idsOf(pull), seq: this.#seq, ...fields }, segments);
  }

  /** Ends a pull; with the right digest unless `fields` say otherwise. */
  end(pull: Received, fields: Fields = {}): void {
    const [chunks, digest] = [this.#digest.chunks, this.#digest.digest()];
    this.say({ kind: 'end', ...idsOf(pull), status: 'eof', chunks, digest, nonce: 'N1', ...fields });
  }

  /** Refuses a pull. */
  refuse(pull: Received, code: string, fields: Fields = {}): void {
    this.say({ kind: 'refused', ...idsOf(pull), code, ...fields });
  }

  /** Sends a message as it stands, behind what was sent before. */
  say(fields: Fields): void {
    this.#send(pack(fields), []);
  }

  /** Sends a message with a body: of several messages when `partBytes` is smaller than it. */
  sayBody(fields: Fields, segments: readonly Uint8Array[], partBytes?: number): void {
    for (const { header, body } of this.peer.cut(fields, segments, partBytes)) this.#send(pack(header), body);
  }

  // Not waited for: a script is over before time moves on. A link that ended took the message with it.
  #send(header: Uint8Array, body: readonly Uint8Array[]): void {
    this.peer.transport.send(this.#to, { header, body }).catch(() => {});
  }

  #answer(message: Received, script: PullScript): void {
    const { kind, header } = message;
    const { downloadId, nonce, answer } = header;
    if (kind === 'hello' && answer !== true) this.say(this.peer.hello({ answer: true }));
    if (kind === 'confirm' && this.confirms) this.say({ kind: 'confirmed', downloadId, nonce, recorded: true });
    if (kind !== 'pull') return;
    this.#digest = new ChunkDigest(hasher);
    this.#seq = 0;
    script(this, message);
  }
}

/** What names the pull in every answer to it. */
export function idsOf({ header: { downloadId, pullNo } }: Received): Fields {
  return { downloadId, pullNo };
}
