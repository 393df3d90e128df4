import type { Downloadable, Produced, State } from '@towline/downloader-core/spi';
import { CommandError } from '../command-error.ts';

/** Reads all of an object, as a receiver would. Throws `bad_input` when it cannot. */
export async function readAll<S extends State, Q>(object: Downloadable<S, Q>): Promise<void> {
  const context = { request: undefined, receiverId: 'inspect', signal: new AbortController().signal };
  let produced: Produced<S> = await object.produce(undefined, context);
  while (produced.status === 'ok') {
    produced.recycle?.();
    produced = await object.produce(produced.state, context);
  }
  if (produced.status === 'error') throw new CommandError('bad_input', produced.reason);
}
