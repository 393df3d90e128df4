/**
 * Carries Towline's messages over sockets and TLS: one connection, both directions, for each pair of endpoints.
 *
 * @module @towline/transport-tcp
 */
import { resolveOptions, type TcpOptions } from './options.ts';
import { TcpEndpoint, type TcpTransport } from './tcp-endpoint.ts';

export type { PskDialOptions, PskEntry, PskListenOptions, TcpOptions, TlsOptions } from './options.ts';
export type { TcpTransport } from './tcp-endpoint.ts';

/**
 * Makes an endpoint and, when `listen` is given, starts to listen. Throws `invalid_argument` for bad options, also for a
 * plain endpoint that would listen beyond loopback without `insecure: true`, and `unreachable` when it cannot listen.
 */
export async function tcp(options: TcpOptions): Promise<TcpTransport> {
  const endpoint = new TcpEndpoint(resolveOptions(options));
  await endpoint.open();
  return endpoint;
}
