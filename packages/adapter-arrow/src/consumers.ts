import { type RecordBatch, type Schema, Table } from 'apache-arrow';
import { ArrowConsumer, type ArrowTargetOptions } from './transfer/arrow-consumer.ts';
import { BytesSink } from './transfer/bytes-sink.ts';
import { BatchesSink, type OnBatch } from './values/batches-sink.ts';
import type { ValueOptions } from './values/stream-decoder.ts';

/** Options of {@link TableConsumer} and {@link BatchesConsumer}. */
export interface ValueTargetOptions extends ArrowTargetOptions, ValueOptions {}

/** Options of {@link IpcConsumer}. */
export interface IpcConsumerOptions extends ArrowTargetOptions {
  /**
   * `stream`: the messages as one IPC stream, whatever the owner has, for other libraries. `source`: the owner's bytes as they
   * are. Default `source`.
   */
  readonly as?: 'source' | 'stream' | undefined;
}

/** Receives Arrow data as a table of values that were checked. One consumer serves one download. */
export class TableConsumer extends ArrowConsumer<Table> {
  /** Throws `invalid_argument`. */
  constructor(options: ValueTargetOptions = {}) {
    const batches: RecordBatch[] = [];
    const onBatch = (batch: RecordBatch): void => void batches.push(batch);
    const result = (schema: Schema | undefined): Table => (schema ? new Table(schema, batches) : new Table());
    super(options, new BatchesSink({ options, onBatch, result, allStay: true }));
  }
}

/** What receiving batches gives in the end. */
export interface BatchesResult {
  /** That were handed out. */
  readonly rows: number;
}

/** Receives Arrow data batch by batch; nothing of it is held. One consumer serves one download. */
export class BatchesConsumer extends ArrowConsumer<BatchesResult> {
  /** `onBatch` gets each batch when it is complete and checked, and is waited for. Throws `invalid_argument`. */
  constructor(onBatch: OnBatch, options: ValueTargetOptions = {}) {
    super(options, new BatchesSink({ options, onBatch, result: (_schema, rows) => ({ rows }), allStay: false }));
  }
}

/** Receives Arrow data as bytes that nothing decodes: whatever they hold arrives. One consumer serves one download. */
export class IpcConsumer extends ArrowConsumer<Uint8Array> {
  /** Throws `invalid_argument`. */
  constructor({ as = 'source', ...options }: IpcConsumerOptions = {}) {
    super(options, new BytesSink(as));
  }
}
