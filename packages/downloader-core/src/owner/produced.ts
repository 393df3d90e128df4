import type { Produced, ProducedChunk, ProducedEnd, ProducedError } from '../base/downloadable.ts';
import { isPlainObject } from '../base/plain.ts';
import { totalBytes } from '../base/copies.ts';
import { maxSegments, maxStateBytes } from '../wire/limits.ts';
import { pack } from '../wire/pack.ts';

/** A chunk as it goes out: checked, its state encoded. */
export interface CheckedChunk {
  readonly status: 'ok';
  readonly segments: readonly Uint8Array[];
  readonly bytes: number;
  readonly items: number | undefined;
  readonly state: ProducedChunk['state'];
  readonly stateBytes: Uint8Array;
  readonly owned: boolean;
  readonly recycle: (() => void) | undefined;
}

export type CheckedProduced = CheckedChunk | ProducedEnd | ProducedError;

// What the message of an end takes.
const maxReasonLength = 500;
const maxCodeLength = 64;

/** Checks what `produce` returned (rule S7). Throws a `TypeError` that says what is wrong with it. */
export function checkProduced(produced: unknown, maxChunkBytes: number): CheckedProduced {
  if (!isPlainObject(produced)) throw new TypeError('produce() returned something that is no plain object');
  const result = produced as unknown as Produced;
  switch (result.status) {
    case 'eof':
      return { status: 'eof' };
    case 'error':
      return checkError(result);
    case 'ok':
      return checkChunk(result, maxChunkBytes);
    default:
      throw new TypeError('produce() returned a status other than ok, eof or error');
  }
}

function checkError({ reason, code }: ProducedError): ProducedError {
  if (typeof reason !== 'string') throw new TypeError('produce() returned an error without a reason');
  const short = { status: 'error', reason: reason.slice(0, maxReasonLength) } as const;
  if (code === undefined) return short;
  if (typeof code !== 'string' || code.length === 0 || code.length > maxCodeLength)
    throw new TypeError(`produce() returned an error whose code is not a text of 1 to ${maxCodeLength} characters`);
  return { ...short, code };
}

function checkChunk(chunk: ProducedChunk, maxChunkBytes: number): CheckedChunk {
  const segments = chunk.data instanceof Uint8Array ? [chunk.data] : chunk.data;
  if (!Array.isArray(segments) || !segments.every((segment) => segment instanceof Uint8Array)) {
    throw new TypeError('produce() returned data that is neither a Uint8Array nor a list of them');
  }
  if (segments.length > maxSegments)
    throw new TypeError(`produce() returned more than ${maxSegments} arrays in one chunk`);
  const bytes = totalBytes(segments);
  if (bytes > maxChunkBytes)
    throw new TypeError(`produce() returned ${bytes} bytes, above its maxChunkBytes of ${maxChunkBytes}`);
  return {
    status: 'ok',
    segments,
    bytes,
    items: checkItems(chunk),
    state: chunk.state,
    stateBytes: checkState(chunk.state),
    owned: chunk.owned === true,
    recycle: chunk.recycle && (() => chunk.recycle?.()),
  };
}

function checkItems({ items, data }: ProducedChunk): number | undefined {
  if (items === undefined) return data instanceof Uint8Array ? undefined : data.length;
  if (!Number.isSafeInteger(items) || items < 0)
    throw new TypeError('produce() returned items that are no whole number');
  return items;
}

function checkState(state: unknown): Uint8Array {
  if (!isPlainObject(state)) throw new TypeError('produce() returned a state that is no plain object');
  const bytes = pack(state);
  if (bytes.byteLength > maxStateBytes)
    throw new TypeError(`produce() returned a state of ${bytes.byteLength} bytes, above ${maxStateBytes}`);
  return bytes;
}
