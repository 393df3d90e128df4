import type { Downloadable, State } from '../base/downloadable.ts';
import { DownloadError } from '../base/errors.ts';
import { printable, reasonOf } from '../base/text.ts';
import type { BodyAssembler } from '../wire/assembler.ts';
import { maxStateBytes, type PeerLimits } from '../wire/limits.ts';
import type { Pull } from '../wire/messages.ts';
import { unpack } from '../wire/pack.ts';
import type { OwnerContext } from './context.ts';
import type { RequestShelf } from './request-shelf.ts';
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
  const { requests, wire } = context;
  const of = { refId: ref.refId, receiverId: peerId };
  const carried = pull.body.lengths.length > 1;
  checkLimit(ref.object, wire.limitsOf(peerId));
  checkRequest(pull, ref.object, requests, carried);
  if (carried && !requests.tryPlace(of, pull.request?.bytes ?? 0))
    return { peerId, pull, state: undefined, request: undefined, requestMissing: true };
  try {
    const segments = takeBody(context, assembler, pull, pieces, peerId);
    if (!segments) return undefined;
    const [stateBytes, requestBytes] = segments;
    const state = readState(ref.object, stateBytes);
    if (requestBytes && pull.request)
      requests.hold(of, pull.request.checksum, requestBytes, (bytes) => readRequest(ref.object, bytes));
    const request = pull.request && requests.find(of, pull.request.checksum);
    return { peerId, pull, state, request, requestMissing: pull.request !== undefined && !request };
  } catch (error) {
    requests.releaseEmpty(of);
    throw error;
  }
}

function takeBody(
  { logger }: OwnerContext,
  assembler: BodyAssembler,
  { downloadId, pullNo, body, request }: Pull,
  pieces: readonly Uint8Array[],
  peerId: string,
): readonly Uint8Array[] | undefined {
  const limitBytes = maxStateBytes + (body.lengths.length > 1 ? (request?.bytes ?? 0) : 0);
  const whole = assembler.take(`${downloadId} ${pullNo}`, body, pieces, limitBytes);
  if (whole && !whole.intact) logger.warn(`a pull of ${printable(peerId)} arrived damaged and was dropped`);
  return whole?.intact ? whole.segments : undefined;
}

function checkLimit({ maxChunkBytes }: Downloadable, limits: PeerLimits): void {
  if (maxChunkBytes <= limits.chunkBytes) return;
  throw new DownloadError(
    'limit_exceeded',
    `chunks have up to ${maxChunkBytes} bytes; the receiver takes ${limits.chunkBytes}`,
  );
}

function checkRequest(pull: Pull, object: Downloadable, requests: RequestShelf, carried: boolean): void {
  if (pull.body.lengths.length > 2) throw new DownloadError('malformed', 'a body has more than a state and a request');
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
