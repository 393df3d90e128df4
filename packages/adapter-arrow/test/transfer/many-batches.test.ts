import { downloadObject } from '@towline/downloader-core';
import { expect, it } from 'vitest';
import { addTable, TableConsumer } from '../../src/index.ts';
import { share } from '../support/pair.ts';
import { sampleBatch } from '../support/tables.ts';

it('S7 batches of one row, of which a chunk has more buffers than arrays, arrive', async () => {
  const batches = Array.from({ length: 1_500 }, (_, row) => sampleBatch(row, 1));
  const { ref, receiver, outcome } = await share((transaction) => addTable(transaction, batches));
  const received = await downloadObject(receiver, ref, new TableConsumer(), { maxRetries: 0 });
  expect(received.numRows).toBe(1_500);
  expect((await outcome()).status).toBe('completed');
});
