import {
  type DownloadError,
  type ErrorCodeEntry,
  errorEntry,
  errorsOf,
  isDownloadError,
} from '@towline/downloader-core/spi';
import { isSafetensorsError } from './safetensors/index.ts';

/** The codes that the transfer of tensors adds to those of core. Codes are promised; messages are not. */
export const tensorErrorCodes = {
  // The owner's checkpoint
  bad_checkpoint: errorEntry(
    'local',
    2,
    'The file, index or folder is no valid safetensors checkpoint; the message says what is wrong and at which byte.',
    'Write it again with a conforming writer, or share it as a plain file.',
  ),

  // What a peer claims
  bad_description: errorEntry(
    'remote',
    1,
    'The owner’s description holds no valid headers, or contradicts itself.',
    'Check that both sides run compatible versions; report it.',
  ),
  wrong_kind: errorEntry('local', 2, 'The object holds no tensors.', 'Use the consumer for its kind.'),

  // What was asked for
  nothing_selected: errorEntry(
    'local',
    2,
    'No tensor matches the selection, or one that was named is not there.',
    'Correct the names and patterns.',
  ),
  selection_forbidden: errorEntry(
    'remote',
    2,
    'The owner hands over the object as a whole only.',
    'Ask without a selection.',
  ),
  bad_base: errorEntry(
    'local',
    2,
    'The base is no checkpoint that can be read.',
    'Give the path of an older copy, or none.',
  ),
  base_changed: errorEntry(
    'local',
    1,
    'The base was changed while it was used.',
    'Pull again when nobody writes to the base.',
  ),
  total_too_large: errorEntry(
    'local',
    1,
    'The tensors have more bytes than `maxTotalBytes` allows.',
    'Raise the limit, or select fewer tensors.',
  ),
  tensor_too_large: errorEntry(
    'local',
    1,
    'A tensor is larger than the largest array of this engine, or than the free memory.',
    'Receive it to disk, or select rows of it.',
  ),
} as const satisfies Readonly<Record<string, ErrorCodeEntry>>;

/** A code of {@link tensorErrorCodes}. */
export type TensorErrorCode = keyof typeof tensorErrorCodes;

/** A `DownloadError` with a code of ours; its side is the usual one of the code. */
export const tensorError: (code: TensorErrorCode, message: string, cause?: unknown) => DownloadError =
  errorsOf(tensorErrorCodes);

/** Runs work on the format and turns its errors into ours, with their place; all others pass. */
export function asTensorError(thrown: unknown, code: TensorErrorCode): unknown {
  if (isDownloadError(thrown) || !isSafetensorsError(thrown)) return thrown;
  if (thrown.code === 'tensor_too_large') return tensorError('tensor_too_large', thrown.message, thrown);
  return tensorError(code, thrown.message, thrown);
}
