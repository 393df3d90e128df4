import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTicketText } from '../src/ticket/source.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towline-ticket-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function* lineThenSilence(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('towline1ABC\n');
  await new Promise(() => {});
}

async function* unread(): AsyncGenerator<Uint8Array> {
  yield await Promise.reject(new Error('standard input was read'));
}

describe('where the ticket of pull comes from', () => {
  it('C2 - is standard input, in whatever pieces it comes', async () => {
    const stdin = pieces('\n  tow', 'line1AB', 'C\n');
    expect(await readTicketText('-', { stdin, env: {} })).toEqual({ text: 'towline1ABC', origin: 'stdin' });
  });

  it('C2 of standard input the first line is taken while its writer goes on', async () => {
    expect(await readTicketText('-', { stdin: lineThenSilence(), env: {} })).toMatchObject({ text: 'towline1ABC' });
  });

  it('C2 @FILE is a file', async () => {
    const path = join(folder, 'ticket');
    await writeFile(path, 'towline1ABC\n');
    expect(await readTicketText(`@${path}`, { stdin: unread(), env: {} })).toEqual({
      text: 'towline1ABC',
      origin: 'file',
    });
  });

  it('C2 without an argument it is the variable TOWLINE_TICKET', async () => {
    const env = { TOWLINE_TICKET: ' towline1ABC\n' };
    const found = await readTicketText(undefined, { stdin: unread(), env });
    expect(found).toEqual({ text: 'towline1ABC', origin: 'environment' });
  });

  it('C2 anything else is the ticket itself', async () => {
    const found = await readTicketText('towline1ABC', { stdin: unread(), env: { TOWLINE_TICKET: 'towline1other' } });
    expect(found).toEqual({ text: 'towline1ABC', origin: 'argument' });
  });

  it('C2 no ticket anywhere, an empty source or a missing file is exit 2', async () => {
    const sources = { stdin: pieces('\n', '\n'), env: {} };
    await expect(readTicketText(undefined, sources)).rejects.toMatchObject({ exitCode: 2 });
    await expect(readTicketText('-', sources)).rejects.toMatchObject({ code: 'bad_ticket', exitCode: 2 });
    await expect(readTicketText('@', sources)).rejects.toMatchObject({ exitCode: 2 });
    await expect(readTicketText(`@${join(folder, 'none')}`, sources)).rejects.toMatchObject({ exitCode: 2 });
  });

  it('C2 several tickets in one file are exit 2: each may be for another receiver', async () => {
    const path = join(folder, 'tickets');
    await writeFile(path, 'towline1ABC\ntowline1DEF\n');
    await expect(readTicketText(`@${path}`, { stdin: unread(), env: {} })).rejects.toThrow('several tickets');
  });

  it('C2 of a line without an end no more is read than a ticket can have', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        read += 1_000;
        yield Buffer.alloc(1_000, 'A');
      }
    }
    await readTicketText('-', { stdin: endless(), env: {} });
    expect(read).toBeLessThan(5_000);
  });
});
