// @ts-check
// What travels through a WebSocket. The first message of each side is text: its greeting. Every other one is binary: the
// length of the header (4 bytes, unsigned, big-endian), the header, the body.
import { idProblem, isPlainObject } from '@towline/downloader-core/spi';

/** The largest message (header and body), in bytes: a chunk of the usual 4 MiB goes in one. */
export const maxMessageBytes = 8 * 1024 * 1024;
/** How many bytes stand before the header. */
export const prefixBytes = 4;

/** With which code a side closes its socket, and so tells the other why: those from 4000 are for applications. */
export const closeCodes = { done: 1000, protocol: 4000, replaced: 4001, version: 4002 };

const version = 1;

/** @typedef {{ readonly endpointId: string, readonly instanceId: string }} Greeting */
/** @typedef {import('@towline/downloader-core/spi').OutgoingMessage} OutgoingMessage */

/** @param {OutgoingMessage} message */
export const sizeOf = ({ header, body }) => body.reduce((sum, { byteLength }) => sum + byteLength, header.byteLength);

/**
 * One copy: a browser's WebSocket takes a message in one piece.
 * @param {OutgoingMessage} message
 */
export function encodeMessage({ header, body }) {
  const bytes = new Uint8Array(prefixBytes + sizeOf({ header, body }));
  new DataView(bytes.buffer).setUint32(0, header.byteLength);
  let at = prefixBytes;
  for (const part of [header, ...body]) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

/**
 * Views of what came in; nothing when it is no message.
 * @param {ArrayBuffer} buffer
 */
export function decodeMessage(buffer) {
  if (buffer.byteLength < prefixBytes || buffer.byteLength > prefixBytes + maxMessageBytes) return undefined;
  const headerEnd = prefixBytes + new DataView(buffer).getUint32(0);
  if (headerEnd > buffer.byteLength) return undefined;
  const body = new Uint8Array(buffer, headerEnd);
  return {
    header: new Uint8Array(buffer, prefixBytes, headerEnd - prefixBytes),
    body: body.byteLength > 0 ? [body] : [],
  };
}

/** @param {Greeting} greeting */
export const encodeGreeting = ({ endpointId, instanceId }) =>
  JSON.stringify({ towline: version, endpointId, instanceId });

/**
 * The greeting of a stranger; `version` when it speaks another one, nothing when it is no greeting.
 * @param {string} text
 * @returns {Greeting | 'version' | undefined}
 */
export function decodeGreeting(text) {
  const greeting = parseJson(text);
  if (!isPlainObject(greeting) || typeof greeting['towline'] !== 'number') return undefined;
  if (greeting['towline'] !== version) return 'version';
  const { endpointId, instanceId } = greeting;
  if (idProblem(endpointId) !== undefined || idProblem(instanceId) !== undefined) return undefined;
  return { endpointId: String(endpointId), instanceId: String(instanceId) };
}

/** @param {string} text */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
