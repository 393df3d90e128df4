import { expect, it } from 'vitest';
import { errorEntry, errorsOf } from '../../src/chunking/adapter-errors.ts';

it('L9 errors of an adapter have a code of its table, and the side that it says', () => {
  const table = { bad_thing: errorEntry('remote', 1, 'A thing is bad.', 'Mend it.') } as const;
  const cause = new Error('why');
  const error = errorsOf(table)('bad_thing', 'this one', cause);
  expect(error).toMatchObject({ code: 'bad_thing', side: 'remote', retryable: false, message: 'this one', cause });
  expect('cause' in errorsOf(table)('bad_thing', 'another')).toBe(false);
});
