import type { Outcome } from '@towline/downloader-core';
import type { ShareOptions } from '../arguments/share-options.ts';
import type { ExitCode } from '../command-error.ts';
import type { CommandIo } from '../command-io.ts';
import { exitCodeOfError, exitCodeOfOutcome } from '../exit-code.ts';
import { aborted, atMost, endLimits, Interruption } from '../interruption.ts';
import { isLoopback } from '../net/host-port.ts';
import type { Network } from '../net/network.ts';
import { Report } from '../output/report.ts';
import { formatTicket } from '../ticket/encoding.ts';
import type { IssuedTicket } from '../ticket/issuer.ts';
import { type Offer, openOffer, watchSources } from './offer.ts';
import { openSources, releaseSources } from './open-sources.ts';
import { goalOf, outcomeLines } from './verdict.ts';

// Long enough for a receiver to dial again, short enough for nobody to wait for.
const graceMs = 250;

/** Runs `towline share` to its end. Never rejects: errors are reported and become the exit code (rule J3). */
export async function share(options: ShareOptions, io: CommandIo, network: Network): Promise<ExitCode> {
  const report = new Report(io, options);
  const interruption = new Interruption(io);
  try {
    const offer = await open(options, io, network, report);
    try {
      return await seeThrough(offer, options, io, report, interruption.signal);
    } finally {
      await atMost(io.clock, offer.close(), endLimits.closeMs);
    }
  } catch (error) {
    report.error(error);
    return exitCodeOfError(error);
  } finally {
    report.close();
    interruption.close();
  }
}

async function open(options: ShareOptions, io: CommandIo, network: Network, report: Report): Promise<Offer> {
  const sources = watchSources(await openSources(options), report);
  try {
    return await openOffer(sources, options, io, network, report);
  } catch (error) {
    await releaseSources(sources);
    throw error;
  }
}

async function seeThrough(
  { transaction, tickets, links, bytes }: Offer,
  options: ShareOptions,
  io: CommandIo,
  report: Report,
  interrupted: AbortSignal,
): Promise<ExitCode> {
  const { clock } = io;
  if (isLoopback(options.listen.host)) sayLoopback(tickets, report);
  for (const { ticket } of tickets) {
    const line = formatTicket(ticket);
    const receiver = ticket.receiver ?? null;
    if (receiver !== null && !options.json) report.note(`the next ticket is for ${receiver}`);
    report.result(line, { event: 'ticket', ticket: line, receiver });
  }
  report.note('receivers run: towline pull -');
  const outcome = await Promise.race([transaction.complete(), aborted(interrupted)]);
  const end = outcome ?? (await endNow(transaction.delete(), clock));
  if (!end) return 130;
  report.close();
  report.event({ event: 'outcome', ...end, peakMemoryBytes: io.peakMemoryBytes() });
  for (const line of outcomeLines(end, bytes)) report.note(line);
  if (outcome)
    await Promise.race([atMost(clock, links.allClosed(clock, graceMs), options.lingerMs), aborted(interrupted)]);
  return exitCodeOfOutcome(end, goalOf(options, outcome === undefined));
}

/** The outcome of a transaction that is ended by Ctrl-C, or nothing when that takes too long. */
async function endNow(deleting: Promise<Outcome>, clock: CommandIo['clock']): Promise<Outcome | undefined> {
  let outcome: Outcome | undefined;
  const ended = deleting.then((end) => (outcome = end));
  await atMost(clock, ended, endLimits.tellMs);
  return outcome;
}

function sayLoopback([issued]: readonly IssuedTicket[], report: Report): void {
  const address = issued?.ticket.addresses[0];
  report.note(`only this machine can pull, at ${address}; for others, --listen 0.0.0.0:7000 or the like`);
}
