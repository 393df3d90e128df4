import {
  type ArrowField,
  type ByteRange,
  type FieldPlan,
  layoutCounts,
  planSchema,
  type RecordBatch,
  type SchemaMessage,
} from '../validate/index.ts';

/** Which arrays of a batch some columns are. */
export interface Projection {
  readonly schema: SchemaMessage;
  /** Ids of the dictionaries that the columns use, also inside of others. */
  readonly dictionaries: ReadonlySet<bigint>;
  readonly columns: readonly (FieldPlan & { readonly wanted: boolean })[];
}

/** A batch of fewer columns: new metadata, and which ranges of the old body the new one is made of, each padded to 8. */
export interface ProjectedBatch {
  readonly batch: RecordBatch;
  readonly buffers: readonly ByteRange[];
  readonly bodyBytes: number;
}

/** Plans the projection of a schema onto columns. Throws `unknown_layout` where a column’s buffers cannot be told apart. */
export function planProjection({ schema, version }: SchemaMessage, wanted: readonly number[]): Projection {
  const places = new Set(wanted);
  const { columns } = planSchema(schema, version === 4 ? 4 : 5);
  const fields = schema.fields.filter((_, place) => places.has(place));
  return {
    schema: { schema: { ...schema, fields }, version },
    dictionaries: new Set(fields.flatMap(dictionaryIds)),
    columns: columns.map((plan, place) => ({ ...plan, wanted: places.has(place) })),
  };
}

/** Leaves out the nodes and buffers of columns that are not wanted. What the buffers hold does not matter. */
export function projectBatch({ columns }: Projection, batch: RecordBatch): ProjectedBatch {
  const kept = { nodes: [] as RecordBatch['nodes'][number][], counts: [] as number[], buffers: [] as ByteRange[] };
  const next = { node: 0, buffer: 0, count: 0 };
  for (const plan of columns) {
    const counts = layoutCounts([plan]);
    const variadic = batch.variadicCounts.slice(next.count, next.count + counts.variadicCounts);
    const buffers = counts.buffers + variadic.reduce((sum, more) => sum + more, 0);
    if (plan.wanted) {
      kept.nodes.push(...batch.nodes.slice(next.node, next.node + counts.nodes));
      kept.buffers.push(...batch.buffers.slice(next.buffer, next.buffer + buffers));
      kept.counts.push(...variadic);
    }
    next.node += counts.nodes;
    next.buffer += buffers;
    next.count += counts.variadicCounts;
  }
  const { placed, bodyBytes } = placeBuffers(kept.buffers);
  const { rows, compression } = batch;
  return {
    batch: { rows, nodes: kept.nodes, buffers: placed, variadicCounts: kept.counts, compression },
    buffers: kept.buffers,
    bodyBytes,
  };
}

/** Where buffers come to lie one behind the other, each at a multiple of 8. */
export function placeBuffers(buffers: readonly Pick<ByteRange, 'length'>[]): {
  readonly placed: readonly ByteRange[];
  readonly bodyBytes: number;
} {
  let offset = 0;
  const placed = buffers.map(({ length }) => {
    const range = { offset, length };
    offset += Math.ceil(length / 8) * 8;
    return range;
  });
  return { placed, bodyBytes: offset };
}

function dictionaryIds({ dictionary, children }: ArrowField): bigint[] {
  return [...(dictionary === undefined ? [] : [dictionary.id]), ...children.flatMap(dictionaryIds)];
}
