import { type DownloadError, type ErrorCodeEntry, errorEntry, errorsOf, reasonOf } from '@towline/downloader-core/spi';

/** The codes of whatever reads from an owner's disk or writes to a receiver's. Codes are promised; messages are not. */
export const diskErrorCodes = {
  // The owner's disk
  source_missing: errorEntry('local', 2, 'The file or folder to share does not exist.', 'Correct the path.'),
  source_unreadable: errorEntry(
    'local',
    2,
    'The file or folder to share, or something in it, cannot be read.',
    'Give this user the right to read it, or leave it out.',
  ),
  source_unsupported: errorEntry(
    'local',
    2,
    'The path, or something in the folder, is no file, folder or symbolic link: a device, a FIFO, a socket.',
    'Leave it out.',
  ),
  link_refused: errorEntry(
    'local',
    2,
    'A symbolic link leads out of its folder, or links were to be refused.',
    'Replace the link by what it points to, or leave it out.',
  ),

  // Names and lists of a peer
  unsafe_name: errorEntry(
    'remote',
    1,
    'A name cannot be used safely here: it would leave the folder, clash with another, or is not allowed on this platform.',
    'Have the owner rename it, or give the object another name with the `name` option.',
  ),
  bad_manifest: errorEntry(
    'remote',
    1,
    'The description of a file, or the list of what is in a folder, is malformed or contradicts itself.',
    'Check that both sides run compatible versions; report it.',
  ),

  // The receiver's disk
  target_exists: errorEntry(
    'local',
    2,
    'Something with the name of the target exists already.',
    'Remove it, choose another name or folder, or allow overwriting.',
  ),
  target_missing: errorEntry('local', 2, 'The folder to write into does not exist.', 'Make the folder first.'),
  not_writable: errorEntry(
    'local',
    1,
    'The folder to write into is read-only, or this user may not write there.',
    'Choose another folder, or change its rights.',
  ),
  no_space: errorEntry(
    'local',
    1,
    'The disk has not enough room.',
    'Free some space, or choose a folder on another disk.',
  ),
  disk_error: errorEntry('local', 1, 'The operating system refused to write, for another reason.', 'See the cause.'),
} as const satisfies Readonly<Record<string, ErrorCodeEntry>>;

/** A code of {@link diskErrorCodes}. */
export type DiskErrorCode = keyof typeof diskErrorCodes;

/** A `DownloadError` with a code of ours; its side is the usual one of the code. */
export const diskError: (code: DiskErrorCode, message: string, cause?: unknown) => DownloadError =
  errorsOf(diskErrorCodes);

/** What a failed system call on the owner's file means: `subject` is the path that is to be named. */
export function sourceError(thrown: unknown, subject: string): DownloadError {
  const missing = ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(thrown) ?? '');
  const [code, what] = missing
    ? (['source_missing', 'does not exist'] as const)
    : (['source_unreadable', 'cannot be read'] as const);
  return diskError(code, `${subject} ${what}: ${reasonOf(thrown)}`, thrown);
}

/** What a failed system call on the receiver's disk means: `subject` is the path that is to be named. */
export function targetError(thrown: unknown, subject: string): DownloadError {
  const code = targetCode(systemCode(thrown));
  return diskError(code, `${subject}: ${reasonOf(thrown)}`, thrown);
}

/** The code of a system error (`ENOENT` …), if it is one. */
export function systemCode(thrown: unknown): string | undefined {
  const code: unknown = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function targetCode(code: string | undefined): DiskErrorCode {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'no_space';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'not_writable';
    case 'ENOENT':
    case 'ENOTDIR':
      return 'target_missing';
    case 'EEXIST':
    case 'ENOTEMPTY':
    case 'EISDIR':
      return 'target_exists';
    case 'ENAMETOOLONG':
    case 'EILSEQ':
      return 'unsafe_name';
    default:
      return 'disk_error';
  }
}
