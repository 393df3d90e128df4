import type { Ref } from '@towline/downloader-core';
import type { EndpointOptions, MemoryNetwork, MemoryTransport } from '@towline/transport-memory';
import { settle } from '@towline/transport-memory';

import { loadHasher } from '../../src/base/hash.ts';
import { copyTogether } from '../../src/base/copies.ts';
import { ownLimits } from '../../src/wire/limits.ts';
import { pack, unpack } from '../../src/wire/pack.ts';
import { sliceOf, segmentsOf } from '../../src/wire/slices.ts';
import { bytesOf, textOf } from './objects.ts';

const hasher = await loadHasher();
const noBytes = new Uint8Array(0);

type Fields = Readonly<Record<string, unknown>>;

/** One message as it came in. */
export interface Received {
  readonly kind: string;
  readonly header: Fields;
  readonly body: Uint8Array;
}

/**
 * An endpoint that speaks the wire by hand: it says exactly what a test tells it to, and notes all that it hears. It answers
 * nothing by itself, unless {@link onReceived} does.
 */
export class RawPeer {
  readonly transport: MemoryTransport;
  readonly received: Received[] = [];
  /** Identities of the peers whose links ended. */
  readonly lost: string[] = [];
  /** Called for every message, after it was noted. */
  onReceived: ((message: Received) => void) | undefined;
  readonly #to: string;

  /** An endpoint called `id` that speaks with `to`. */
  constructor(
    network: MemoryNetwork,
    id: string,
    { to = 'owner', ...options }: { to?: string } & EndpointOptions = {},
  ) {
    this.transport = network.endpoint(id, options);
    this.#to = to;
    this.transport.onMessage(({ header, body }) => {
      const fields = unpack(header);
      const message = { kind: String(fields['kind']), header: fields, body: copyTogether(body) };
      this.received.push(message);
      this.onReceived?.(message);
    });
    this.transport.onPeerLost(({ peerId }) => void this.lost.push(peerId));
  }

  /** A peer that has greeted and was greeted. */
  static async greeted(
    network: MemoryNetwork,
    id: string,
    options: { to?: string } & EndpointOptions = {},
  ): Promise<RawPeer> {
    const peer = new RawPeer(network, id, options);
    await peer.say(peer.hello());
    return peer;
  }

  /** The fields of a valid greeting. */
  hello(fields: Fields = {}): Fields {
    const { instanceId, capabilities } = this.transport;
    const limits = ownLimits(capabilities.maxMessageBytes);
    return { kind: 'hello', majors: [1], minor: 0, instanceId, limits, features: [], ...fields };
  }

  /** The fields of a valid first pull with ample credit. */
  pull(ref: Pick<Ref, 'refId'>, fields: Fields = {}): Fields {
    return {
      kind: 'pull',
      downloadId: 'D1',
      pullNo: 1,
      refId: ref.refId,
      consumed: { bytes: 0 },
      credit: { upToSeq: 1000, upToBytes: 1_000_000 },
      requestTimeoutMs: 30_000,
      ...fields,
    };
  }

  /** The fields of a valid confirmation of the last `end` that came, unless `fields` say otherwise. */
  confirm(ref: Pick<Ref, 'refId'>, fields: Fields = {}): Fields {
    const { downloadId = 'D1', nonce = 'none' } = this.last('end')?.header ?? {};
    return { kind: 'confirm', downloadId, refId: ref.refId, nonce, status: 'success', ...fields };
  }

  /** Sends a message as it stands and lets everything come to rest. Rejects as the transport does. */
  async say(fields: Fields): Promise<void> {
    await this.sendBytes(pack(fields));
  }

  /** Sends a message with a body: of several messages when `partBytes` is smaller than it. */
  async sayBody(fields: Fields, segments: readonly Uint8Array[], partBytes = Infinity): Promise<void> {
    for (const { header, body } of this.cut(fields, segments, partBytes)) await this.sendBytes(pack(header), body);
  }

  /** Sends a pull whose body is `state` (none: from the beginning) and, when it is given, the request. */
  async sayPull(ref: Pick<Ref, 'refId'>, fields: Fields = {}, state?: Fields, request?: Fields): Promise<void> {
    const stateBytes = state ? pack(state) : noBytes;
    const requestBytes = request && pack(request);
    const told = requestBytes && {
      request: { checksum: hasher.checksum([requestBytes]), bytes: requestBytes.byteLength },
    };
    const segments = requestBytes ? [stateBytes, requestBytes] : [stateBytes];
    await this.sayBody(this.pull(ref, { ...told, ...fields }), segments);
  }

  /** Sends bytes as a header, whatever they are, and lets everything come to rest. */
  async sendBytes(header: Uint8Array, body: readonly Uint8Array[] = []): Promise<void> {
    await this.transport.send(this.#to, { header, body });
    await settle();
  }

  /** The messages that carry `segments`, with the `body` field that describes each. */
  cut(
    fields: Fields,
    segments: readonly Uint8Array[],
    partBytes = Infinity,
  ): { header: Fields; body: readonly Uint8Array[] }[] {
    const lengths = segments.map((segment) => segment.byteLength);
    const size = lengths.reduce((sum, length) => sum + length, 0);
    const parts = Math.max(Math.ceil(size / partBytes), 1);
    const checksum = hasher.checksum(segments);
    return Array.from({ length: parts }, (_, part) => {
      const at = part === 0 ? 0 : part * partBytes;
      const body = { lengths, checksum, part, parts, at };
      return { header: { ...fields, body }, body: sliceOf(segments, at, Math.min(at + partBytes, size)) };
    });
  }

  /** Everything of one kind that came, in order. */
  all(kind: string): Received[] {
    return this.received.filter((message) => message.kind === kind);
  }

  /** The last message of one kind. */
  last(kind: string): Received | undefined {
    return this.all(kind).at(-1);
  }

  /** The kinds of all that came but greetings, in order. */
  get kinds(): string[] {
    return this.received.map(({ kind }) => kind).filter((kind) => kind !== 'hello');
  }

  /** The data of the chunks that came, as text; those of one pull if it is given. */
  chunks(pullNo?: number): string[] {
    const chunks = this.all('chunk').filter(({ header }) => pullNo === undefined || header['pullNo'] === pullNo);
    return chunks.map((chunk) => segmentsIn(chunk).slice(0, -1).map(textOf).join(''));
  }

  /** The codes of the refusals that came. */
  get refusals(): unknown[] {
    return this.all('refused').map(({ header }) => header['code']);
  }
}

/** The segments of a body that came. */
export function segmentsIn({ header, body }: Received): Uint8Array[] {
  const { lengths } = header['body'] as { lengths: number[] };
  return segmentsOf([body], lengths);
}

/** The checksum over segments, as it stands in headers. */
export function checksumOf(...segments: Uint8Array[]): Uint8Array {
  return hasher.checksum(segments);
}

/** A chunk's segments as an owner sends them: the data, then the state after it. */
export function chunkSegments(data: string | readonly string[], state: Fields): Uint8Array[] {
  return [...[data].flat().map(bytesOf), pack(state)];
}
