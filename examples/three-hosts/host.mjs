// @ts-check
// Pulls what the owner tells of into a folder of its own, and looks at what it got.
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { downloadFile, downloadFolder } from '@towline/adapter-file';
import { DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { digestOf } from './samples.mjs';

const [host = '', directory = ''] = process.argv.slice(2);
const [{ refs, key }] = await once(process, 'message');
const psk = { identity: host, key: Buffer.from(key, 'hex') };
const service = new DownloadService({ transport: await tcp({ endpointId: host, psk }) });

await mkdir(directory, { recursive: true });
const file = await downloadFile(service, refs.file, { directory, digest: 'sha256' });
const folder = await downloadFolder(service, refs.folder, { directory });
console.log(`  ${host}: model.bin ${file.sha256?.slice(0, 16)}, photos ${await digestOf(folder.path)}`);

await service.shutdown();
process.disconnect();
