import { DownloadError, type ErrorCodeEntry } from '@towline/downloader-core/spi';
import { diskErrorCodes } from '@towline/file-io';

/** The codes that files and folders add to those of core: those of the disks, and their own. Codes are promised; messages are not. */
export const fileErrorCodes = {
  ...diskErrorCodes,
  wrong_kind: {
    side: 'local',
    retryable: false,
    exit: 2,
    meaning: 'The object is no file or folder, or the other of the two.',
    action: 'Use the consumer for its kind; PathConsumer takes both.',
  },
} as const satisfies Readonly<Record<string, ErrorCodeEntry>>;

/** A code of {@link fileErrorCodes}. */
export type FileErrorCode = keyof typeof fileErrorCodes;

/** The error of a consumer that got an object of another kind. */
export function wrongKind(problem: string): DownloadError {
  return new DownloadError('wrong_kind', problem, { side: 'local' });
}
