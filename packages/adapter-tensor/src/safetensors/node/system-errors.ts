import { SafetensorsError, isSafetensorsError } from '../errors.ts';

/** What went wrong with a file as a {@link SafetensorsError} that names it; an abort stays what it is. */
export function fileError(error: unknown, file: string): unknown {
  if (isSafetensorsError(error)) return error.file === undefined ? error.at({ file }) : error;
  const code = systemCode(error);
  if (code === undefined) return error;
  if (code === 'ENOENT') return new SafetensorsError('not_found', 'does not exist', { file, cause: error });
  return new SafetensorsError('file_system', `the operating system refused (${code})`, { file, cause: error });
}

/** The code that the operating system gave an error, such as `ENOENT`. */
function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
