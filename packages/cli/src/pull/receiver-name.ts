import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf } from '@towline/downloader-core/spi';
import { CommandError } from '../command-error.ts';
import { hostIdentity } from '../net/host-name.ts';

/** What keeps a receiver's name from one start to the next. */
export interface ReceiverName {
  readonly name: string;
  /** Forgets it: the next start is another receiver. */
  forget(): Promise<void>;
}

const savedBits = /^[0-9a-f]{16}$/;

/**
 * The default name of a receiver (rule K3): the host's name and 64 random bits. They are kept in the target folder, one
 * file for each transaction with mode 0600, so that a receiver started again is the same receiver.
 */
export async function keptReceiverName(
  directory: string,
  transactionId: string,
  hostName: string,
): Promise<ReceiverName> {
  const path = nameFile(directory, transactionId);
  try {
    const bits = (await readBits(path)) ?? (await makeBits(directory, path));
    return { name: `${hostIdentity(hostName)}-${bits}`, forget: () => rm(path, { force: true }) };
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    throw new CommandError('output_failed', `cannot write into ${directory}: ${reasonOf(cause)}`, { cause });
  }
}

/** Where the name of a transaction's receiver is kept. */
export function nameFile(directory: string, transactionId: string): string {
  const digest = createHash('sha256').update(transactionId).digest('hex').slice(0, 16);
  return join(directory, `.towline-${digest}.name`);
}

async function readBits(path: string): Promise<string | undefined> {
  try {
    const bits = (await readFile(path, 'utf8')).trim();
    if (savedBits.test(bits)) return bits;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  throw new CommandError('output_failed', `${path} does not hold a name: remove it`);
}

async function makeBits(directory: string, path: string): Promise<string> {
  const bits = randomBytes(8).toString('hex');
  await mkdir(directory, { recursive: true });
  // Exclusive: of two starts at once one is the receiver, and the other says so.
  await writeFile(path, `${bits}\n`, { flag: 'wx', mode: 0o600, flush: true });
  return bits;
}
