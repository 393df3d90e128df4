/**
 * What authors of adapters and transports use.
 *
 * @module @towline/downloader-core/spi
 */
export { type Clock, systemClock } from './base/clock.ts';
export { copyCount, copyInto, copyTogether, totalBytes } from './base/copies.ts';
export { type ConsumeContext, type Consumer, consumer, isConsumer, type StartResult } from './base/consumer.ts';
export type { Description, Totals } from './base/description.ts';
export {
  type Downloadable,
  downloadable,
  isDownloadable,
  parseCounters,
  type ProduceContext,
  type Produced,
  type ProducedChunk,
  type ProducedEnd,
  type ProducedError,
  type ReceiverStatus,
  type State,
  type TransactionEnd,
  type TransactionInfo,
} from './base/downloadable.ts';
export { type CoreErrorCode, type ErrorCode, type ErrorCodeEntry, errorCodes } from './base/error-codes.ts';
export { asDownloadError, DownloadError, type DownloadErrorDetails, isDownloadError } from './base/errors.ts';
export {
  bytes,
  type Field,
  FieldError,
  type FieldsOf,
  flag,
  listOf,
  mapOf,
  oneKindOf,
  oneOf,
  optional,
  pairOf,
  refine,
  strictMapOf,
  text,
  valueOf,
  whole,
} from './base/fields.ts';
export { equalBytes, hashableMemory, type Hasher, loadHasher, type RunningHash } from './base/hash.ts';
export { smallCopy, smallMemory } from './base/slab.ts';
export { andThen, inTurn, isPromise, type MaybePromise, orElse } from './base/maybe-promise.ts';
export { isPlainObject, type PlainObject } from './base/plain.ts';
export { type Random, systemRandom } from './base/random.ts';
export type { Schema } from './base/schema.ts';
export { abortReason, onAbort } from './base/signals.ts';
export { idProblem, printable, reasonOf, shortRef } from './base/text.ts';
export { errorEntry, errorsOf, invalidOption, returnedError } from './chunking/adapter-errors.ts';
export { Arena } from './chunking/arena.ts';
export { chunkBytesOf } from './chunking/chunk-bytes.ts';
export { ItemConsumer, type ItemConsumerOptions, type ItemSink, listSink } from './chunking/item-consumer.ts';
export { type IndexedItems, ItemDownloadable, type ItemDownloadableOptions } from './chunking/item-downloadable.ts';
export type { ItemState } from './chunking/item-state.ts';
export { type Give, iterateGiven } from './chunking/iterate.ts';
export { joined } from './chunking/joined.ts';
export { patternMatcher } from './chunking/pattern.ts';
export { partOf, partsBetween, pieceAt, type PiecePart, type Placed } from './chunking/pieces.ts';
export { RequestPlans } from './chunking/plans.ts';
export { Turns } from './chunking/turns.ts';
export { maxSegments } from './wire/limits.ts';
export type {
  IdentityStrength,
  IncomingMessage,
  OutgoingMessage,
  PeerLink,
  Transport,
  TransportCapabilities,
} from './base/transport.ts';
