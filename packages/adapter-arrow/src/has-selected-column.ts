import type { Description } from '@towline/downloader-core/spi';
import { readDescription, schemaOf } from './transfer/description.ts';
import { type ColumnSelector, resolveColumns } from './transfer/selection.ts';

/**
 * Whether a selection leaves any column of an object that its owner describes. Throws what a consumer would refuse it with, but for
 * `nothing_selected` of patterns.
 */
export function hasSelectedColumn(description: Description, columns: readonly ColumnSelector[]): boolean {
  return resolveColumns(schemaOf(readDescription(description)).schema, columns).length > 0;
}
