import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { DownloadError } from '@towline/downloader-core/spi';

/** Where a socket listens or is dialled. */
export interface Address {
  /** A host name or an IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

const addressForm = /^(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^:[\]]+)):(?<port>\d{1,5})$/u;
const hostForm = /^[A-Za-z0-9._-]{1,253}$/u;

/** Reads `host:port`, with IPv6 in brackets (`[::1]:7000`). Throws `invalid_argument`. */
export function parseAddress(text: string): Address {
  const address = readAddress(text);
  if (address) return address;
  throw new DownloadError('invalid_argument', `the address ${JSON.stringify(text)} is not of the form host:port`);
}

/** Whether {@link parseAddress} can read it. */
export function isAddress(text: string): boolean {
  return readAddress(text) !== undefined;
}

function readAddress(text: string): Address | undefined {
  const { bracketed, plain, port: digits } = addressForm.exec(text)?.groups ?? {};
  const port = Number(digits);
  const isHost = bracketed === undefined ? hostForm.test(plain ?? '') : isIPv6(bracketed);
  return isHost && port <= 65_535 ? { host: bracketed ?? plain ?? '', port } : undefined;
}

/** The inverse of {@link parseAddress}. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether nobody but this machine can be at the other end. Names other than `localhost` are not looked up. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/u.test(host);
}

/** One entry of `os.networkInterfaces()`, as far as it matters here. */
export interface InterfaceAddress {
  readonly address: string;
  readonly family: string;
  readonly internal: boolean;
}

/**
 * Where others can dial a socket bound to `bound`: itself, or for a wildcard (`0.0.0.0`, `::`) every address of the
 * machine's interfaces but loopback and link-local ones, each once.
 */
export function dialableAddresses(
  bound: Address,
  interfaces: Iterable<InterfaceAddress> = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []),
): string[] {
  if (bound.host !== '0.0.0.0' && bound.host !== '::') return [formatAddress(bound)];
  const hosts = new Set<string>();
  for (const { address, family, internal } of interfaces) {
    const isServed = family === 'IPv4' || bound.host === '::';
    if (isServed && !internal && !/^(?:169\.254\.|fe[89ab])/iu.test(address)) hosts.add(address);
  }
  return [...hosts].map((host) => formatAddress({ host, port: bound.port }));
}
