// @ts-check
// A CSV file of 200,000 rows, taken row by row: node examples/csv-adapter/main.mjs
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DownloadService } from '@towline/downloader-core';
import { MemoryNetwork } from '@towline/transport-memory';
import { addCsv, iterateCsv } from './csv.mjs';

const folder = await mkdtemp(join(tmpdir(), 'towline-csv-'));
const path = join(folder, 'sales.csv');
const cities = ['Oslo', 'Lima', '"Paris, France"'];
const rows = Array.from({ length: 200_000 }, (_, at) => `${cities[at % 3]},${at % 10},"sold ""as is"""`);
await writeFile(path, ['city,price,note', ...rows].join('\n'));

const network = new MemoryNetwork(); // with two processes: @towline/transport-tcp
const owner = new DownloadService({ transport: network.endpoint('owner') });
const receiver = new DownloadService({ transport: network.endpoint('receiver') });
const transaction = owner.newTransaction({ timeoutMs: 10_000, receiverCount: 1 });
const ref = await addCsv(transaction, path);

/** @type {Map<string, number>} */
const sums = new Map();
let count = 0;
for await (const { city = '', price } of iterateCsv(receiver, ref)) {
  count += 1;
  sums.set(city, (sums.get(city) ?? 0) + Number(price));
}
console.log(`${count} rows`);
for (const [city, sum] of sums) console.log(`  ${city}: ${sum}`);
const { status, goodputBytes } = await transaction.complete();
console.log(`${status}, ${goodputBytes} bytes`);

await Promise.all([owner.shutdown(), receiver.shutdown()]);
await rm(folder, { recursive: true });
