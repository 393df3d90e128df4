import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolders } from '@towline/conformance/files';
import { downloadObject } from '@towline/downloader-core';
import { type Table, tableFromIPC, tableToIPC } from 'apache-arrow';
import { afterEach, describe, expect, it } from 'vitest';
import { addTable, downloadTable, IpcConsumer, TableDownloadable } from '../../src/index.ts';
import { ArrowFileDownloadable, downloadArrowFile } from '../../src/node/index.ts';
import { validateBytes } from '../../src/validate/index.ts';
import { failing, share, type Shared } from '../support/pair.ts';
import { sampleTable, valuesOf } from '../support/tables.ts';

const table = sampleTable(4, 25);
const newFolder = temporaryFolders(afterEach);
const containers = ['file', 'stream'] as const;
const shared = (given: Table | Uint8Array, options = {}): Promise<Shared> =>
  share((transaction) => addTable(transaction, given, { chunkBytes: 500, ...options }));

const names = ({ schema }: Table): string[] => schema.fields.map(({ name }) => name);

describe.each(containers)('columns of a %s', (container) => {
  const bytes = tableToIPC(table, container);

  it('are selected by name and pattern, in the order of the schema', async () => {
    const { ref, receiver } = await shared(bytes);
    const part = await downloadTable(receiver, ref, { columns: ['fl*', { name: 'id' }, 'colour'] });
    expect(names(part)).toEqual(['id', 'float', 'flag', 'colour']);
    expect(valuesOf(part)).toBe(valuesOf(table.select(['id', 'float', 'flag', 'colour'])));
  });

  it('travel alone, without dictionaries that nobody uses', async () => {
    const { ref, receiver, travelled } = await shared(bytes);
    await downloadTable(receiver, ref, { columns: ['id'] });
    expect(await travelled()).toBeLessThan(1_600);
  });

  it('make a smaller file that is valid, of the same container', async () => {
    const { ref, receiver } = await shared(bytes);
    const received = await downloadObject(receiver, ref, new IpcConsumer({ columns: ['text', 'list'] }));
    const report = await validateBytes(received);
    expect(report).toMatchObject({ container, rows: 100, batches: 4, ended: true });
    expect(valuesOf(tableFromIPC(received))).toBe(valuesOf(table.select(['text', 'list'])));
  });
});

