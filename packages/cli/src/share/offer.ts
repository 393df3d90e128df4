import { randomBytes } from 'node:crypto';
import { DownloadService, type Transaction, type TransactionOptions } from '@towline/downloader-core';
import { DownloadError, type ProducedError, type Transport } from '@towline/downloader-core/spi';
import type { ShareOptions } from '../arguments/share-options.ts';
import type { CommandIo } from '../command-io.ts';
import type { IndexEntry } from '../index-ref/entry.ts';
import { IndexDownloadable } from '../index-ref/index-downloadable.ts';
import type { OpenSource } from '../kinds/kind.ts';
import { ticketAddresses } from '../net/addresses.ts';
import { hostIdentity } from '../net/host-name.ts';
import { LinkWatch } from '../net/link-watch.ts';
import type { Network } from '../net/network.ts';
import { TicketKeys } from '../net/ticket-keys.ts';
import type { Report } from '../output/report.ts';
import { type IssuedTicket, issueTickets } from '../ticket/issuer.ts';
import { WatchedSource } from './watched-source.ts';

/** What is on offer: everything that a running `share` consists of. */
export interface Offer {
  readonly transaction: Transaction;
  readonly tickets: readonly IssuedTicket[];
  readonly links: LinkWatch;
  /** Of all sources. */
  readonly bytes: number;
  /** Ends everything that is left; never rejects. */
  close(): Promise<void>;
}

/** Opens the transaction with all sources and the tickets for it. The sources are released with the transaction. */
export async function openOffer(
  sources: readonly OpenSource[],
  options: ShareOptions,
  io: CommandIo,
  network: Network,
  report: Report,
): Promise<Offer> {
  const { clock } = io;
  const keys = options.insecure ? undefined : new TicketKeys(clock);
  const endpointId = `${hostIdentity(io.hostName)}-${randomBytes(4).toString('hex')}`;
  const transport = await network.listen({ endpointId, listen: options.listen, keys, clock });
  const links = new LinkWatch(transport);
  const service = new DownloadService({ transport, clock, logger: report.ownerLogger() });
  const close = async (): Promise<void> => {
    keys?.close();
    await service.shutdown();
    links.close();
  };
  try {
    const { transaction, indexRefId } = addSources(service, sources, options, report);
    const tickets = issue(transport, transaction, indexRefId, options, io);
    for (const ticket of tickets) keys?.add(ticket, (identity) => transport.revoke?.(identity));
    const bytes = sources.reduce((sum, source) => sum + source.bytes, 0);
    return { transaction, tickets, links, bytes, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function addSources(
  service: DownloadService,
  sources: readonly OpenSource[],
  options: ShareOptions,
  report: Report,
): { readonly transaction: Transaction; readonly indexRefId: string } {
  const sizes = new Map<string, number>();
  const transaction = service.newTransaction({
    ...transactionOptions(options),
    progressIntervalMs: report.progressIntervalMs,
    onProgress(event) {
      // The list of the objects is no object that anybody shared.
      if (sizes.has(event.refId) && event.receiverId !== undefined) report.progress(event.receiverId, event);
    },
  });
  const entries = sources.map(({ kind, name, bytes, object }): IndexEntry => {
    const { refId } = transaction.addObject(object);
    sizes.set(refId, bytes);
    return { refId, kind, name, bytes };
  });
  report.expect(sizes);
  return { transaction, indexRefId: transaction.addObject(new IndexDownloadable(entries)).refId };
}

/** The terms of the transaction, as the flags say them (rules C1, K3). */
export function transactionOptions({ audience, quorum, timeoutMs, insecure }: ShareOptions): TransactionOptions {
  const common = { timeoutMs, ...(quorum === undefined ? {} : { minReceivers: quorum }) };
  switch (audience.who) {
    case 'named':
      return { ...common, receivers: audience.names, trust: insecure ? 'claimed' : 'proven' };
    case 'counted':
      return { ...common, receiverCount: audience.count, trust: insecure ? 'claimed' : 'vouched' };
    case 'any':
      return { ...common, trust: insecure ? 'claimed' : 'vouched' };
  }
}

function issue(
  transport: Transport,
  { transactionId }: Transaction,
  indexRefId: string,
  { audience, advertise, insecure }: ShareOptions,
  { clock }: CommandIo,
): readonly IssuedTicket[] {
  const addresses = ticketAddresses(transport.addresses ?? [], advertise);
  const terms = { owner: transport.endpointId, transactionId, indexRefId, addresses, keyed: !insecure };
  return issueTickets(terms, audience.who === 'named' ? audience.names : [], clock);
}

/** Has the errors of sources told here, and lets them be released by whoever comes first. */
export function watchSources(sources: readonly OpenSource[], report: Report): readonly OpenSource[] {
  return sources.map((source) => ({
    ...source,
    object: new WatchedSource(source.object, (error) => report.error(sourceError(source.name, error))),
  }));
}

function sourceError(name: string, { code, reason }: ProducedError): DownloadError {
  return new DownloadError(code ?? 'source_error', `${name}: ${reason}`, { side: 'local' });
}
