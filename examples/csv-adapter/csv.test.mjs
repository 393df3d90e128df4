// @ts-check
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { adapterSuite } from '@towline/conformance/node-test';
import { DownloadService } from '@towline/downloader-core';
import { listSink } from '@towline/downloader-core/spi';
import { MemoryNetwork } from '@towline/transport-memory';
import { addCsv, csvConsumer, downloadCsv, openCsv } from './csv.mjs';

const folder = mkdtempSync(join(tmpdir(), 'towline-csv-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

/** @param {string} text */
function fileOf(text) {
  const path = join(folder, `${(files += 1)}.csv`);
  writeFileSync(path, text);
  return path;
}

/** @typedef {{ text: string, rows: Record<string, string>[] }} Sample */

/** @type {Sample} */
const tricky = {
  text: 'name,says\r\nAda,"one, two"\r\n"Bob ""B""","a\nline\n"\r\n,\r\nlast,without a line break',
  rows: [
    { name: 'Ada', says: 'one, two' },
    { name: 'Bob "B"', says: 'a\nline\n' },
    { name: '', says: '' },
    { name: 'last', says: 'without a line break' },
  ],
};
const many = Array.from({ length: 300 }, (_, at) => ({ at: `${at}`, text: 'ä'.repeat(at % 20) }));

adapterSuite('CSV', {
  samples: [
    { name: 'no rows', value: { text: 'a,b\n', rows: [] } },
    { name: 'quotes, line breaks, empty fields', value: tricky },
    {
      name: 'many rows',
      value: { text: ['at,text', ...many.map(({ at, text }) => `${at},${text}`)].join('\n'), rows: many },
    },
  ],
  downloadable: ({ text }, options) => openCsv(fileOf(text), { pageBytes: 50, ...options }),
  consumer: () => csvConsumer(listSink()),
  verify: (rows, sample) => assert.deepEqual(rows, sample.rows),
  chunkSizes: [100, 1000],
  badStates: [{ next: 301, offset: 0 }, { at: 0 }],
  failingDownloadable: async ({ text }, options) => cutAfterFirstChunk(fileOf(text), options),
  failingConsumer: () => csvConsumer({ write: () => Promise.reject(new Error('no room left')), finish: () => [] }),
});

void it('refuses what is no CSV', async () => {
  await assert.rejects(openCsv(fileOf('a,b\n"1,2\n')), { code: 'bad_csv' });
  await assert.rejects(openCsv(fileOf('a,a\n1,2\n')), { code: 'bad_csv' });
  await assert.rejects(openCsv(fileOf('')), { code: 'bad_csv' });
  await assert.rejects(transferred(fileOf('a,b\n1,2,3\n')), { code: 'bad_csv' });
  await assert.rejects(transferred(fileOf('a,b\n1,2"3\n"')), { code: 'bad_csv' });
});

void it('ends when the file is changed while it is shared', async () => {
  const path = fileOf('a\n1\n2\n');
  await assert.rejects(
    transferred(path, () => writeFileSync(path, 'a\n3\n')),
    { code: 'source_changed' },
  );
});

/**
 * A file that is cut off as soon as a chunk of it was read.
 * @param {string} path
 * @param {{ chunkBytes?: number }} [options]
 */
async function cutAfterFirstChunk(path, options) {
  const object = await openCsv(path, { pageBytes: 50, ...options });
  const produce = object.produce.bind(object);
  object.produce = async (state, context) => {
    const produced = await produce(state, context);
    truncateSync(path, 0);
    return produced;
  };
  return object;
}

/** @param {string} path */
async function transferred(path, meanwhile = () => {}) {
  const network = new MemoryNetwork();
  const owner = new DownloadService({ transport: network.endpoint('owner') });
  const receiver = new DownloadService({ transport: network.endpoint('receiver') });
  try {
    const ref = await addCsv(owner.newTransaction({ timeoutMs: 5000, receiverCount: 1 }), path);
    meanwhile();
    return await downloadCsv(receiver, ref);
  } finally {
    await Promise.all([owner.shutdown(), receiver.shutdown()]);
  }
}
