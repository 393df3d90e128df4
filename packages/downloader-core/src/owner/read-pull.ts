import type { Downloadable, State } from '../base/downloadable.ts';
import { DownloadError } from '../base/errors.ts';
import { printable, reasonOf } from '../base/text.ts';
import type { BodyAssembler } from '../wire/assembler.ts';
import { maxStateBytes } from '../wire/limits.ts';
import type { Pull } from '../wire/messages.ts';
import { unpack } from '../wire/pack.ts';
import type { OwnerContext } from './context.ts';
import { requestKey, type RequestShelf } from './request-shelf.ts';
import type { PullOrder } from './serving.ts';
import type { ServedRef } from './served-ref.ts';

/**
 * Reads a pull that was admitted: its state and its request, refused before anything changes (rules S1, R10). Gives nothing
 * while parts are missing, or when it arrived damaged: a damaged pull is a lost one. Throws what it is refused for.
 */
export function readPull(
  context: OwnerContext,
  assembler: BodyAssembler,
  ref: ServedRef,
  pull: Pull,
  pieces: readonly Uint8Array[],
  peerId: string,
): PullOrder | undefined {
  const { object } = ref;
  const { requests, wire, logger } = context;
  const carried = pull.body.lengths.length > 1;
  checkRequest(pull, object, requests, carried);
  const key = requestKey(ref.refId, { receiverId: peerId, downloadId: pull.downloadId });
  const hasPlace = !carried || requests.tryPlace(key, pull.request?.bytes ?? 0);
  if (!hasPlace) return { peerId, pull, state: undefined, request: undefined, requestMissing: true };

  const whole = assembler.take(
    `${pull.downloadId} ${pull.pullNo}`,
    pull.body,
    pieces,
    maxStateBytes + (carried ? (pull.request?.bytes ?? 0) : 0),
  );
  if (!whole) return undefined;
  if (!whole.intact) {
    logger.warn(`a pull of ${printable(peerId)} arrived damaged and was dropped`);
    return undefined;
  }
  if (object.maxChunkBytes > wire.limitsOf(peerId).chunkBytes) {
    throw new DownloadError(
      'limit_exceeded',
      `chunks have up to ${object.maxChunkBytes} bytes; the receiver takes ${wire.limitsOf(peerId).chunkBytes}`,
    );
  }
  const [stateBytes, requestBytes] = whole.segments;
  const state = readState(object, stateBytes);
  if (requestBytes && pull.request) requests.hold(key, pull.request.checksum, readRequest(object, requestBytes));
  const request = pull.request && requests.find(key, pull.request.checksum);
  return { peerId, pull, state, request, requestMissing: pull.request !== undefined && !request };
}

function checkRequest(pull: Pull, object: Downloadable, requests: RequestShelf, carried: boolean): void {
  if (!pull.request) {
    if (carried) throw new DownloadError('malformed', 'a body has a request that the header does not tell');
    return;
  }
  if (!object.requestSchema) throw new DownloadError('bad_request', 'the object takes no request');
  requests.check(pull.request.bytes);
  if (carried && pull.body.lengths[1] !== pull.request.bytes)
    throw new DownloadError('malformed', 'the size of the request is not what the header says');
}

function readState({ stateSchema }: Downloadable, bytes: Uint8Array | undefined): State | undefined {
  if (!bytes || bytes.byteLength === 0) return undefined;
  try {
    return stateSchema.parse(unpack(bytes));
  } catch (error) {
    throw new DownloadError('bad_state', `the state is not one of this object: ${reasonOf(error)}`, { cause: error });
  }
}

function readRequest({ requestSchema }: Downloadable, bytes: Uint8Array): unknown {
  try {
    return requestSchema?.parse(unpack(bytes));
  } catch (error) {
    throw new DownloadError('bad_request', `the request is not one for this object: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
