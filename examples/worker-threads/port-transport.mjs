// @ts-check
// The transport of docs/writing-a-transport.md, out of the guide's own text: that is its only copy. In a program of your own
// it is a file, port-transport.js, and all of this is one line: import { portTransport } from './port-transport.js'.
import { readFileSync } from 'node:fs';

/** @typedef {{ endpointId: string, port: import('node:worker_threads').MessagePort }} PortOptions */

const guide = readFileSync(new URL('../../docs/writing-a-transport.md', import.meta.url), 'utf8');
const [, source = ''] = /^```js\n\/\/ port-transport\.js\n(.*?)^```$/msu.exec(guide) ?? [];
// A module made of text lies in no folder from which packages could be found, so it gets their addresses.
const placed = source.replaceAll(/(?<=from ')@towline\/[^']+/gu, (name) => import.meta.resolve(name));
const guided = await import(`data:text/javascript,${encodeURIComponent(placed)}`);

/** @type {(options: PortOptions) => import('@towline/downloader-core/spi').Transport} */
export const portTransport = guided.portTransport;
