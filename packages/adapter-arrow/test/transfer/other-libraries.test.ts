import { fromArrow } from 'arquero';
import { expect, it } from 'vitest';
import { addTable, downloadTable } from '../../src/index.ts';
import { share } from '../support/pair.ts';
import { sampleTable } from '../support/tables.ts';

it('Arquero reads what arrives as one array in stream format', async () => {
  const table = sampleTable(3, 10).select(['id', 'float', 'text']);
  const { ref, receiver } = await share((transaction) => addTable(transaction, table));
  const bytes = await downloadTable(receiver, ref, { as: 'ipc' });
  const rows = fromArrow(bytes).objects() as { id: number; float: number; text: string | null }[];
  expect(rows).toHaveLength(30);
  expect(rows[7]).toEqual({ id: 7, float: 1, text: 'row 7 ééé' });
});
