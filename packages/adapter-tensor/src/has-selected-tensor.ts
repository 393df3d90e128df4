import type { Description } from '@towline/downloader-core/spi';
import { readCatalogue } from './transfer/description.ts';
import { resolveSelection, type TensorSelection } from './transfer/selection.ts';

/**
 * Whether a selection leaves any tensor of an object that its owner describes. Throws what a consumer would refuse it with, but
 * for `nothing_selected`.
 */
export async function hasSelectedTensor(description: Description, only: TensorSelection): Promise<boolean> {
  return resolveSelection(await readCatalogue(description), only).indexes.length > 0;
}
