/**
 * Arrow data on disk, and values of compressed batches without further ado. Needs Node.
 *
 * @module @towline/adapter-arrow/node
 */
export * from './files.ts';
export { downloadBatches, downloadTable } from './helpers.ts';
