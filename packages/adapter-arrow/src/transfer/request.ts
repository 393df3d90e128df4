import type { Schema } from '@towline/downloader-core/spi';
import { z } from 'zod';

/** What a download is to bring, as MessagePack carries it. */
export type ArrowRequest = {
  /** The bytes as they are, or the messages as one stream. */
  readonly as: 'source' | 'stream';
  /** The places of the columns that are wanted, rising. Absent: all. */
  readonly columns?: readonly number[] | undefined;
  /** From and up to but without: whole batches. */
  readonly batches?: readonly [number, number] | undefined;
  /** From and up to but without. With `as: 'stream'` the download begins with 8 bytes: how many rows of the first batch to drop. */
  readonly rows?: readonly [number, number] | undefined;
};

const count = z.int().min(0);
const range = z
  .tuple([count, count])
  .refine(([from, to]) => from <= to, { error: 'a range that ends before it begins' });

/** Parses requests; untrusted. Whether they fit an object is for its plan to say. */
export const requestSchema: Schema<ArrowRequest> = z
  .strictObject({
    as: z.enum(['source', 'stream']),
    columns: z
      .array(count)
      .refine((places) => places.every((place, at) => at === 0 || place > (places[at - 1] ?? 0)), {
        error: 'columns that do not rise',
      })
      .optional(),
    batches: range.optional(),
    rows: range.optional(),
  })
  .refine(({ batches, rows }) => batches === undefined || rows === undefined, { error: 'batches and rows' });

/** Whether a request is for a part. */
export function isPart({ columns, batches, rows }: ArrowRequest): boolean {
  return columns !== undefined || batches !== undefined || rows !== undefined;
}
