import {
  type DownloadError,
  type ErrorCodeEntry,
  errorEntry,
  errorsOf,
  isDownloadError,
} from '@towline/downloader-core/spi';
import type { ArrowFormatError } from './validate/index.ts';

/** The codes that Arrow adds to those of core. Codes are promised; messages are not. */
export const arrowErrorCodes = {
  // The owner's data
  bad_arrow: errorEntry(
    'local',
    2,
    'The bytes are no Arrow stream or file; the message says what is wrong and where.',
    'Write them again with a conforming writer, or share them as a plain file.',
  ),
  foreign_arrow: errorEntry(
    'local',
    2,
    'The table or batch was made by another copy or version of apache-arrow, which this one would read as empty.',
    'Make one copy of the package of both, or give `tableToIPC(table)` of that copy.',
  ),
  source_passed: errorEntry(
    'remote',
    1,
    'The source can be read only once, and what this receiver needs is gone from its buffer.',
    'Declare the receiver, so that it is waited for, or raise `bufferBytes`.',
  ),

  // What a peer claims
  bad_description: errorEntry(
    'remote',
    1,
    'The owner’s description of Arrow data is malformed or contradicts itself.',
    'Check that both sides run compatible versions; report it.',
  ),
  bad_values: errorEntry(
    'remote',
    1,
    'What the owner sent breaks the Arrow format; the message says which field and how.',
    'Have the owner write it again; to look at it as it is, take it as bytes.',
  ),
  incomplete: errorEntry(
    'remote',
    1,
    'Fewer bytes, batches or rows arrived than the owner says there are, or more.',
    'Report it: this is a fault of the owner’s program.',
  ),
  wrong_kind: errorEntry('local', 2, 'The object holds no Arrow data.', 'Use the consumer for its kind.'),

  // What was asked for
  not_as_values: errorEntry(
    'local',
    2,
    'The data is sound, but the library here cannot make values of it without a loss.',
    'Take it as bytes.',
  ),
  nothing_selected: errorEntry('local', 2, 'No column, batch or row matches the selection.', 'Correct the selection.'),
  bad_selection: errorEntry(
    'local',
    2,
    'As bytes only whole batches can be taken, and a part needs a schema that is understood.',
    'Select rows on the borders of batches, take values, or take all of it.',
  ),
  selection_forbidden: errorEntry(
    'remote',
    2,
    'The owner hands over the object as a whole only.',
    'Ask without a selection.',
  ),
  total_too_large: errorEntry(
    'local',
    1,
    'The object has more bytes than `maxTotalBytes` allows.',
    'Raise the limit, or select less.',
  ),
} as const satisfies Readonly<Record<string, ErrorCodeEntry>>;

/** A code of {@link arrowErrorCodes}. */
export type ArrowErrorCode = keyof typeof arrowErrorCodes;

/** A `DownloadError` with a code of ours; its side is the usual one of the code. */
export const arrowError: (code: ArrowErrorCode, message: string, cause?: unknown) => DownloadError =
  errorsOf(arrowErrorCodes);

/** An error of the format as one of ours; `not_as_values` keeps its code, all others pass. `where`: what was read. */
export function asArrowError(thrown: unknown, code: ArrowErrorCode, where?: string): unknown {
  if (isDownloadError(thrown) || !isFormatError(thrown)) return thrown;
  const own = thrown.code === 'not_as_values' ? 'not_as_values' : code;
  return arrowError(own, where === undefined ? thrown.message : `${where}: ${thrown.message}`, thrown);
}

// Known by its name, not by `instanceof`: the entry may be loaded twice.
function isFormatError(thrown: unknown): thrown is ArrowFormatError {
  return thrown instanceof Error && thrown.name === 'ArrowFormatError';
}
