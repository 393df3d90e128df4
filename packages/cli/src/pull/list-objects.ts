import { type DownloadService, downloadObject, type Ref } from '@towline/downloader-core';
import type { PullOptions } from '../arguments/pull-options.ts';
import { IndexConsumer } from '../index-ref/index-consumer.ts';
import type { Ticket } from '../ticket/ticket.ts';
import { SelectionProbe } from './selection.ts';
import { nothingSelected, planTargets, type Target } from './targets.ts';

/** A receiver that is about to pull. */
export interface PullSession {
  readonly service: DownloadService;
  readonly ticket: Ticket;
  readonly options: PullOptions;
  /** Absolute. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** The ref of an object of a ticket's transaction. */
export function refOf({ owner, transactionId, addresses }: Ticket, refId: string): Ref {
  return { v: 1, owner, refId, transactionId, addresses };
}

/**
 * Pulls the list of the objects and checks what would be written. What is refused here is refused before the list is
 * confirmed, so that nothing final is told to the owner (rule C2).
 */
export async function listObjects(session: PullSession): Promise<readonly Target[]> {
  const { service, ticket, options, directory, signal } = session;
  const control = new AbortController();
  let targets: readonly Target[] = [];
  let refusal: unknown;
  const consumer = new IndexConsumer(async (entries) => {
    try {
      targets = await planTargets(entries, { directory, overwrite: options.overwrite, only: options.only });
      await refuseEmptySelection(session, targets);
    } catch (error) {
      refusal = error;
      control.abort();
    }
  });
  try {
    const either = AbortSignal.any([signal, control.signal]);
    await downloadObject(service, refOf(ticket, ticket.indexRefId), consumer, { signal: either });
    return targets;
  } catch (error) {
    throw refusal ?? error;
  }
}

async function refuseEmptySelection(session: PullSession, targets: readonly Target[]): Promise<void> {
  const { only } = session.options;
  if (only.length === 0 || targets.some(({ kind, entry }) => kind.selects(entry, only) === true)) return;
  for (const target of targets) {
    if (target.kind.selects(target.entry, only) === 'ask' && (await probe(session, target))) return;
  }
  throw nothingSelected();
}

async function probe({ service, ticket, options, directory, signal }: PullSession, target: Target): Promise<boolean> {
  const control = new AbortController();
  const { maxDescriptionBytes } = target.kind.receive(target.entry, { directory, overwrite: options.overwrite });
  const consumer = new SelectionProbe(target, options.only, maxDescriptionBytes, () => control.abort());
  try {
    const either = AbortSignal.any([signal, control.signal]);
    return await downloadObject(service, refOf(ticket, target.entry.refId), consumer, { signal: either });
  } catch (error) {
    if (consumer.selected === undefined || signal.aborted) throw error;
    return consumer.selected;
  }
}
