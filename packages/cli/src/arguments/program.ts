import { Command, CommanderError } from 'commander';
import { CommandError } from '../command-error.ts';
import { withoutTickets } from '../ticket/redact.ts';
import { version } from '../version.ts';
import { type InspectOptions, inspectOptions, type RawInspectFlags } from './inspect-options.ts';
import { type PullOptions, pullOptions, type RawPullFlags } from './pull-options.ts';
import { type RawShareFlags, type ShareOptions, shareOptions } from './share-options.ts';

/** A checked call of the command. `text`: there is only something to print (help or version). */
export type Invocation =
  | { readonly command: 'share'; readonly options: ShareOptions }
  | { readonly command: 'pull'; readonly options: PullOptions }
  | { readonly command: 'inspect'; readonly options: InspectOptions }
  | { readonly command: 'text'; readonly text: string };

type Found = (invocation: Invocation) => void;

/** Reads the words after `towline`. Throws `usage` for a call that is wrong, with commander's suggestion. */
export function parseArguments(words: readonly string[]): Invocation {
  let found: Invocation | undefined;
  let printed = '';
  let complaint = '';
  const program = buildProgram((invocation) => (found = invocation), {
    writeOut: (text) => (printed += text),
    writeErr: (text) => (complaint += text),
  });
  try {
    program.parse(withInsecureWord(words), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { command: 'text', text: printed };
    // `towline` alone.
    if (error.code === 'commander.help') return { command: 'text', text: complaint };
    // Without a cause: commander's own message repeats the words of the call.
    throw new CommandError('usage', withoutTickets(complaintText(complaint, error.message)));
  }
  return found ?? { command: 'text', text: program.helpInformation() };
}

interface Output {
  writeOut(text: string): void;
  writeErr(text: string): void;
}

function buildProgram(found: Found, output: Output): Command {
  const program = new Command('towline')
    .description('Hands large objects from the process that owns them to the processes that need them.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', examples(`towline share hello.txt | towline pull - --out received`))
    // Given to the subcommands when they are added: first of all.
    .configureOutput(output)
    .exitOverride();
  addShare(program, found);
  addPull(program, found);
  addInspect(program, found);
  return program;
}

function addShare(program: Command, found: Found): void {
  program
    .command('share')
    .description('offer files and folders, print the ticket, and wait until the receivers have everything')
    .argument('<path...>', 'what to share: files and folders')
    .option('--to <names>', 'one ticket for each of these receivers (comma between names)')
    .option('--receivers <count>', 'how many receivers are expected, or any (default: 1)')
    .option('--quorum <count>', 'succeed when so many receivers have everything (default: all)')
    .option('--listen <host:port>', 'where to listen (default: 127.0.0.1:0, this machine only)')
    .option('--advertise <host:port>', 'what the ticket says instead of the own addresses (comma between several)')
    .option('--timeout <seconds>', 'end when nothing happened for so long (default: 3600)')
    .option('--linger <seconds>', 'stay at most so long until every acknowledgement has left (default: 5)')
    .option('--insecure [word]', 'no key, no encryption; beyond loopback: --insecure=yes-on-the-network')
    .option('--as <kind>', 'treat every path as file, tensors or arrow, whatever its name says')
    .option('--symlinks <policy>', 'symbolic links inside a shared folder: keep or refuse (default: keep)')
    .option('--json', 'one JSON object a line on standard output')
    .option('--quiet', 'only errors on standard error')
    .addHelpText('after', examples('towline share hello.txt --timeout 600 | towline pull - --out received'))
    .action((paths: string[], flags: RawShareFlags) =>
      found({ command: 'share', options: shareOptions(paths, flags) }),
    );
}

function addPull(program: Command, found: Found): void {
  program
    .command('pull')
    .description('pull everything that a ticket offers')
    .argument('[ticket]', '- (standard input), @FILE, the ticket itself, or nothing: the variable TOWLINE_TICKET')
    .option('--out <directory>', 'where to put it; made if missing (default: the current folder)')
    .option('--name <name>', 'the name that the owner sees (default: one made for this transaction)')
    .option('--only <pattern>', 'pull only what matches; * is any text; may be repeated', collect)
    .option('--base <path>', 'an older copy of a checkpoint: equal tensors are not sent again')
    .option('--overwrite', 'replace what is there under the same name')
    .option('--digest <algorithm>', 'tell the digest of each single file: sha256')
    .option('--json', 'one JSON object a line on standard output')
    .option('--quiet', 'only errors on standard error')
    .addHelpText('after', examples('towline share hello.txt | towline pull - --out received --digest sha256'))
    .action((ticket: string | undefined, flags: RawPullFlags) =>
      found({ command: 'pull', options: pullOptions(ticket, flags) }),
    );
}

function addInspect(program: Command, found: Found): void {
  program
    .command('inspect')
    .description('say what a file or folder is to towline')
    .argument('<file>', 'the file or folder')
    .option('--validate', 'read all of it')
    .option('--json', 'one JSON object')
    .addHelpText('after', examples('towline inspect hello.txt'))
    .action((path: string, flags: RawInspectFlags) =>
      found({ command: 'inspect', options: inspectOptions(path, flags) }),
    );
}

function examples(...lines: readonly string[]): string {
  return ['', 'Example:', ...["printf 'hello\\n' > hello.txt", ...lines].map((line) => `  ${line}`), ''].join('\n');
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

/** A bare `--insecure` would take the path after it for its word. */
function withInsecureWord(words: readonly string[]): string[] {
  return words.map((word) => (word === '--insecure' ? '--insecure=loopback' : word));
}

function complaintText(complaint: string, message: string): string {
  return (complaint.trim() || message).replace(/^error: /, '');
}