describe('a selection', () => {
  it('of all columns brings the owner’s own bytes', async () => {
    const bytes = tableToIPC(table, 'file');
    const { ref, receiver } = await shared(bytes);
    const received = await downloadObject(receiver, ref, new IpcConsumer({ columns: ['*'] }));
    expect(Buffer.from(received).equals(bytes)).toBe(true);
  });

  it.each(containers)('of rows is exact as values (%s)', async (container) => {
    const bytes = tableToIPC(table, container);
    for (const rows of [
      [0, 100],
      [10, 20],
      [24, 26],
      [25, 50],
      [99, 100],
      [40, 40],
    ] as const) {
      const { ref, receiver } = await shared(bytes);
      const part = await downloadTable(receiver, ref, { rows, columns: ['id', 'text'] });
      expect(valuesOf(part)).toBe(valuesOf(table.select(['id', 'text']).slice(...rows)));
    }
  });

  it('of rows as bytes ends on batches, or is refused', async () => {
    const bytes = tableToIPC(table, 'file');
    const onBorders = await shared(bytes);
    const received = await downloadObject(onBorders.receiver, onBorders.ref, new IpcConsumer({ rows: [25, 75] }));
    expect(valuesOf(tableFromIPC(received))).toBe(valuesOf(table.slice(25, 75)));
    const inside = await shared(bytes);
    const refused = downloadObject(inside.receiver, inside.ref, new IpcConsumer({ rows: [25, 70] }));
    await expect(refused).rejects.toEqual(failing('bad_selection', 'rows 50 to 75'));
  });

  it.each(containers)('of batches brings those (%s)', async (container) => {
    const { ref, receiver } = await shared(tableToIPC(table, container));
    const part = await downloadTable(receiver, ref, { batches: [1, 3] });
    expect(valuesOf(part)).toBe(valuesOf(table.slice(25, 75)));
    const beyond = await shared(tableToIPC(table, container));
    const refused = downloadTable(beyond.receiver, beyond.ref, { batches: [1, 5] });
    await expect(refused).rejects.toEqual(failing('bad_selection', '4 batches'));
  });

  it('that is nothing fails before a byte travels, or succeeds with none', async () => {
    const { ref, receiver, travelled } = await shared(table);
    await expect(downloadTable(receiver, ref, { columns: ['nope*'] })).rejects.toEqual(failing('nothing_selected'));
    expect(await travelled()).toBe(0);
    const absent = await shared(table);
    await expect(downloadTable(absent.receiver, absent.ref, { columns: [{ name: 'x' }] })).rejects.toEqual(
      failing('nothing_selected', '"x"'),
    );
    const allowed = await shared(table);
    const none = await downloadTable(allowed.receiver, allowed.ref, { columns: ['nope*'], whenNothing: 'succeed' });
    expect(none.numRows).toBe(0);
  });

  it('can be forbidden by the owner', async () => {
    const { ref, receiver } = await shared(table, { selection: false });
    await expect(downloadTable(receiver, ref, { rows: [0, 1] })).rejects.toEqual(failing('selection_forbidden'));
  });

  it('reads little more of a file than what travels', async () => {
    const large = sampleTable(8, 4_000);
    const path = join(newFolder(), 'in.arrow');
    const bytes = tableToIPC(large, 'file');
    writeFileSync(path, bytes);
    const object = await ArrowFileDownloadable.open(path);
    const opening = object.bytesRead;
    const { ref, receiver, travelled } = await share(async (transaction) => transaction.addObject(object));
    await downloadArrowFile(receiver, ref, { directory: newFolder(), columns: ['float'] });
    expect(object.bytesRead - opening).toBeLessThan((await travelled()) + 20_000);
    expect(await travelled()).toBeLessThan(bytes.byteLength / 8);
  });
});

describe('a table that is handed over', () => {
  it('may be a slice, whose buffers begin anywhere', async () => {
    for (const [begin, end] of [
      [3, 97],
      [1, 2],
      [26, 60],
      [13, 13],
    ] as const) {
      const slice = table.slice(begin, end);
      const { ref, receiver } = await shared(slice);
      expect(valuesOf(await downloadTable(receiver, ref))).toBe(valuesOf(slice));
    }
  });

  it('is not copied: chunks are views of its columns', async () => {
    const column = table.batches[0]?.data.children[2]?.values as Float64Array;
    const object = await TableDownloadable.open(table, { chunkBytes: 2 ** 20 });
    const signal = new AbortController().signal;
    const produced = await object.produce(undefined, { request: undefined, receiverId: 'r', signal });
    if (produced.status !== 'ok' || produced.data instanceof Uint8Array) throw new Error('no chunk');
    expect(produced.data.some(({ buffer, byteLength }) => buffer === column.buffer && byteLength > 0)).toBe(true);
  });

  it('is refused when another copy of the library made it, and its bytes are taken', async () => {
    const foreign = { schema: table.schema, batches: table.batches, numRows: 100 } as unknown as Table;
    await expect(TableDownloadable.open(foreign)).rejects.toEqual(failing('foreign_arrow', 'tableToIPC'));
    await expect(TableDownloadable.open([{}] as never)).rejects.toEqual(failing('foreign_arrow'));
    const { ref, receiver } = await shared(tableToIPC(table));
    expect((await downloadTable(receiver, ref)).numRows).toBe(100);
  });

  it('goes to other libraries as one stream', async () => {
    const { ref, receiver } = await shared(tableToIPC(table, 'file'));
    const bytes = await downloadTable(receiver, ref, { as: 'ipc' });
    expect(await validateBytes(bytes)).toMatchObject({ container: 'stream', rows: 100, ended: true });
  });

  it('is refused when its batches have different schemas', async () => {
    const [a] = sampleTable(1, 2).batches;
    const [b] = sampleTable(1, 2).select(['id']).batches;
    await expect(TableDownloadable.open([a, b] as never)).rejects.toEqual(failing('bad_arrow', 'another schema'));
  });
});
