import { isDownloadError } from '@towline/downloader-core/spi';
import type { InspectOptions } from '../arguments/inspect-options.ts';
import type { ExitCode } from '../command-error.ts';
import type { CommandIo } from '../command-io.ts';
import { exitCodeOfError } from '../exit-code.ts';
import { kindToInspect } from '../kinds/table.ts';
import { describeError } from '../output/describe-error.ts';
import { formatBytes } from '../progress/units.ts';

/** Runs `towline inspect` (rule C3). Never rejects: a damaged or refused file is one line and exit 2. */
export async function inspect({ path, validate, json }: InspectOptions, io: CommandIo): Promise<ExitCode> {
  try {
    const kind = await kindToInspect(path);
    const { fields, lines } = await kind.inspect(path, validate);
    const size = `${fields.bytes} bytes${fields.bytes < 1_024 ? '' : ` (${formatBytes(fields.bytes)})`}`;
    const text = json ? JSON.stringify(fields) : [`${fields.kind}, ${size}`, ...lines].join('\n');
    io.stdout.write(`${text}\n`);
    return 0;
  } catch (error) {
    io.stderr.write(`towline: ${describeError(error).message}\n`);
    // A file that cannot be read is bad input, whatever its code says of a transfer.
    return isDownloadError(error) ? 2 : exitCodeOfError(error);
  }
}
