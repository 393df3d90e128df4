import { hostname } from 'node:os';
import type { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { systemClock } from '@towline/downloader-core/spi';
import type { CommandIo, OutputStream } from './command-io.ts';

/** The process that this runs in, as what surrounds a call of the command. */
export function processIo(): CommandIo {
  return {
    // Not destroyed after the first line: whoever writes it may go on.
    stdin: process.stdin.iterator({ destroyOnReturn: false }),
    stdout: outputStream(process.stdout),
    stderr: outputStream(process.stderr),
    env: process.env,
    clock: systemClock,
    hostName: hostname(),
    peakMemoryBytes: () => process.resourceUsage().maxRSS * 1_024,
    onInterrupt(listener) {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
    exitNow: (code) => process.exit(code),
  };
}

function outputStream(stream: Writable & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>): OutputStream {
  // A reader that went away (`| head -1`) is no reason to end a transfer.
  stream.on('error', () => {});
  return {
    isTTY: stream.isTTY ?? false,
    get columns() {
      // Terminals without a known size say 0.
      return stream.columns || 80;
    },
    write: (text) => void stream.write(text),
  };
}
