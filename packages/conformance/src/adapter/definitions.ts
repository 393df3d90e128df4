import type { Definition } from '../scenario.ts';
import { badStates } from './bad-states.ts';
import type { AdapterBench } from './bench.ts';
import { bytesAreLent, consumerStates } from './consuming.ts';
import { released, sourceFails, stoppedHalfWay, targetFails } from './failing.ts';
import { bytesStay, recycled } from './memory.ts';
import type { AdapterAbility } from './options.ts';
import { chunkLimits, description, endIsTheEnd, sameStateSameBytes, statesTravel } from './producing.ts';
import {
  chunkSizes,
  credits,
  detachingTransport,
  linkIsCut,
  lostAndRepeated,
  roundTrip,
  samplesTell,
  severalReceivers,
} from './transferring.ts';

type Run = <V, R>(bench: AdapterBench<V, R>) => Promise<void>;
type Row = readonly [id: string, rule: string, title: string, run: Run, ...needs: AdapterAbility[]];

/** Every scenario of an adapter. */
const rows: readonly Row[] = [
  ['round-trip', 'L1', 'every sample arrives as it was', roundTrip],
  ['samples-tell', 'L1', 'the samples and verify() can tell a broken transfer', samplesTell],
  ['chunk-sizes', 'S3', 'every sample arrives at every chunk size', chunkSizes, 'chunkSizes'],
  ['credits', 'S9', 'every sample arrives whatever the receiver grants', credits],
  ['several-receivers', 'S3', 'several receivers at once each get the whole', severalReceivers],
  ['lost-and-repeated', 'L2', 'lost, repeated and reordered messages change nothing', lostAndRepeated],
  ['link-is-cut', 'L2', 'a link that is cut after any message changes nothing', linkIsCut],
  ['detaching-transport', 'M4', 'a transport that takes buffers away harms nobody', detachingTransport],
  ['stopped-half-way', 'I4', 'a download that stops half-way leaves nothing behind', stoppedHalfWay],
  ['source-fails', 'S6', 'a source that fails is no short object', sourceFails, 'failingDownloadable'],
  ['target-fails', 'D1', 'a target that fails is no success', targetFails, 'failingConsumer'],
  ['released', 'E3', 'release() ends well, after a whole transfer and after none', released],
  ['same-state-same-bytes', 'S3', 'the same state gives the same bytes, out of order and at once', sameStateSameBytes],
  ['states-travel', 'S7', 'a state that has travelled is as good as new', statesTravel],
  ['chunk-limits', 'S7', 'no chunk and no state is too large', chunkLimits],
  ['end-is-the-end', 'S5', 'asking again at the end gives the end again', endIsTheEnd],
  ['bad-states', 'S1', 'states that did not come from the object are refused', badStates],
  ['description', 'L7', 'the description tells the truth about bytes and items', description],
  ['bytes-stay', 'M4', 'bytes that were produced are not written again', bytesStay],
  ['recycled', 'M4', 'memory that was given back is in nobody else’s hands', recycled],
  ['bytes-are-lent', 'M4', 'the consumer neither keeps nor writes what it was lent', bytesAreLent],
  ['consumer-states', 'L5', 'the consumer returns nothing, or a plain state', consumerStates],
];

/** The definitions of an adapter's scenarios. */
export function adapterDefinitions<V, R>(): Definition<AdapterBench<V, R>, AdapterAbility>[] {
  return rows.map(([id, rule, title, run, ...needs]) => ({ id, rule, title, needs, run }));
}
