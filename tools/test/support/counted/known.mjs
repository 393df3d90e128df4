// @ts-check
// Does once all that is counted, so that a test can see that it is.
import { openSync, readSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { counts, reset } from './instrument.mjs';

const bytes = new Uint8Array(8192);
const file = openSync(fileURLToPath(import.meta.url), 'r');

/** Ways to copy 8 KiB. @type {Record<string, () => unknown>} */
const copies = {
  set: () => new Uint8Array(8192).set(bytes),
  'set on floats': () => new Float64Array(1024).set(new Float64Array(bytes.buffer)),
  slice: () => bytes.slice(),
  copyWithin: () => new Uint8Array(16384).copyWithin(8192, 0, 8192),
  new: () => new Uint8Array(bytes),
  from: () => Buffer.from(bytes),
  copy: () => Buffer.from(bytes.buffer).copy(Buffer.alloc(8192)),
  concat: () => Buffer.concat([bytes]),
  'slice of a buffer': () => bytes.buffer.slice(0),
};

/** Ways to allocate 64 KiB. @type {Record<string, () => unknown>} */
const allocations = {
  new: () => new Uint8Array(65_536),
  'new ArrayBuffer': () => new ArrayBuffer(65_536),
  alloc: () => Buffer.alloc(65_536),
  allocUnsafe: () => Buffer.allocUnsafe(65_536),
  allocUnsafeSlow: () => Buffer.allocUnsafeSlow(65_536),
};

/** Ways to call the system. @type {Record<string, () => unknown>} */
const calls = {
  socket: () =>
    connect(1, '127.0.0.1')
      .on('error', () => {})
      .write('x'),
  read: () => readSync(file, bytes),
  write: () => writeSync(2, ''),
};

/** @param {Record<string, () => unknown>} ways */
const seen = (ways) =>
  Object.entries(ways).map(([way, act]) => {
    reset();
    act();
    return { way, ...counts };
  });

process.send?.({ copies: seen(copies), allocations: seen(allocations), calls: seen(calls) });
process.disconnect?.();
