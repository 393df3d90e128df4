import { FolderConsumer, FolderDownloadable, hasSelectedEntry, type ManifestEntry } from '@towline/adapter-file';
import type { ObjectKind } from './kind.ts';
import { readAll } from './read-all.ts';

/** A folder with all that is below it. */
export const folderKind: ObjectKind = {
  kind: 'folder',

  async open(path, { symlinks }) {
    const object = await FolderDownloadable.open(path, { symlinks: symlinks === 'keep' ? 'copy' : 'refuse' });
    return { kind: 'folder', name: object.name, bytes: totalBytes(object.entries), object };
  },

  receive({ name }, { digest: _files, base: _tensors, ...options }) {
    return new FolderConsumer({ ...options, name });
  },

  selects() {
    return 'ask';
  },

  selectsDescribed(description, only) {
    try {
      return hasSelectedEntry(description, only);
    } catch {
      // What is wrong with it is for the consumer to say.
      return true;
    }
  },

  async inspect(path, validate) {
    const object = await FolderDownloadable.open(path);
    try {
      const { entries } = object;
      if (validate) await readAll(object);
      const count = (type: ManifestEntry['type']): number => entries.filter((entry) => entry.type === type).length;
      const counts = { files: count('file'), folders: count('folder'), links: count('link') };
      const line = `files ${counts.files}, folders ${counts.folders}, symbolic links ${counts.links}`;
      return { fields: { kind: 'folder', bytes: totalBytes(entries), ...counts }, lines: [line] };
    } finally {
      await object.release();
    }
  },
};

function totalBytes(entries: readonly ManifestEntry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.size : 0), 0);
}
