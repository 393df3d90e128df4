import type { BigIntStats } from 'node:fs';

/** What tells whether a file is still the one that it was (rule I3). Times in nanoseconds. */
export interface FileIdentity {
  /** In bytes. */
  readonly size: bigint;
  /** When its content changed last, in nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  /** When its status changed last, in nanoseconds since 1970: programs cannot set this one. */
  readonly ctimeNs: bigint;
  /** The file's number on its device. */
  readonly inode: bigint;
  /** The number of the device that it is on. */
  readonly device: bigint;
}

/** The identity in a file's status. */
export function identityOf({ size, mtimeNs, ctimeNs, ino, dev }: BigIntStats): FileIdentity {
  return { size, mtimeNs, ctimeNs, inode: ino, device: dev };
}

/** What happened to a file between two looks at it, for people; nothing when it is unchanged. */
export function changeBetween(before: FileIdentity, now: FileIdentity): string | undefined {
  if (before.inode !== now.inode || before.device !== now.device) return 'was replaced by another file';
  if (now.size < before.size) return 'was truncated';
  if (now.size > before.size) return 'has grown';
  if (before.mtimeNs !== now.mtimeNs) return 'was rewritten';
  // Also what restores the modification time leaves its trace here; so do new rights, a new owner and a new hard link.
  if (before.ctimeNs !== now.ctimeNs) return 'was rewritten or its attributes were changed';
  return undefined;
}
