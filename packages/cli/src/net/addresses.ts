import { formatHostPort, type HostPort, isWildcard } from './host-port.ts';

/** What of `os.networkInterfaces()` counts here. */
export interface InterfaceAddress {
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly internal: boolean;
}

/** The addresses of a machine, by interface, as `os.networkInterfaces()` gives them. */
export type Interfaces = Readonly<Record<string, readonly InterfaceAddress[] | undefined>>;

const linkLocal = /^(169\.254\.|fe[89ab][0-9a-f]:)/i;

/**
 * The addresses that go into a ticket (rule C5): `advertised` when given (port 0 stands for the bound port), else the
 * bound host, else for a wildcard the machine's own, IPv4 first, without loopback, link-local and duplicates.
 */
export function ticketAddresses(
  bound: HostPort,
  advertised: readonly HostPort[],
  interfaces: Interfaces,
): readonly string[] {
  const { port } = bound;
  if (advertised.length > 0) {
    return unique(advertised.map((place) => formatHostPort({ host: place.host, port: place.port || port })));
  }
  if (!isWildcard(bound.host)) return [formatHostPort(bound)];
  return ownAddresses(interfaces, bound.host === '::').map((host) => formatHostPort({ host, port }));
}

/** The addresses by which others reach this machine; IPv6 only when it is listened on. */
export function ownAddresses(interfaces: Interfaces, withIPv6: boolean): readonly string[] {
  const reachable = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address, internal }) => !internal && !linkLocal.test(address));
  const ofFamily = (family: InterfaceAddress['family']): readonly string[] =>
    reachable.filter((entry) => entry.family === family).map(({ address }) => address);
  return unique([...ofFamily('IPv4'), ...(withIPv6 ? ofFamily('IPv6') : [])]);
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
