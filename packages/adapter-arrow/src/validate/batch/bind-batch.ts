import { ArrowFormatError } from '../errors.ts';
import type { ByteRange } from '../framing/pieces.ts';
import type { BufferRole } from '../layout/array-layout.ts';
import type { FieldPlan } from '../layout/plan.ts';
import type { FieldNode, RecordBatch } from './read-batch.ts';

/** The array of one field in one batch: its part of the batch’s flat lists. */
export interface BoundArray {
  /** What the array is of, and how it is laid out. */
  readonly plan: FieldPlan;
  /** How many values, nulls included. */
  readonly length: number;
  /** How many of them are null. */
  readonly nullCount: number;
  /** One for each role of the layout, in its order. */
  readonly buffers: readonly ByteRange[];
  /** Of views, the buffers that hold long values; else empty. */
  readonly variadic: readonly ByteRange[];
  /** Arrays of the children, in the order of the plan. */
  readonly children: readonly BoundArray[];
}

/**
 * Gives each field its node and buffers. Throws `bad_batch` when there are too few or too many of them, or when a count
 * is impossible in itself.
 */
export function bindBatch(plans: readonly FieldPlan[], batch: RecordBatch): readonly BoundArray[] {
  if (batch.rows < 0) throw new ArrowFormatError('bad_batch', `The batch has ${batch.rows} rows`);
  const binder = new Binder(batch);
  const arrays = binder.bindAll(plans);
  binder.finish();
  return arrays;
}

/** The buffer of a role; the layout must have it. */
export function bufferOf(array: BoundArray, role: BufferRole): ByteRange {
  return array.buffers[array.plan.layout.buffers.indexOf(role)] ?? { offset: 0, length: 0 };
}

const noBuffers: readonly ByteRange[] = [];
const noArrays: readonly BoundArray[] = [];

class Binder {
  readonly #batch: RecordBatch;
  #node = 0;
  #buffer = 0;
  #variadicCount = 0;

  constructor(batch: RecordBatch) {
    this.#batch = batch;
  }

  bindAll(plans: readonly FieldPlan[]): readonly BoundArray[] {
    const arrays: BoundArray[] = [];
    for (const plan of plans) arrays.push(this.#bind(plan));
    return arrays;
  }

  finish(): void {
    const { nodes, buffers, variadicCounts } = this.#batch;
    if (this.#node < nodes.length) surplus('nodes', this.#node, nodes.length);
    if (this.#buffer < buffers.length) surplus('buffers', this.#buffer, buffers.length);
    if (this.#variadicCount < variadicCounts.length)
      surplus('variadic buffer counts', this.#variadicCount, variadicCounts.length);
  }

  #bind(plan: FieldPlan): BoundArray {
    const { layout, path } = plan;
    const { length, nullCount } = this.#takeNode(path);
    const buffers = this.#takeBuffers(layout.buffers.length, path);
    const variadic = layout.variadic ? this.#takeVariadic(path) : noBuffers;
    const children = plan.children.length === 0 ? noArrays : this.bindAll(plan.children);
    return { plan, length, nullCount, buffers, variadic, children };
  }

  #takeNode(path: string): FieldNode {
    const node = this.#batch.nodes[this.#node++];
    if (node === undefined) fail('The batch has no node for the field', path);
    if (node.length < 0) fail(`The array has ${node.length} slots`, path);
    if (node.nullCount < 0 || node.nullCount > node.length) {
      fail(`${node.nullCount} of ${node.length} slots are said to be null`, path);
    }
    return node;
  }

  #takeBuffers(count: number, path: string): readonly ByteRange[] {
    const taken = this.#batch.buffers.slice(this.#buffer, this.#buffer + count);
    if (taken.length < count) fail(`The batch has ${taken.length} of ${count} buffers for the field`, path);
    this.#buffer += count;
    return taken;
  }

  #takeVariadic(path: string): readonly ByteRange[] {
    const count = this.#batch.variadicCounts[this.#variadicCount++];
    if (count === undefined || count < 0) fail(`The field has ${count ?? 'no'} as its count of variadic buffers`, path);
    return this.#takeBuffers(count, path);
  }
}

function surplus(what: string, wanted: number, given: number): never {
  throw new ArrowFormatError('bad_batch', `The batch has ${given} ${what}, its schema ${wanted}`);
}

function fail(message: string, path: string): never {
  throw new ArrowFormatError('bad_batch', message, { path });
}
