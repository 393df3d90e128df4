import { FolderConsumer, FolderDownloadable, type ManifestEntry, pathMatcher } from '@towline/adapter-file';
import { isPlainObject, type Produced } from '@towline/downloader-core/spi';
import { CommandError } from '../command-error.ts';
import type { ObjectKind } from './kind.ts';

/** A folder with all that is below it. */
export const folderKind: ObjectKind = {
  kind: 'folder',

  async open(path, { symlinks }) {
    const object = await FolderDownloadable.open(path, { symlinks: symlinks === 'keep' ? 'copy' : 'refuse' });
    return { kind: 'folder', name: object.name, bytes: totalBytes(object.entries), object };
  },

  receive({ name }, { digest: _files, ...options }) {
    return new FolderConsumer({ ...options, name });
  },

  selects() {
    return 'ask';
  },

  selectsDescribed({ body }, only) {
    const paths = listedPaths(body);
    return paths === undefined || paths.some(pathMatcher(only));
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

/** The paths of a folder's list (JSON, `entries[].path`), or nothing when it is no such list. */
function listedPaths(body: Uint8Array | undefined): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    const entries: unknown = isPlainObject(list) ? list['entries'] : undefined;
    if (!Array.isArray(entries)) return undefined;
    return entries.flatMap((entry: unknown) => {
      const path = isPlainObject(entry) ? entry['path'] : undefined;
      return typeof path === 'string' ? [path] : [];
    });
  } catch {
    return undefined;
  }
}

async function readAll(object: FolderDownloadable): Promise<void> {
  const context = { request: undefined, receiverId: 'inspect', signal: new AbortController().signal };
  let produced: Produced<{ entry: number; offset: number }> = await object.produce(undefined, context);
  while (produced.status === 'ok') {
    produced.recycle?.();
    produced = await object.produce(produced.state, context);
  }
  if (produced.status === 'error') throw new CommandError('bad_input', produced.reason);
}
