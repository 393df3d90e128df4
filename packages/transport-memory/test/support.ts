import { isDownloadError, reasonOf, type Transport } from '@towline/downloader-core/spi';
import { type FaultPlan, ManualClock, MemoryNetwork } from '../src/index.ts';

export const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** A message whose header is one byte. */
export const message = (id: number, ...body: Uint8Array[]) => ({ header: bytes(id), body });

/** What an endpoint sees, as text: `1` for a message with that header, `lost:code` for the end of a link. */
export function recordOf(transport: Transport): string[] {
  const record: string[] = [];
  transport.onMessage(({ header }) => record.push(String(header[0])));
  transport.onPeerLost((_link, cause) => record.push(`lost:${codeOf(cause)}`));
  return record;
}

/** The code of a DownloadError, `none` without an error, the text of anything else. */
export const codeOf = (error: unknown): string => {
  if (error === undefined) return 'none';
  return isDownloadError(error) ? error.code : reasonOf(error);
};

/** The code that a promise rejects with, or `sent`. */
export const codeOfSend = (sending: Promise<void>): Promise<string> => sending.then(() => 'sent', codeOf);

/** Two endpoints, a manual clock, and what `b` sees. */
export function pair(faults?: FaultPlan) {
  const clock = new ManualClock();
  const network = new MemoryNetwork(faults ? { clock, faults } : { clock });
  const a = network.endpoint('a');
  const b = network.endpoint('b');
  return { clock, network, a, b, seenByA: recordOf(a), seenByB: recordOf(b) };
}
