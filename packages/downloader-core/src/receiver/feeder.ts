import type { ConsumeContext, Consumer, StartResult } from '../base/consumer.ts';
import type { Description } from '../base/description.ts';
import type { State } from '../base/downloadable.ts';
import { DownloadError } from '../base/errors.ts';
import { equalBytes } from '../base/hash.ts';
import { andThen, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { Ref } from '../base/ref.ts';
import { orAborted } from '../base/signals.ts';
import { reasonOf, shortRef } from '../base/text.ts';
import { maxStateBytes } from '../wire/limits.ts';
import { packCanonical, unpack } from '../wire/pack.ts';
import { consumerCall, packed } from './consumer-call.ts';
import type { ReceiverContext } from './context.ts';
import { deliverable } from './deliver.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { ArrivedChunk } from './reception.ts';

/** What feeding works with. */
export interface FeederSetup {
  readonly context: Pick<ReceiverContext, 'capabilities' | 'logger'>;
  readonly ref: Ref;
  readonly consumer: Consumer<unknown>;
  /** What its calls get beside the data. */
  readonly told: ConsumeContext;
  readonly heartbeat: Heartbeat;
  readonly signal: AbortSignal;
}

/** Gives the consumer what arrived, and finds out where it wants to go on (rules L5, M4). */
export class Feeder {
  readonly #setup: FeederSetup;
  #warnedOfJump = false;

  constructor(setup: FeederSetup) {
    this.#setup = setup;
  }

  /** Shows the description to the consumer; gives how it begins. */
  async start(description: Description): Promise<StartResult> {
    const { consumer, told, heartbeat, signal } = this.#setup;
    const starting = consumerCall<StartResult | void>(() => consumer.start?.(description, told));
    return (await heartbeat.during(orAborted(starting, signal))) ?? {};
  }

  /**
   * Has a chunk consumed, at once when the consumer is through at once. Gives the encoded state to pull anew from, or
   * nothing when what was granted ahead just goes on. Fails with `protocol`, `consumer_failed`, or what the consumer throws.
   */
  feed(chunk: ArrivedChunk): MaybePromise<Uint8Array | undefined> {
    const state = this.#readState(chunk.stateBytes);
    return andThen(this.#consume(chunk, state), (returned) => {
      if (this.#setup.consumer.strict) return packed('a state', returned, maxStateBytes);
      return returned === undefined ? undefined : this.#jump(returned, chunk.stateBytes);
    });
  }

  #consume(chunk: ArrivedChunk, state: State): MaybePromise<unknown> {
    const { context, consumer, told, heartbeat, signal } = this.#setup;
    const isShared = context.capabilities.handsOver === true;
    const data = deliverable(chunk.data, consumer, isShared);
    const isKept = consumer.keepsBytes === true && data === chunk.data;
    const consuming = consumerCall<unknown>(() => consumer.consume(data, state, told));
    // An aborted consumer may still read: the memory is given back only when it has settled, or never when it is kept.
    const release = (): void => (isKept ? undefined : chunk.release());
    if (!isPromise(consuming)) {
      release();
      return consuming;
    }
    consuming.then(release, release);
    return heartbeat.during(orAborted(consuming, signal));
  }

  /** Where the consumer wants to go on, when that is elsewhere than where the owner already is. */
  #jump(returned: unknown, stateBytes: Uint8Array): Uint8Array | undefined {
    const { context, ref } = this.#setup;
    const position = packed('a state', returned, maxStateBytes);
    if (equalBytes(packCanonical(unpack(position)), packCanonical(unpack(stateBytes)))) return undefined;
    if (!this.#warnedOfJump) {
      context.logger.warn(
        `the consumer of ref ${shortRef(ref.refId)} returned another state than it was given: what was sent ahead is dropped`,
      );
    }
    this.#warnedOfJump = true;
    return position;
  }

  #readState(bytes: Uint8Array): State {
    const { stateSchema } = this.#setup.consumer;
    try {
      const state = unpack(bytes);
      return stateSchema ? stateSchema.parse(state) : state;
    } catch (error) {
      throw new DownloadError('protocol', `the owner sent a state that cannot be: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }
}
