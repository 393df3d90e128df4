import { DownloadError } from './errors.ts';
import { isPlainObject } from './plain.ts';
import { idProblem } from './text.ts';

/**
 * Names one object of one transaction (rule R7). Plain JSON without any key: pass it on by whatever way the application
 * has. Whoever is admitted and has it may pull.
 */
export interface Ref {
  readonly v: 1;
  /** The owner's endpoint id. */
  readonly owner: string;
  /** Unique among all refs of the owner: 1 to 128 bytes of UTF-8. */
  readonly refId: string;
  /** The transaction that the object lives and ends with. */
  readonly transactionId: string;
  /** What kind of object it is, in the adapter's words; a hint. */
  readonly kind?: string;
  /** Where the owner can be dialled; hints for the transport. */
  readonly addresses?: readonly string[];
}

/** Checks a ref that came from elsewhere. Throws `invalid_argument` with what is wrong. */
export function parseRef(input: unknown): Ref {
  const problem = refProblem(input);
  if (problem) throw new DownloadError('invalid_argument', `ref ${problem}`, { side: 'local' });
  return input as Ref;
}

function refProblem(input: unknown): string | undefined {
  if (!isPlainObject(input)) return 'is not a plain object';
  if (input['v'] !== 1) return 'has a version other than 1';
  for (const field of ['owner', 'refId', 'transactionId']) {
    const problem = idProblem(input[field]);
    if (problem) return `has a ${field} that ${problem}`;
  }
  const { kind, addresses } = input;
  if (kind !== undefined && typeof kind !== 'string') return 'has a kind that is not a string';
  const isList = Array.isArray(addresses) && addresses.every((address) => typeof address === 'string');
  if (addresses !== undefined && !isList) return 'has addresses that are not a list of strings';
  return undefined;
}
