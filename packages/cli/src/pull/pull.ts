import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DownloadService } from '@towline/downloader-core';
import { DownloadError, isDownloadError, reasonOf } from '@towline/downloader-core/spi';
import type { PullOptions } from '../arguments/pull-options.ts';
import { CommandError, type ExitCode, usageError } from '../command-error.ts';
import type { CommandIo } from '../command-io.ts';
import { combineExitCodes, exitCodeOfError } from '../exit-code.ts';
import { atMost, endLimits, Interruption, unlessHung } from '../interruption.ts';
import { checkBase, tensorsKind } from '../kinds/tensors.ts';
import type { Network } from '../net/network.ts';
import { Report } from '../output/report.ts';
import { parseTicket } from '../ticket/encoding.ts';
import { readTicketText } from '../ticket/source.ts';
import type { Ticket } from '../ticket/ticket.ts';
import { listObjects, type PullSession } from './list-objects.ts';
import { pullObjects } from './pull-objects.ts';
import { keptReceiverName, type ReceiverName } from './receiver-name.ts';

/** Runs `towline pull` to its end. Never rejects: errors are reported and become the exit code (rule J3). */
export async function pull(options: PullOptions, io: CommandIo, network: Network): Promise<ExitCode> {
  const report = new Report(io, options);
  const interruption = new Interruption(io);
  try {
    if (options.base !== undefined) await checkBase(options.base);
    const ticket = await readTicket(options, io, report);
    const directory = await makeDirectory(options.directory);
    const receiver = await receiverName(options, ticket, directory, io);
    const code = await connected({
      options,
      io,
      network,
      report,
      ticket,
      directory,
      receiver,
      signal: interruption.signal,
    });
    // Who may come again must come as the same receiver (rule K3).
    if (code === 0 || code === 1 || code === 4) await receiver.forget();
    else report.note(`the owner knows this receiver as ${receiver.name}`);
    return code;
  } catch (error) {
    report.error(error);
    return exitCodeOfError(error);
  } finally {
    report.close();
    interruption.close();
  }
}

interface PullCall extends Omit<PullSession, 'service'> {
  readonly io: CommandIo;
  readonly network: Network;
  readonly report: Report;
  readonly receiver: ReceiverName;
}

async function connected(call: PullCall): Promise<ExitCode> {
  const { io, network, report, ticket, receiver, signal } = call;
  const transport = await network.dial({ ticket, name: receiver.name, clock: io.clock });
  const service = new DownloadService({ transport, clock: io.clock, logger: report.receiverLogger() });
  try {
    return await unlessHung(io.clock, run({ ...call, service }), signal);
  } catch (error) {
    report.error(error);
    if (looksExpired(error, ticket, io)) report.note('by the clock of this machine the ticket has expired');
    return exitCodeOfError(error);
  } finally {
    await atMost(io.clock, service.shutdown(), endLimits.closeMs);
  }
}

async function run(session: PullCall & PullSession): Promise<ExitCode> {
  const { report, io } = session;
  const targets = await listObjects(session);
  if (session.options.base !== undefined && !targets.some(({ kind }) => kind === tensorsKind))
    report.note('--base is of no use here: nothing that is shared is a checkpoint');
  const { totals, errors } = await pullObjects(session, targets, report);
  report.close();
  if (session.signal.aborted && errors.length > 0) throw new DownloadError('aborted', 'interrupted');
  for (const error of errors) report.error(error);
  if (errors.length > 0) return combineExitCodes(errors.map((error) => exitCodeOfError(error)));
  report.event({ event: 'done', ...totals, peakMemoryBytes: io.peakMemoryBytes() });
  if (!totals.acknowledged) report.note('everything is here, but the owner could not be told');
  return 0;
}

async function readTicket(options: PullOptions, io: CommandIo, report: Report): Promise<Ticket> {
  const { text, origin } = await readTicketText(options.ticket, io);
  const ticket = parseTicket(text);
  if (origin === 'argument' && io.stderr.isTTY) {
    report.note(
      'others on this machine could see the ticket, and the shell may keep it: towline pull - reads it unseen',
    );
  }
  const { receiver } = ticket;
  if (options.name !== undefined && receiver !== undefined && options.name !== receiver) {
    usageError(`the ticket is for "${receiver}": leave --name out`);
  }
  return ticket;
}

async function makeDirectory(directory: string): Promise<string> {
  const absolute = resolve(directory);
  try {
    await mkdir(absolute, { recursive: true });
    return absolute;
  } catch (cause) {
    throw new CommandError('output_failed', `cannot make ${absolute}: ${reasonOf(cause)}`, { cause });
  }
}

async function receiverName(
  { name }: PullOptions,
  { receiver, transactionId }: Ticket,
  directory: string,
  { hostName }: CommandIo,
): Promise<ReceiverName> {
  const given = receiver ?? name;
  if (given === undefined) return keptReceiverName(directory, transactionId, hostName);
  return { name: given, forget: () => Promise.resolve() };
}

function looksExpired(error: unknown, { expiresAtMs }: Ticket, { clock }: CommandIo): boolean {
  return isDownloadError(error) && error.code === 'auth_failed' && clock.wallNow() > expiresAtMs;
}
