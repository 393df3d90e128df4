// @ts-check
// A matrix of 16 MiB, worked on by four threads, each with its own quarter of the rows: node examples/worker-threads/main.mjs
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { addTensors } from '@towline/adapter-tensor';
import { tensorFrom } from '@towline/adapter-tensor/safetensors';
import { DownloadService } from '@towline/downloader-core';
import { portTransport } from './port-transport.mjs';

const rows = 4096;
const columns = 1024;
const threads = 4;

const values = new Float32Array(rows * columns).map((_, at) => at % 7);
const dict = { tensors: new Map([['matrix', tensorFrom(values, [rows, columns])]]) };

const sums = await Promise.all(Array.from({ length: threads }, (_, at) => sumOfPart(at)));
const here = values.reduce((sum, value) => sum + value, 0);
console.log(`all rows: ${sums.reduce((sum, part) => sum + part, 0)}, and ${here} in one thread`);

/**
 * Hands a part of the rows to a thread of its own. Gives what it has computed.
 * @param {number} at which part
 * @returns {Promise<number>}
 */
async function sumOfPart(at) {
  // A port leads to one end: a channel, and a service, for each thread.
  const { port1, port2 } = new MessageChannel();
  const service = new DownloadService({ transport: portTransport({ endpointId: 'main', port: port1 }) });
  const name = `thread-${at}`;
  const transaction = service.newTransaction({ timeoutMs: 10_000, receivers: [name] });
  const ref = await addTensors(transaction, dict);
  const part = [(at * rows) / threads, ((at + 1) * rows) / threads];

  const workerData = { name, port: port2, ref, part };
  const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData, transferList: [port2] });
  const [sum] = await once(worker, 'message');
  const { status, goodputBytes } = await transaction.complete();
  console.log(`${name}: ${status}, ${goodputBytes} bytes, rows ${part.join(' to ')} add up to ${sum}`);
  await service.shutdown();
  return sum;
}
