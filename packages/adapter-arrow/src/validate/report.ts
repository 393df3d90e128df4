import { codecName } from './batch/codec.ts';
import type { CheckedBatch } from './batch-validator.ts';
import type { ArrowSchema } from './schema/model.ts';
import type { SchemaMessage } from './schema/schema-message.ts';
import { type ValueObstacle, valueObstacles } from './schema/value-obstacles.ts';

/** What was found in a stream or file that is sound. */
export interface ArrowReport {
  /** How the data is laid out. */
  readonly container: 'stream' | 'file';
  /** Its columns. */
  readonly schema: ArrowSchema;
  /** Of the metadata: 4 or 5. */
  readonly version: number;
  /** What keeps the data from becoming values with the library; empty when nothing does. */
  readonly obstacles: readonly ValueObstacle[];
  /** Whether every value was checked, and not only the structure. */
  readonly valuesChecked: boolean;
  /** Of all record batches together. */
  readonly rows: number;
  /** How many record batches. */
  readonly batches: number;
  /** How many batches that hold values of dictionaries. */
  readonly dictionaryBatches: number;
  /** Of all messages, as they are stored. */
  readonly bodyBytes: number;
  /** Codecs of compressed batches, each once: `lz4Frame`, `zstd`. */
  readonly compression: readonly string[];
  /** Whether a stream has its end marker. One without may have been cut between two messages. */
  readonly ended: boolean;
}

type Totals = { -readonly [K in 'rows' | 'batches' | 'dictionaryBatches' | 'bodyBytes']: ArrowReport[K] };

/** Adds up an {@link ArrowReport}. */
export class ReportBuilder {
  readonly #base: Omit<ArrowReport, keyof Totals | 'compression' | 'ended'>;
  readonly #totals: Totals = { rows: 0, batches: 0, dictionaryBatches: 0, bodyBytes: 0 };
  readonly #codecs = new Set<string>();

  constructor(container: ArrowReport['container'], message: SchemaMessage, valuesChecked: boolean) {
    this.#base = { container, ...message, obstacles: valueObstacles(message), valuesChecked };
  }

  add({ kind, rows, bodyBytes, batch }: CheckedBatch): void {
    if (kind === 'recordBatch') {
      this.#totals.rows += rows;
      this.#totals.batches += 1;
    } else {
      this.#totals.dictionaryBatches += 1;
    }
    this.#totals.bodyBytes += bodyBytes;
    const codec = batch.compression === undefined ? undefined : codecName(batch.compression);
    if (codec !== undefined) this.#codecs.add(codec);
  }

  finish(ended: boolean): ArrowReport {
    return { ...this.#base, ...this.#totals, compression: [...this.#codecs], ended };
  }
}
