import { isPlainObject } from '@towline/downloader-core';
import { digest } from '../bytes.ts';

/** What in a value does not survive MessagePack, or nothing: states, requests and descriptions travel in it. */
export function travelProblem(value: unknown, path: string): string | undefined {
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
    case 'string':
      return undefined;
    case 'number':
      return Number.isInteger(value) && !Number.isSafeInteger(value) ? `${path} is above 2^53 - 1` : undefined;
    case 'object':
      return objectProblem(value, path);
    default:
      return `${path} is a ${typeof value}`;
  }
}

function objectProblem(value: object | null, path: string): string | undefined {
  if (value === null || value instanceof Uint8Array) return undefined;
  if (!Array.isArray(value) && !isPlainObject(value)) return `${path} is a ${value.constructor.name}`;
  for (const [key, inner] of Object.entries(value)) {
    const problem = travelProblem(inner, `${path}.${key}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** A value as text, whatever is in it; equal values give equal texts. */
export function textOf(value: unknown): string {
  const text: string | undefined = JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'bigint') return `${inner}n`;
    if (typeof inner === 'number' && !Number.isFinite(inner)) return String(inner);
    if (inner instanceof Map || inner instanceof Set) return { [inner.constructor.name]: [...inner] };
    if (inner instanceof Uint8Array) return `Uint8Array ${digest(inner)}`;
    return isPlainObject(inner) ? sortedByKey(inner) : inner;
  });
  return text ?? String(value);
}

function sortedByKey(object: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const mostShown = 200;

/** As {@link textOf}, cut for people. */
export function shown(value: unknown): string {
  const text = textOf(value);
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
}
