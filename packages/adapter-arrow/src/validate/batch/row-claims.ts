import { ArrowFormatError } from '../errors.ts';
import { type BoundArray, bufferOf } from './bind-batch.ts';

/**
 * Checks counts that cost nothing to claim. A few bytes can announce 2^50 rows of a type without buffers, and whoever
 * iterates them never ends; so a count that no buffer backs may be `maxRows` at most. Lengths of buffers must have been
 * checked. Throws `too_many_rows`.
 */
export function checkRowClaims(rows: number, columns: readonly BoundArray[], maxRows: number): void {
  // Nothing claims more than may be claimed for nothing: the usual case, and the only one that is quick.
  if (rows <= maxRows && !isAnyLonger(columns, maxRows)) return;
  const claims = columns.map(claimOf);
  const backed = claims.some((claim) => claim.backed);
  if (!backed && rows > maxRows) refuse(rows, maxRows);
  for (const claim of claims) checkClaim(claim, backed, maxRows);
}

function isAnyLonger(arrays: readonly BoundArray[], maxRows: number): boolean {
  for (const { length, children } of arrays) if (length > maxRows || isAnyLonger(children, maxRows)) return true;
  return false;
}

interface Claim {
  readonly array: BoundArray;
  readonly backed: boolean;
  readonly children: readonly Claim[];
}

function claimOf(array: BoundArray): Claim {
  const children = array.children.map(claimOf);
  return { array, backed: hasSlots(array) || isBackedByChildren(array, children), children };
}

/** Whether a buffer of the array itself grows with its length. */
function hasSlots(array: BoundArray): boolean {
  const { layout } = array.plan;
  return layout.buffers.some((role) => {
    if (role === 'validity') return bufferOf(array, role).length > 0;
    return role !== 'bytes' && (role !== 'slots' || layout.slotBytes > 0);
  });
}

function isBackedByChildren({ plan: { field } }: BoundArray, children: readonly Claim[]): boolean {
  if (field.type.kind === 'struct') return children.some((child) => child.backed);
  return field.type.kind === 'fixedSizeList' && field.type.listSize > 0 && children.some((child) => child.backed);
}

function checkClaim({ array, backed, children }: Claim, backedByParent: boolean, maxRows: number): void {
  const sound = backed || backedByParent;
  if (!sound && array.length > maxRows) refuse(array.length, maxRows, array.plan.path);
  const { type, dictionary } = array.plan.field;
  // Children of a struct or a sparse union have as many slots as it has; of other types, a number of their own.
  const sameLength =
    dictionary === undefined && (type.kind === 'struct' || (type.kind === 'union' && type.mode === 'sparse'));
  for (const child of children) checkClaim(child, sameLength && sound, maxRows);
}

function refuse(claimed: number, maxRows: number, path?: string): never {
  const message = `${claimed} slots are claimed that no buffer backs; the limit for that is ${maxRows}`;
  throw new ArrowFormatError('too_many_rows', message, { path });
}
