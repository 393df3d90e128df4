import { type Adding, type Shared, shareWithOne } from '@towline/conformance/faults';
import { expect, onTestFinished } from 'vitest';

export type { Shared } from '@towline/conformance/faults';

/** Shares what `add` adds, with one receiver, until the test ends. */
export const share = (add: Adding): Promise<Shared> => shareWithOne(add, onTestFinished);

/** An error with this code. */
export const failing = (code: string, message = ''): unknown =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });
