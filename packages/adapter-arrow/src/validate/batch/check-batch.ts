import { ArrowFormatError } from '../errors.ts';
import type { FieldPlan } from '../layout/plan.ts';
import { type BoundArray, bindBatch } from './bind-batch.ts';
import { checkArray } from './check-buffers.ts';
import type { RecordBatch } from './read-batch.ts';
import { checkRowClaims } from './row-claims.ts';

/**
 * The arrays of an uncompressed batch, with all that can be told without its body checked: nodes and buffers are those
 * of the fields, long enough for their slots, and rows are not only claimed.
 * Throws `bad_batch`, `bad_buffer` and `too_many_rows`.
 */
export function checkedArrays(plans: readonly FieldPlan[], batch: RecordBatch, maxRows: number): readonly BoundArray[] {
  const arrays = bindBatch(plans, batch);
  for (const array of arrays) {
    checkRows(array, batch.rows);
    checkArray(array);
  }
  checkRowClaims(batch.rows, arrays, maxRows);
  return arrays;
}

function checkRows({ length, plan }: BoundArray, rows: number): void {
  if (length === rows) return;
  throw new ArrowFormatError('bad_batch', `The column has ${length} slots in a batch of ${rows} rows`, {
    path: plan.path,
  });
}
