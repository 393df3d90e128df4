import type { Transport } from '@towline/downloader-core/spi';

/** An implementation of a transport, as its suite sees it. */
export interface TransportOptions {
  /** Makes endpoints anew for one scenario; and once before, to see which abilities they have. */
  setup(): TransportRig | Promise<TransportRig>;
  /** How long to wait for what must happen, in milliseconds. Default 10,000; a scenario has four times as long. */
  readonly patienceMs?: number;
}

/** Endpoints that can reach each other. The suite closes them. */
export interface TransportRig {
  /** Sends first in every scenario: where only one side can dial, it is this one. */
  readonly dialler: Transport;
  /** Is dialled in every scenario, and answers on the same link. */
  readonly listener: Transport;
  /** Runs last, when the transports are closed. */
  teardown?(): void | Promise<void>;

  /** Ability: ends the link between the two, as a network would. */
  cut?(): void | Promise<void>;
  /** Ability: makes the listener stop reading, until the returned function is called. */
  pause?(): (() => void) | Promise<() => void>;
  /** Ability: one more endpoint that the dialler can reach. */
  readonly other?: Transport;
  /** Ability: connects to the listener as a stranger, sends these bytes, and resolves when that connection has ended. */
  hostile?(bytes: Uint8Array): Promise<void>;
}

/** What a rig may be able to do: optional members of {@link TransportRig}. */
export type TransportAbility = 'cut' | 'pause' | 'other' | 'hostile';
