/** A place to listen on or to dial. */
export interface HostPort {
  /** A host name, an IPv4 address, or an IPv6 address without brackets. */
  readonly host: string;
  /** 0 to 65,535; 0 lets the system choose. */
  readonly port: number;
}

const bracketed = /^\[([0-9A-Fa-f:.%a-z]+)\]:(\d{1,5})$/;
const plain = /^([^:[\]\s/]+):(\d{1,5})$/;

/** Reads `HOST:PORT` or `[IPV6]:PORT`; nothing when the text is neither. */
export function parseHostPort(text: string): HostPort | undefined {
  const [, host, digits] = bracketed.exec(text) ?? plain.exec(text) ?? [];
  if (host === undefined || digits === undefined) return undefined;
  const port = Number(digits);
  return port <= 65_535 ? { host, port } : undefined;
}

/** The opposite of {@link parseHostPort}. */
export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether an address is reached from its own machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
