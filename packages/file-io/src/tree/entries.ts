/** A file of a folder. */
export interface FileEntry {
  readonly type: 'file';
  /** Below the folder, with `/` between names. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Whether anybody may execute it: all that is told of its mode. */
  readonly executable: boolean;
  /** Modification time in milliseconds since 1970, with a fraction. */
  readonly mtimeMs: number;
}

/** A folder below the folder; empty ones are listed, too. */
export interface FolderEntry {
  readonly type: 'folder';
  /** Below the folder that is shared, with `/` between names. */
  readonly path: string;
  /** Modification time in milliseconds since 1970, with a fraction. */
  readonly mtimeMs: number;
}

/** A symbolic link that stays inside the folder. */
export interface LinkEntry {
  readonly type: 'link';
  /** Below the folder, with `/` between names. */
  readonly path: string;
  /** What the link says: relative to the folder that the link is in, with `/` between names. */
  readonly target: string;
}

/** What the list of a folder says of one thing in it. */
export type ManifestEntry = FileEntry | FolderEntry | LinkEntry;

/** The order of a list: that of the paths' UTF-16 units, so that a folder comes before what is in it. */
export function byPath(a: ManifestEntry, b: ManifestEntry): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** The path of the folder that an entry is in; empty for the folder that is shared. */
export function parentPath(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** The last name of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
