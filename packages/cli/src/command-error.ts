/** What `towline` ends with (rule J3). */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 130;

/** Codes of the command's own errors; core's, the adapters' and the transports' codes pass through unchanged. */
export type CommandErrorCode =
  | 'usage'
  | 'bad_ticket'
  | 'bad_input'
  | 'bad_listing'
  | 'target_exists'
  | 'nothing_selected'
  | 'output_failed'
  | 'listen_failed';

const exitCodes: Readonly<Record<CommandErrorCode, ExitCode>> = {
  usage: 2,
  bad_ticket: 2,
  bad_input: 2,
  bad_listing: 1,
  target_exists: 2,
  nothing_selected: 2,
  output_failed: 1,
  listen_failed: 1,
};

/** An error that the command found by itself. Messages are for people and never hold a ticket or a key (rule K5). */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  readonly code: CommandErrorCode;

  constructor(code: CommandErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get exitCode(): ExitCode {
    return exitCodes[this.code];
  }
}

/** Throws the error of a wrong call: exit 2. */
export function usageError(message: string, options?: ErrorOptions): never {
  throw new CommandError('usage', message, options);
}
