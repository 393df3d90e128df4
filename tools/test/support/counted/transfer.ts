import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Ref } from '@towline/downloader-core';
import type { Done } from './counting.mjs';

/** What is moved, and how. */
export interface Counted {
  readonly what: 'file' | 'tensors' | 'table' | 'objects';
  /** Of all that is moved, to each receiver. */
  readonly bytes: number;
  readonly chunkBytes?: number;
  /** Default 1. */
  readonly receivers?: number;
  /** The most that is on its way to a receiver, or waits there. Default: it adapts. */
  readonly windowBytes?: number;
  /** Default: the service's. */
  readonly budgetBytes?: number;
  readonly psk?: { readonly identity: string; readonly key: string };
  readonly objects?: number;
  /** The file that is shared. */
  readonly path?: string;
  /** Where receivers put theirs, each under its name. */
  readonly directory?: string;
}

/** What was counted on both sides. */
export interface Sides {
  readonly owner: Done & { readonly peakBytes: number; readonly totalBytes: number };
  readonly receiver: Done;
}

/** Moves something between two processes, and says what that took. Throws when something else arrived. */
export async function countedTransfer(counted: Counted): Promise<Sides> {
  const owner = start('owner.mjs');
  const receivers = start('receiver.mjs');
  try {
    owner.child.send(counted);
    const { refs, digest } = await owner.next<{ refs: Ref[]; digest?: string }>();
    receivers.child.send({ ...counted, refs });
    const { digests, ...receiver } = await receivers.next<Sides['receiver'] & { digests: (string | null)[] }>();
    for (const other of digests) if (other !== digest && digest !== undefined) throw new Error('something else came');
    owner.child.send({ event: 'finish' });
    return { owner: await owner.next<Sides['owner']>(), receiver };
  } finally {
    for (const { child } of [owner, receivers]) child.kill();
  }
}

function start(script: string) {
  const instrument = new URL('instrument.mjs', import.meta.url).href;
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = fork(file, { execArgv: ['--import', instrument] });
  return { child, next: <T>() => nextOf(child, script) as Promise<T> };
}

// Whatever it said comes before its channel ends, but not always before its process does.
async function nextOf(child: ChildProcess, script: string): Promise<unknown> {
  const ended = once(child, 'disconnect').then(() => {
    throw new Error(`${script} ended before it had said all`);
  });
  const [message] = await Promise.race([once(child, 'message'), ended]);
  return message;
}

/** What is counted where a script does each thing once. */
export function knownCounts(): Promise<Record<'copies' | 'allocations' | 'calls', KnownCount[]>> {
  return start('known.mjs').next();
}

type KnownCount = { readonly way: string } & Omit<Done, 'sent' | 'received' | 'countedBytes'>;
