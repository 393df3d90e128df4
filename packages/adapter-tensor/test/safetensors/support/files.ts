import { expect } from 'vitest';
import { isSafetensorsError, type SafetensorsError } from '../../../src/safetensors/index.ts';

/** A safetensors file of a header's text, unpadded, and data: its bytes, or their number. */
export function file(header: string | Uint8Array, data: number | Uint8Array = 0): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const dataBytes = typeof data === 'number' ? Uint8Array.from({ length: data }, (_, index) => 51 + index * 31) : data;
  const bytes = new Uint8Array(8 + text.length + dataBytes.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(dataBytes, 8 + text.length);
  return bytes;
}

/** One tensor's entry of a header. */
export function entry(name: string, dtype: string, shape: string, offsets: string): string {
  return `"${name}":{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
}

/** What a call throws, which has to be a SafetensorsError. */
export function failure(call: () => unknown): SafetensorsError {
  try {
    call();
  } catch (error) {
    return asFailure(error);
  }
  throw new Error('it did not throw');
}

/** What a promise rejects with, which has to be a SafetensorsError. */
export async function rejection(promise: Promise<unknown>): Promise<SafetensorsError> {
  return promise.then(() => {
    throw new Error('it did not reject');
  }, asFailure);
}

function asFailure(error: unknown): SafetensorsError {
  if (!isSafetensorsError(error)) throw error;
  return error;
}

/** Expects a call to fail with a code and, where given, at a byte of the file. */
export function expectFailure(call: () => unknown, code: string, offset?: number): void {
  const error = failure(call);
  expect({ code: error.code, offset: offset === undefined ? undefined : error.offset }).toEqual({ code, offset });
}

/** The place of a text within a file, in bytes. */
export function offsetOf(bytes: Uint8Array, text: string): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(text);
}
