import type { Transport } from '@towline/downloader-core/spi';

/** An implementation of a transport, as its suite sees it. */
export interface TransportOptions {
  /** Makes endpoints anew for one scenario. */
  setup(): TransportRig | Promise<TransportRig>;
}

/** Endpoints that can reach each other. */
export interface TransportRig {
  /** Sends first in every scenario: where only one side can dial, it is this one. */
  readonly dialler: Transport;
  readonly listener: Transport;
  /** Ends the link between the two, as a network would. Absent: the scenarios that need it are skipped. */
  cut?(): void | Promise<void>;
  /** Makes the listener's side stop reading, until the returned function is called. */
  pause?(): (() => void) | Promise<() => void>;
  /** A second dialler, to see that links do not wait for each other. */
  readonly other?: Transport;
  /** Connects to the listener as a stranger, sends these bytes, and resolves when that connection has ended. */
  hostile?(bytes: Uint8Array): Promise<void>;
  /** Closes what `setup` made beside the transports. */
  teardown?(): void | Promise<void>;
}

/** What a rig may be able to do. */
export type TransportAbility = 'cut' | 'pause' | 'other' | 'hostile';
