import type { Description } from '@towline/downloader-core/spi';
import { hostPlatform } from '@towline/file-io';
import { readFolderDescription } from './folder-description.ts';
import { select } from './manifest/selection.ts';

/** Whether `only` leaves anything of a folder that its owner describes. Throws what `FolderConsumer` would refuse it with. */
export function hasSelectedEntry(description: Description, only: readonly string[]): boolean {
  const { entries } = readFolderDescription(description, hostPlatform);
  return select(entries, only).entries.length > 0;
}
