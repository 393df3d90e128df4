import { basename } from 'node:path';
import { DownloadError } from '@towline/downloader-core/spi';
import { diskError } from '../errors.ts';
import { nameProblem } from '../names.ts';

/** The name under which an absolute path is shared: the one that was given, or its last. Throws `invalid_argument` or `unsafe_name`. */
export function sourceName(given: string | undefined, absolute: string): string {
  const name = given ?? basename(absolute);
  const problem = nameProblem(name, 'posix');
  if (problem === undefined) return name;
  if (given !== undefined) throw new DownloadError('invalid_argument', `name ${problem}`);
  throw diskError('unsafe_name', `${absolute}: its name ${problem}; give it another with the name option`);
}
