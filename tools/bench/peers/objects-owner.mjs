// @ts-check
// Many small objects in one transaction.
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadable, DownloadService } from '@towline/downloader-core';
import { tcp } from '@towline/transport-tcp';
import { settings } from './report.mjs';
import { serveUntilTold } from './serve-until-told.mjs';

const { directory, objects, objectBytes, receivers } = settings();
const service = new DownloadService({ transport: await tcp({ endpointId: 'owner', listen: '127.0.0.1:0' }) });
const transaction = service.newTransaction({ timeoutMs: 120_000, receiverCount: receivers });
const hash = createHash('sha256');
const refs = Array.from({ length: objects }, (_, index) => transaction.addObject(source(index)));
const path = join(directory, 'refs.json');
await writeFile(path, JSON.stringify(refs));
await serveUntilTold(service, transaction, { ref: path, sha256: hash.digest('hex') });

/**
 * An object that no other is like: its number, again and again.
 * @param {number} index
 */
function source(index) {
  const data = new Uint8Array(new Uint32Array(objectBytes / 4).fill(index).buffer);
  hash.update(data);
  return {
    [downloadable]: /** @type {const} */ (true),
    maxChunkBytes: objectBytes,
    stateSchema: { parse: (/** @type {unknown} */ input) => /** @type {{ done: boolean }} */ (input) },
    produce: (/** @type {{ done: boolean } | undefined} */ state) =>
      state
        ? { status: /** @type {const} */ ('eof') }
        : { status: /** @type {const} */ ('ok'), data, state: { done: true } },
  };
}
