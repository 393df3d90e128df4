/** Takes the engine's log lines. The engine itself never writes to a console. */
export interface Logger {
  /** What happens often and is of interest only when something is searched for. */
  debug(message: string, fields?: LogFields): void;
  /** What was asked for and went as it should: a download, an outcome. */
  info(message: string, fields?: LogFields): void;
  /** What went wrong and was got over, or came from a peer that does not keep to the protocol. */
  warn(message: string, fields?: LogFields): void;
  /** What code of the application or an adapter did wrong: a callback that threw. */
  error(message: string, fields?: LogFields): void;
}

/** What a log line is about; values are plain data and hold no secrets. */
export type LogFields = Readonly<Record<string, unknown>>;

const ignore = (): void => {};

/** The default: says nothing. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Wraps a logger of the application so that one that throws cannot break a transfer. */
export function guardLogger(logger: Logger): Logger {
  const guarded =
    (level: keyof Logger) =>
    (message: string, fields?: LogFields): void => {
      try {
        logger[level](message, fields);
      } catch {
        // A log line is never worth a transfer.
      }
    };
  return {
    debug: guarded('debug'),
    info: guarded('info'),
    warn: guarded('warn'),
    error: guarded('error'),
  };
}
