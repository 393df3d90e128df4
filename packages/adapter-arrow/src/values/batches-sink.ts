import { Arena, inTurn, joined, type MaybePromise } from '@towline/downloader-core/spi';
import type { RecordBatch, Schema } from 'apache-arrow';
import { arrowError, asArrowError } from '../errors.ts';
import { type ArrowDescription, schemaOf } from '../transfer/description.ts';
import type { ArrowRequest } from '../transfer/request.ts';
import type { ArrowSink } from '../transfer/sink.ts';
import type { Trailer } from '../transfer/trailer.ts';
import { requireValues } from '../validate/index.ts';
import { StreamDecoder, type ValueOptions } from './stream-decoder.ts';

/** Hears of each batch as it is complete; what it returns is waited for. */
export type OnBatch = (batch: RecordBatch) => void | Promise<void>;

const skipBytes = 8;

/** What a {@link BatchesSink} works with. */
export interface BatchesSinkSetup<R> {
  readonly options: ValueOptions;
  readonly onBatch: OnBatch;
  /** What it all becomes, of the schema and the number of rows. */
  readonly result: (schema: Schema | undefined, rows: number) => R;
  /** Whoever gets the batches keeps them all: they share memory. */
  readonly allStay: boolean;
}

/** Makes batches of what arrives and hands them on. */
export class BatchesSink<R> implements ArrowSink<R> {
  readonly as = 'stream';
  keepsBytes = true;
  readonly #setup: BatchesSinkSetup<R>;
  #decoder: StreamDecoder | undefined;
  #rows: RowRange | undefined;
  #handedOut = 0;

  constructor(setup: BatchesSinkSetup<R>) {
    this.#setup = setup;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  begin(description: ArrowDescription, { columns, rows }: ArrowRequest): Promise<void> {
    const { schema, version } = schemaOf(description);
    const fields = columns === undefined ? schema.fields : columns.flatMap((place) => schema.fields[place] ?? []);
    try {
      requireValues({ schema: { ...schema, fields }, version });
    } catch (thrown) {
      throw asArrowError(thrown, 'not_as_values');
    }
    const { options, allStay } = this.#setup;
    this.keepsBytes = !allStay && comesInOnePiece(description);
    const { keepsBytes } = this;
    const arena = allStay ? new Arena(description.bytes) : undefined;
    this.#decoder = new StreamDecoder({ ...options, keepsBytes, arena, container: description.container });
    this.#rows = rows && new RowRange(rows[1] - rows[0]);
    return Promise.resolve();
  }

  write(data: readonly Uint8Array[]): MaybePromise<void> {
    return inTurn(joined(data), (bytes) => {
      const content = this.#rows === undefined ? bytes : this.#rows.takeSkip(bytes);
      return inTurn(this.#started().push(content), (batch) => this.#handOut(batch));
    });
  }

  finish({ batches, rows }: Trailer): Promise<R> {
    const decoded = this.#started().finish();
    if (decoded.batches !== batches || decoded.rows !== rows)
      throw arrowError(
        'incomplete',
        `${decoded.batches} batches of ${decoded.rows} rows came, and the owner says ${batches} of ${rows ?? 'unknown'}`,
      );
    return Promise.resolve(this.#setup.result(decoded.schema, this.#handedOut));
  }

  nothing(): R {
    return this.#setup.result(undefined, 0);
  }

  abandon(): Promise<void> {
    return Promise.resolve();
  }

  #handOut(batch: RecordBatch): MaybePromise<void> {
    const wanted = this.#rows === undefined ? batch : this.#rows.part(batch);
    if (wanted === undefined) return;
    this.#handedOut += wanted.numRows;
    return this.#setup.onBatch(wanted);
  }

  #started(): StreamDecoder {
    return this.#decoder as StreamDecoder;
  }
}

/**
 * Whether most batches are so small that they come in one chunk: then values lie in what arrived. Larger ones are put together, thus
 * copied, and then memory that is lent and used again is less than memory that is given away and becomes garbage.
 */
function comesInOnePiece({ bytes, batches }: ArrowDescription): boolean {
  return bytes === undefined || batches === undefined || bytes <= batches * mostInOnePiece;
}

const mostInOnePiece = 512 * 1024;

/** Cuts batches to the rows that were asked for: the download says first how many come before them. */
class RowRange {
  readonly #skipBytes = new Uint8Array(skipBytes);
  #held = 0;
  #skip = 0;
  #left: number;

  constructor(rows: number) {
    this.#left = rows;
  }

  /** Takes what belongs to the first 8 bytes, and gives the rest. */
  takeSkip(bytes: Uint8Array): Uint8Array {
    const own = bytes.subarray(0, skipBytes - this.#held);
    if (own.byteLength === 0) return bytes;
    this.#skipBytes.set(own, this.#held);
    this.#held += own.byteLength;
    if (this.#held === skipBytes) this.#skip = Number(new DataView(this.#skipBytes.buffer).getBigUint64(0, true));
    return bytes.subarray(own.byteLength);
  }

  part(batch: RecordBatch): RecordBatch | undefined {
    const from = Math.min(this.#skip, batch.numRows);
    const to = Math.min(from + this.#left, batch.numRows);
    this.#skip -= from;
    this.#left -= to - from;
    if (from === to) return undefined;
    return from === 0 && to === batch.numRows ? batch : batch.slice(from, to);
  }
}
