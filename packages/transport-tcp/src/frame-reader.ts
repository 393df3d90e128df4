import { copyInto, DownloadError, isDownloadError, smallCopy } from '@towline/downloader-core/spi';
import { decodePrefix, type FrameLimits, type FramePrefix, prefixBytes, protocolError } from './frame.ts';

/** How much is read at once between bodies: the most that is ever copied of a body. */
const readAheadBytes = 16 * 1024;

/** A whole frame. Header and body have memory of their own; the body is empty or one buffer of exactly its size. */
export interface Frame {
  readonly kind: FramePrefix['kind'];
  readonly header: Uint8Array;
  readonly body: Uint8Array;
}

/** Takes what a {@link FrameReader} makes of the bytes. */
export interface FrameSink {
  /** Called once a prefix was read, before anything is allocated; an error refuses the frame and ends the reading. */
  refuse(prefix: FramePrefix): DownloadError | undefined;
  onFrame(frame: Frame): void;
  /** The bytes are no frames, or a frame was refused. Nothing is called afterwards. */
  onBroken(problem: DownloadError): void;
}

/** Gives memory for bodies. */
export type AllocateBody = (bytes: number) => Uint8Array;

/**
 * Cuts a stream of bytes into frames. Whoever owns the socket reads into {@link nextBuffer} and says by {@link advance}
 * how much came, so that the kernel can write straight into a body's own memory; or, where the socket brings its own
 * buffers, hands them to {@link push}.
 */
export class FrameReader {
  /** Called once, with the next bytes. */
  onNextBytes: (() => void) | undefined;
  readonly #limits: FrameLimits;
  readonly #allocateBody: AllocateBody;
  readonly #scratch: Uint8Array;
  readonly #view: DataView;
  #sink: FrameSink | undefined;
  #start = 0;
  #end = 0;
  #isStopped = false;
  #prefix: FramePrefix | undefined;
  #header: Uint8Array = new Uint8Array(0);
  #body: Uint8Array | undefined;
  #bodyFilled = 0;
  #reads = 0;

  constructor(limits: FrameLimits, allocateBody: AllocateBody) {
    this.#limits = limits;
    this.#allocateBody = allocateBody;
    this.#scratch = new Uint8Array(Buffer.allocUnsafeSlow(prefixBytes + limits.maxHeaderBytes + readAheadBytes).buffer);
    this.#view = new DataView(this.#scratch.buffer);
  }

  /** How many times bytes came, of whatever frame: of a large body some hundred times, so nobody is called for it. */
  get reads(): number {
    return this.#reads;
  }

  /** Begins to hand out frames. A peer that sent something before was out of turn. */
  start(sink: FrameSink): void {
    this.#sink = sink;
    if (this.#isStopped) sink.onBroken(protocolError('the peer spoke out of turn'));
  }

  /** Ignores everything from now on. */
  stop(): void {
    this.#isStopped = true;
    this.#body = undefined;
  }

  /** Where the next bytes belong; never empty, valid until the next call of any method. */
  nextBuffer(): Uint8Array {
    if (this.#body) return this.#body.subarray(this.#bodyFilled);
    return this.#scratch.subarray(this.#end, this.#end + readAheadBytes);
  }

  /** The first `bytes` of {@link nextBuffer} were filled. */
  advance(bytes: number): void {
    this.#reads += 1;
    if (this.onNextBytes) this.#tellNextBytes(this.onNextBytes);
    const body = this.#body;
    if (!body) return this.#advanceHead(bytes);
    this.#bodyFilled += bytes;
    if (this.#bodyFilled === body.byteLength) this.#emit(body);
  }

  /** Takes bytes that came in a buffer of the socket's. */
  push(bytes: Uint8Array): void {
    for (let offset = 0; offset < bytes.byteLength && !this.#isStopped;) {
      const target = this.nextBuffer();
      const taken = bytes.subarray(offset, offset + target.byteLength);
      copyInto(target, taken, 0);
      offset += taken.byteLength;
      this.advance(taken.byteLength);
    }
  }

  #tellNextBytes(listener: () => void): void {
    this.onNextBytes = undefined;
    listener();
  }

  #advanceHead(bytes: number): void {
    if (this.#isStopped) return;
    if (!this.#sink) return this.stop();
    this.#end += bytes;
    this.#parse();
  }

  #parse(): void {
    while (!this.#isStopped && !this.#body && this.#parseOne());
    // What is left is less than one frame's head, so there is always room to read ahead.
    this.#scratch.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }

  /** Takes one frame's head off the scratch memory; false when it is not all there. */
  #parseOne(): boolean {
    this.#prefix ??= this.#takePrefix();
    const prefix = this.#prefix;
    if (!prefix || this.#end - this.#start < prefix.headerBytes) return false;
    this.#header = smallCopy(this.#scratch.subarray(this.#start, (this.#start += prefix.headerBytes)));
    this.#beginBody(prefix.bodyBytes);
    return true;
  }

  #takePrefix(): FramePrefix | undefined {
    if (this.#end - this.#start < prefixBytes) return undefined;
    const prefix = decodePrefix(this.#view, this.#start, this.#limits);
    const problem = isDownloadError(prefix) ? prefix : this.#sink?.refuse(prefix);
    if (problem) this.#break(problem);
    if (problem || isDownloadError(prefix)) return undefined;
    this.#start += prefixBytes;
    return prefix;
  }

  #beginBody(bodyBytes: number): void {
    const body = this.#allocate(bodyBytes);
    if (!body) return;
    const arrived = this.#scratch.subarray(this.#start, Math.min(this.#end, this.#start + bodyBytes));
    copyInto(body, arrived, 0);
    this.#start += arrived.byteLength;
    this.#bodyFilled = arrived.byteLength;
    this.#body = body;
    if (this.#bodyFilled === bodyBytes) this.#emit(body);
  }

  #allocate(bodyBytes: number): Uint8Array | undefined {
    if (bodyBytes === 0) return new Uint8Array(0);
    try {
      return this.#allocateBody(bodyBytes);
    } catch (error) {
      // The machine is out of memory for this one message: its link ends, everything else goes on.
      this.#break(new DownloadError('limit_exceeded', `no memory for a body of ${bodyBytes} bytes`, { cause: error }));
      return undefined;
    }
  }

  #emit(body: Uint8Array): void {
    const frame = { kind: this.#prefix?.kind ?? 'message', header: this.#header, body };
    this.#prefix = undefined;
    this.#body = undefined;
    this.#sink?.onFrame(frame);
  }

  #break(problem: DownloadError): void {
    this.stop();
    this.#sink?.onBroken(problem);
  }
}
