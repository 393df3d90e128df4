import { listOf, oneOf, optional, pairOf, refine, type Schema, strictMapOf, whole } from '@towline/downloader-core/spi';

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

const range = refine(pairOf(whole(0)), ([from, to]) => from <= to, 'is a range that ends before it begins');
const rising = refine(
  listOf(whole(0)),
  (places) => places.every((place, at) => at === 0 || place > (places[at - 1] ?? 0)),
  'is a list that does not rise',
);

/** Parses requests; untrusted. Whether they fit an object is for its plan to say. */
export const requestSchema: Schema<ArrowRequest> = refine(
  strictMapOf<ArrowRequest>({
    as: oneOf('source', 'stream'),
    columns: optional(rising),
    batches: optional(range),
    rows: optional(range),
  }),
  ({ batches, rows }) => batches === undefined || rows === undefined,
  'asks for batches and for rows',
);

/** Whether a request is for a part. */
export function isPart({ columns, batches, rows }: ArrowRequest): boolean {
  return columns !== undefined || batches !== undefined || rows !== undefined;
}
