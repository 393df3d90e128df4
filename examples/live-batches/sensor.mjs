// @ts-check
// A slow source of record batches, and two consumers of different speed: node examples/live-batches/sensor.mjs [batches]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { addBatches } from '@towline/adapter-arrow';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { tableFromArrays } from 'apache-arrow';

const count = Number(process.argv[2] ?? 20);
const service = new DownloadService({ transport: await tcp({ endpointId: 'sensor', listen: '127.0.0.1:0' }) });
const transaction = service.newTransaction({ timeoutMs: 60_000, receiverCount: 2 });
const ref = await addBatches(transaction, readings());

const consumers = ['quick', 'slow'].map((name) =>
  fork(fileURLToPath(new URL('consumer.mjs', import.meta.url)), [name]),
);
const ended = consumers.map((consumer) => once(consumer, 'exit'));
for (const consumer of consumers) consumer.send(ref);
const { status } = await transaction.complete();
await Promise.all(ended);
await service.shutdown();
console.log(`${count} batches to two consumers: ${status}`);

/** A batch of 1,000 readings every 20 ms. It is read once, kept until both have it, and then let go. */
async function* readings() {
  for (let batch = 0; batch < count; batch += 1) {
    await sleep(20);
    const second = Float64Array.from({ length: 1000 }, (_, row) => batch + row / 1000);
    const volts = second.map((at) => Math.sin(at));
    yield* tableFromArrays({ second, volts }).batches;
  }
}
