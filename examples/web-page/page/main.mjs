// @ts-check
// Pulls what the owner tells of, shows how far it is, and compares.
import { downloadTable } from '@towline/adapter-arrow';
import { downloadTensors } from '@towline/adapter-tensor';
import { writeStateDict } from '@towline/adapter-tensor/safetensors';
import { downloadObject, DownloadService } from '@towline/downloader-core';
import { webSocketDialler } from '../transport/dialler.mjs';
import { BytesConsumer } from './bytes-consumer.mjs';
import { ObjectCard } from './object-card.mjs';

/** @typedef {import('../objects.mjs').SharedObject} SharedObject */
/** @typedef {import('@towline/downloader-core').DownloadOptions} DownloadOptions */
/** @typedef {import('@towline/downloader-core').Ref} Ref */

// Kept for the life of the tab: when it is loaded anew, the owner sees the same receiver come back.
const name = (sessionStorage['towline'] ??= `page-${crypto.randomUUID()}`);
const encrypted = location.protocol === 'https:';
const service = new DownloadService({ transport: webSocketDialler({ endpointId: name, encrypted }) });

/** By the kind of object: what is pulled, as the bytes that the owner took its SHA-256 of. */
const pullers = {
  tensors: async (/** @type {Ref} */ ref, /** @type {DownloadOptions} */ options) =>
    writeStateDict(await downloadTensors(service, ref, options)),
  arrow: (/** @type {Ref} */ ref, /** @type {DownloadOptions} */ options) =>
    downloadTable(service, ref, { ...options, as: 'ipc' }),
  file: (/** @type {Ref} */ ref, /** @type {DownloadOptions} */ options) =>
    downloadObject(service, ref, new BytesConsumer(), options),
};

/** @type {SharedObject[]} */
const objects = await (await fetch('/objects')).json();
const outcome = fetch('/outcome').then((response) => response.json());
await Promise.all(objects.map(pull));
await showOutcome();
await service.shutdown();

/** @param {SharedObject} object */
async function pull({ name, ref, sha256 }) {
  const card = new ObjectCard(name, ref.kind ?? 'object', sha256);
  try {
    const puller = pullers[/** @type {keyof typeof pullers} */ (ref.kind)];
    const bytes = await puller(ref, { progressIntervalMs: 50, onProgress: (event) => card.progress(event) });
    card.arrived(bytes.byteLength, await hexOfSha256(bytes));
  } catch (error) {
    card.failed(error instanceof Error ? error.message : String(error));
  }
}

async function showOutcome() {
  const place = /** @type {HTMLElement} */ (document.getElementById('outcome'));
  const { status } = await outcome;
  place.dataset['status'] = status;
  place.textContent = `What the owner knows: ${status}.`;
}

/** @param {Uint8Array} bytes */
async function hexOfSha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', /** @type {BufferSource} */ (bytes)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
