// Names that a peer chose, before anything is made under them. Pure: the rules of Windows hold wherever they are asked for.
// Sources: POSIX.1-2024 3.265 "Pathname"; Microsoft, "Naming Files, Paths, and Namespaces".

/** Whose rules a name must keep. */
export type NamePlatform = 'posix' | 'windows';

/** The rules of the machine that this runs on. */
export const hostPlatform: NamePlatform = process.platform === 'win32' ? 'windows' : 'posix';

/** The longest name of one file or folder: bytes of UTF-8, and on Windows UTF-16 units. */
export const maxNameLength = 255;
/** The longest path below a folder, in bytes of UTF-8. */
export const maxPathBytes = 4_095;

// U+00B9, U+00B2 and U+00B3 count as digits here, and an extension or spaces before it change nothing: `nul .txt` is the device.
const windowsDevice = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)/iu;
const windowsForbidden = /[\u0000-\u001f<>:"|?*\\]/u;

/** Says why `name` cannot be the name of one file or folder, or nothing when it can. */
export function nameProblem(name: string, platform: NamePlatform): string | undefined {
  if (name === '') return 'is empty';
  if (name === '.' || name === '..') return 'names a folder relative to another';
  if (!name.isWellFormed()) return 'is not valid Unicode';
  if (name.includes('/')) return 'contains a separator';
  if (name.includes('\0')) return 'contains a NUL character';
  if (Buffer.byteLength(name) > maxNameLength && (platform === 'posix' || name.length > maxNameLength))
    return `is longer than ${maxNameLength} ${platform === 'posix' ? 'bytes' : 'characters'}`;
  return platform === 'windows' ? windowsProblem(name) : undefined;
}

/** Says why `path`, with `/` between names, cannot be made below a folder, or nothing when it can. */
export function pathProblem(path: string, platform: NamePlatform): string | undefined {
  if (Buffer.byteLength(path) > maxPathBytes) return `is longer than ${maxPathBytes} bytes`;
  if (path.startsWith('/')) return 'is absolute';
  for (const name of path.split('/')) {
    const problem = nameProblem(name, platform);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/**
 * What two names have in common that some file systems cannot tell apart: case and Unicode normalisation. Folded one
 * character at a time, as NTFS does, so that `ß` and `ss` stay two.
 */
export function foldedName(name: string): string {
  let folded = '';
  for (const character of name.normalize('NFC')) {
    const upper = character.toUpperCase();
    const isOneCharacter = String.fromCodePoint(upper.codePointAt(0) ?? 0) === upper;
    folded += isOneCharacter ? upper : character;
  }
  return folded.normalize('NFC');
}

function windowsProblem(name: string): string | undefined {
  if (name.includes('\\')) return 'contains a separator';
  if (name.includes(':')) return 'names a drive or a stream';
  if (windowsForbidden.test(name)) return 'contains a character that Windows does not allow';
  if (/[. ]$/u.test(name)) return 'ends in a dot or a space';
  if (windowsDevice.test(name)) return 'is the name of a device on Windows';
  return undefined;
}
