import { DownloadError, reasonOf } from '@towline/downloader-core/spi';

/**
 * What a socket's failure means: `auth_failed` when the two sides do not accept each other's key or certificate,
 * otherwise `fallback`.
 */
export function socketFailure(error: Error, what: string, fallback: 'unreachable' | 'link_lost'): DownloadError {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const reason = `${what}: ${code || reasonOf(error)}`;
  return new DownloadError(isRefusal(code) ? 'auth_failed' : fallback, reason, { cause: error });
}

function isRefusal(code: string): boolean {
  // Something else that speaks no TLS listens there; ours may come back.
  if (code === '' || code === 'ERR_SSL_WRONG_VERSION_NUMBER') return false;
  const isSystemError = /^E(?!RR_|PROTO$)[A-Z_]+$/u.test(code);
  return !isSystemError && !code.startsWith('ERR_STREAM_') && !code.startsWith('ERR_SOCKET_');
}
