import type { Description } from '@towline/downloader-core/spi';
import { describe, expect, it } from 'vitest';
import { parseHeader } from '../../src/safetensors/index.ts';
import { type Catalogue, tensorsOf } from '../../src/transfer/catalogue.ts';
import { describeCatalogue, readCatalogue } from '../../src/transfer/description.ts';
import { entry, file } from '../safetensors/support/files.ts';

const headerBytes = file(`{${entry('a', 'U8', '[4]', '[0,4]')}}`);
const dataBytes = 4;
const path = 'a.safetensors';
const header = parseHeader(headerBytes, { fileBytes: headerBytes.byteLength + dataBytes });
const catalogue: Catalogue = {
  layout: 'folder',
  name: 'model',
  selection: true,
  files: [{ path, headerBytes, header }],
  others: [{ path: 'index.json', bytes: 3, executable: false }],
  indexPath: 'index.json',
  folders: ['sub'],
  links: [{ path: 'link', target: 'sub' }],
  tensors: tensorsOf([{ path, headerBytes, header }]),
};
const good = await describeCatalogue(catalogue);
const listed = { path, headerBytes: headerBytes.byteLength, dataBytes };
const [other] = catalogue.others;
const withFields = (fields: object): Description => ({ ...good, fields: { ...good.fields, ...fields } });

describe('a description of tensors', () => {
  it('is read as it was written', async () => {
    expect(await readCatalogue(good)).toEqual(catalogue);
  });

  it('may have fields that a later version added; they are left out', async () => {
    const files = [{ ...listed, more: 1 }];
    const others = [{ ...other, more: 1 }];
    const links = [{ path: 'link', target: 'sub', more: 1 }];
    expect(await readCatalogue({ ...withFields({ files, others, links, more: 1 }), more: 1 } as Description)).toEqual(
      catalogue,
    );
  });

  const count = 'is not a whole number from 0';
  const place = 'is not a text of 1 to 4096 characters';
  it.each<[string, object]>([
    ['name: is not a text of 1 or more characters', { name: '' }],
    ['name: is not a text of 1 or more characters', { name: undefined }],
    [`totalBytes: ${count}`, { totalBytes: undefined }],
    [`totalBytes: ${count}`, { totalBytes: 2 ** 53 }],
    [`totalItems: ${count}`, { totalItems: 0.5 }],
    [`totalItems: ${count}`, { totalItems: Number.NaN }],
    ['fields: is not a map', { fields: undefined }],
    ['body: is not bytes', { body: 'x' }],
    ['body: is not bytes', { body: new Uint16Array(8) }],
    ['fields.v: is not 1', withFields({ v: 2 })],
    ['fields.v: is not 1', withFields({ v: '1' })],
    ['fields.layout: is not file or folder', withFields({ layout: 'link' })],
    ['fields.selection: is not true or false', withFields({ selection: 1 })],
    ['fields.files: is not a list', withFields({ files: { 0: listed } })],
    ['fields.files.0: is not a map', withFields({ files: [path] })],
    [`fields.files.0.path: ${place}`, withFields({ files: [{ ...listed, path: '' }] })],
    [`fields.files.0.path: ${place}`, withFields({ files: [{ ...listed, path: 'x'.repeat(4_097) }] })],
    [
      'fields.files.0.headerBytes: is not a whole number from 8',
      withFields({ files: [{ ...listed, headerBytes: 7 }] }),
    ],
    [`fields.files.1.dataBytes: ${count}`, withFields({ files: [listed, { ...listed, dataBytes: -1 }] })],
    ['fields.others: is not a list', withFields({ others: undefined })],
    [`fields.others.0.path: ${place}`, withFields({ others: [{ ...other, path: 1 }] })],
    [`fields.others.0.bytes: ${count}`, withFields({ others: [{ ...other, bytes: '3' }] })],
    ['fields.others.0.executable: is not true or false', withFields({ others: [{ ...other, executable: null }] })],
    ['fields.links: is not a list', withFields({ links: 'link' })],
    [`fields.links.0.path: ${place}`, withFields({ links: [{ path: '', target: '' }] })],
    ['fields.links.0.target: is not a text', withFields({ links: [{ path: 'link' }] })],
    [`fields.folders.1: ${place}`, withFields({ folders: ['sub', ''] })],
    [`fields.index: ${place}`, withFields({ index: '' })],
    [`fields.index: ${place}`, withFields({ index: null })],
    ['fields.headerDigest: is not 8 bytes', withFields({ headerDigest: new Uint8Array(7) })],
    ['fields.headerDigest: is not 8 bytes', withFields({ headerDigest: '12345678' })],
  ])('is refused with what is wrong: %s', async (problem, change) => {
    await expect(readCatalogue({ ...good, ...change })).rejects.toMatchObject({
      code: 'bad_description',
      message: expect.stringContaining(`malformed: ${problem}`),
    });
  });

  it('without a body has an empty one', async () => {
    const bodiless = Object.fromEntries(Object.entries(good).filter(([name]) => name !== 'body'));
    await expect(readCatalogue(bodiless)).rejects.toMatchObject({
      message: expect.stringContaining('the digest of its headers'),
    });
  });
});
