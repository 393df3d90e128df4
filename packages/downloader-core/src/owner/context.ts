import type { Clock } from '../base/clock.ts';
import type { Hasher } from '../base/hash.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { TransportCapabilities } from '../base/transport.ts';
import type { Wire } from '../wire/wire.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { Callbacks } from './callbacks.ts';
import type { IdleChunks } from './idle-chunks.ts';
import type { RequestShelf } from './request-shelf.ts';
import type { StallWatch } from './stall-watch.ts';

/** What the owner's side works with. */
export interface OwnerContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly callbacks: Callbacks;
  readonly wire: Wire;
  readonly budget: ByteBudget;
  readonly idleChunks: IdleChunks;
  readonly stalls: StallWatch;
  readonly requests: RequestShelf;
  readonly hasher: () => Hasher;
  readonly capabilities: TransportCapabilities;
  readonly endpointId: string;
  readonly addresses: () => readonly string[] | undefined;
  /** How long the end of a transaction waits for what still runs. */
  readonly drainMs: number;
}
