/** The cursor of a folder: the entry of the manifest that comes next, and how far into it. */
export type FolderState = {
  /** A place in the manifest, counted from 0; behind the last one at the end. */
  readonly entry: number;
  /** In bytes from the beginning of that entry's file. */
  readonly offset: number;
};

/** A file that is sent: its place in the manifest, and its size. */
export interface SpanFile {
  readonly entry: number;
  readonly size: number;
}

/** A piece of one file. Pieces of files that are empty have no bytes. */
export interface Span {
  readonly entry: number;
  readonly offset: number;
  readonly length: number;
  /** The file ends with this piece. */
  readonly last: boolean;
}

/** The pieces of one chunk. */
export interface ChunkPlan {
  readonly spans: readonly Span[];
  readonly bytes: number;
  /** How many files end in it. */
  readonly filesEnded: number;
  readonly next: FolderState;
}

/** The most files that one chunk touches: bounds the work for one chunk of many empty files. */
export const maxSpans = 4_096;

/**
 * Plans the chunk after `from`: the files follow each other without a gap, so that every chunk but the last is full,
 * or touches {@link maxSpans} files. Nothing when all files are sent. `files` are in the order of `entry`.
 */
export function planChunk(files: readonly SpanFile[], from: FolderState, chunkBytes: number): ChunkPlan | undefined {
  const spans: Span[] = [];
  let bytes = 0;
  let filesEnded = 0;
  let next = from;
  for (let at = firstAt(files, from.entry); at < files.length && spans.length < maxSpans; at += 1) {
    const file = files[at] as SpanFile;
    const offset = file.entry === from.entry ? from.offset : 0;
    const length = Math.min(file.size - offset, chunkBytes - bytes);
    if (length === 0 && file.size > 0) break;
    const last = offset + length === file.size;
    spans.push({ entry: file.entry, offset, length, last });
    bytes += length;
    filesEnded += Number(last);
    next = last ? { entry: file.entry + 1, offset: 0 } : { entry: file.entry, offset: offset + length };
    if (!last) break;
  }
  return spans.length === 0 ? undefined : { spans, bytes, filesEnded, next };
}

/**
 * The pieces of a chunk of `bytes` bytes that leads from one state to the next, or nothing when no chunk can. For
 * receivers, who learn the states from the peer.
 */
export function spansBetween(
  files: readonly SpanFile[],
  from: FolderState,
  to: FolderState,
  bytes: number,
): readonly Span[] | undefined {
  if (to.entry < from.entry || (to.entry === from.entry && to.offset <= from.offset)) return undefined;
  const spans: Span[] = [];
  let left = bytes;
  for (let at = firstAt(files, from.entry); at < files.length && spans.length <= maxSpans; at += 1) {
    const { entry, size } = files[at] as SpanFile;
    if (entry > to.entry || (entry === to.entry && to.offset === 0)) break;
    const offset = entry === from.entry ? from.offset : 0;
    const end = entry === to.entry ? to.offset : size;
    if (end < offset || end > size || end - offset > left) return undefined;
    left -= end - offset;
    spans.push({ entry, offset, length: end - offset, last: end === size });
  }
  return left === 0 && spans.length <= maxSpans ? spans : undefined;
}

/** Whether a state lies in a folder of these files: at the start of some entry or within a file. */
export function stateIsWithin(files: readonly SpanFile[], entries: number, { entry, offset }: FolderState): boolean {
  if (entry > entries) return false;
  if (offset === 0) return true;
  const file = files[firstAt(files, entry)];
  return file !== undefined && file.entry === entry && offset < file.size;
}

function firstAt(files: readonly SpanFile[], entry: number): number {
  let low = 0;
  let high = files.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((files[middle] as SpanFile).entry < entry) low = middle + 1;
    else high = middle;
  }
  return low;
}
