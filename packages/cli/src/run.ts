import { parseArguments } from './arguments/program.ts';
import { CommandError, type ExitCode } from './command-error.ts';
import type { CommandIo } from './command-io.ts';
import { inspect } from './inspect/inspect.ts';
import type { Network } from './net/network.ts';
import { describeError } from './output/describe-error.ts';
import { jsonLine } from './output/events.ts';
import { pull } from './pull/pull.ts';
import { share } from './share/share.ts';

/** Runs one call of `towline` with the words after it. Resolves with the exit code; never rejects. */
export async function run(words: readonly string[], io: CommandIo, network: Network): Promise<ExitCode> {
  try {
    const invocation = parseArguments(words);
    switch (invocation.command) {
      case 'share':
        return await share(invocation.options, io, network);
      case 'pull':
        return await pull(invocation.options, io, network);
      case 'inspect':
        return await inspect(invocation.options, io);
      case 'text':
        io.stdout.write(invocation.text);
        return 0;
    }
  } catch (error) {
    const { code, message } = describeError(error);
    if (words.includes('--json')) io.stdout.write(jsonLine({ event: 'error', code, message }));
    io.stderr.write(`towline: ${message}\n`);
    return error instanceof CommandError ? error.exitCode : 1;
  }
}
