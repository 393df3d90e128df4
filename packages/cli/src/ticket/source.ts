import { createReadStream } from 'node:fs';
import { reasonOf } from '@towline/downloader-core/spi';
import { CommandError, usageError } from '../command-error.ts';
import { maxTicketCharacters, ticketPrefix } from './encoding.ts';

/** Where a ticket was found: `argument` was visible to others on the machine (rule K5). */
export type TicketOrigin = 'argument' | 'stdin' | 'file' | 'environment';

/** The text of a ticket, not yet looked into. */
export interface TicketText {
  readonly text: string;
  readonly origin: TicketOrigin;
}

/** Where the words of a call come from. */
export interface TicketSources {
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Finds the ticket of `pull` (rule C2): `-` is standard input, `@FILE` a file, nothing the variable `TOWLINE_TICKET`,
 * anything else the ticket itself. Of a stream the first line is taken as soon as it is there: its writer may go on.
 */
export async function readTicketText(argument: string | undefined, sources: TicketSources): Promise<TicketText> {
  if (argument === '-') return { text: await firstLine(sources.stdin, 'standard input'), origin: 'stdin' };
  if (argument?.startsWith('@')) return { text: await fileLine(argument.slice(1)), origin: 'file' };
  if (argument !== undefined) return { text: argument.trim(), origin: 'argument' };
  const text = sources.env['TOWLINE_TICKET']?.trim();
  if (!text) usageError('no ticket: give it as -, @FILE or an argument, or set TOWLINE_TICKET');
  return { text, origin: 'environment' };
}

async function fileLine(path: string): Promise<string> {
  if (path === '') usageError('no file after @');
  try {
    return await firstLine(createReadStream(path), path);
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    return usageError(`cannot read the ticket from ${path}: ${reasonOf(cause)}`, { cause });
  }
}

async function firstLine(stream: AsyncIterable<Uint8Array | string>, name: string): Promise<string> {
  let text = '';
  for await (const piece of stream) {
    text += typeof piece === 'string' ? piece : Buffer.from(piece).toString('latin1');
    if (text.trimStart().includes('\n')) break;
    if (text.length > maxTicketCharacters) break;
  }
  const [line = '', ...others] = text
    .split('\n')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (line === '') throw new CommandError('bad_ticket', `there is no ticket in ${name}`);
  // Which of several is meant cannot be known; with `--to` each is for another receiver.
  if (others.some((other) => other.startsWith(ticketPrefix)))
    usageError(`there are several tickets in ${name}: give one`);
  return line;
}
