import { arrowError } from '../errors.ts';
import type { ArrowCatalogue, CatalogueMessage } from './catalogue.ts';
import type { Projection } from './projection.ts';
import type { ArrowRequest } from './request.ts';

/** The messages of a part. */
export interface SelectedMessages {
  readonly messages: readonly CatalogueMessage[];
  /** How many rows of the first batch come before those that are wanted. */
  readonly skipRows: number;
}

/**
 * The messages that a request is about: its batches, and every dictionary that one of them may need. A stream may replace
 * dictionaries, so there all that come before the last wanted batch are kept, in their order. Throws `bad_selection`.
 */
export function selectMessages(
  { messages, container, batches }: ArrowCatalogue,
  request: ArrowRequest,
  projection: Projection | undefined,
): SelectedMessages {
  const { from, to, skipRows } = wantedBatches(messages, batches, request);
  const selected: CatalogueMessage[] = [];
  let batch = 0;
  for (const message of messages) {
    if (container === 'stream' && batch >= to && batch > 0) break;
    if (message.message === 'recordBatch') {
      if (batch >= from && batch < to) selected.push(message);
      batch += 1;
    } else if (message.message === 'dictionaryBatch' && isUsed(message, projection)) {
      selected.push(message);
    }
  }
  return { messages: selected, skipRows };
}

function isUsed({ dictionaryId }: CatalogueMessage, projection: Projection | undefined): boolean {
  return projection === undefined || dictionaryId === undefined || projection.dictionaries.has(dictionaryId);
}

interface WantedBatches {
  readonly from: number;
  readonly to: number;
  readonly skipRows: number;
}

function wantedBatches(
  messages: readonly CatalogueMessage[],
  count: number,
  { batches, rows, as }: ArrowRequest,
): WantedBatches {
  if (rows !== undefined) return batchesOfRows(messages, rows, as);
  const [from, to] = batches ?? [0, count];
  if (to > count) throw arrowError('bad_selection', `There are ${count} batches, and ${to} were asked for`);
  return { from, to, skipRows: 0 };
}

function batchesOfRows(
  messages: readonly CatalogueMessage[],
  [begin, end]: readonly [number, number],
  as: ArrowRequest['as'],
): WantedBatches {
  const counts = messages.flatMap(({ message, rows }) => (message === 'recordBatch' ? [rows] : []));
  let start = 0;
  let from = counts.length;
  let to = 0;
  let skipRows = 0;
  for (const [place, rows] of counts.entries()) {
    if (rows === undefined) throw arrowError('bad_selection', 'A batch has a number of rows that cannot be read');
    const next = start + rows;
    if (next > begin && start < end) {
      if (place < from) skipRows = begin > start ? begin - start : 0;
      from = Math.min(from, place);
      to = place + 1;
      const isInside = start >= begin && next <= end;
      if (as === 'source' && !isInside)
        throw arrowError('bad_selection', `As bytes rows end on batches: one holds rows ${start} to ${next}`);
    }
    start = next;
  }
  if (end > start) throw arrowError('bad_selection', `There are ${start} rows, and ${end} were asked for`);
  return from < to ? { from, to, skipRows } : { from: 0, to: 0, skipRows: 0 };
}
