import { describe, expect, it } from 'vitest';
import { type Interfaces, ticketAddresses } from '../src/net/addresses.ts';
import { formatHostPort, isLoopback, parseHostPort } from '../src/net/host-port.ts';

const interfaces: Interfaces = {
  lo: [
    { address: '127.0.0.1', family: 'IPv4', internal: true },
    { address: '::1', family: 'IPv6', internal: true },
  ],
  eth0: [
    { address: 'fe80::1', family: 'IPv6', internal: false },
    { address: '2001:db8::7', family: 'IPv6', internal: false },
    { address: '192.0.2.7', family: 'IPv4', internal: false },
  ],
  eth1: [
    { address: '169.254.9.9', family: 'IPv4', internal: false },
    { address: '192.0.2.7', family: 'IPv4', internal: false },
    { address: '198.51.100.7', family: 'IPv4', internal: false },
  ],
};

describe('the addresses in a ticket', () => {
  it('C5 for 0.0.0.0 are the machine’s own of IPv4, without loopback, link-local and duplicates', () => {
    const addresses = ticketAddresses({ host: '0.0.0.0', port: 7_000 }, [], interfaces);
    expect(addresses).toEqual(['192.0.2.7:7000', '198.51.100.7:7000']);
  });

  it('C5 for :: are those of both families', () => {
    const addresses = ticketAddresses({ host: '::', port: 7_000 }, [], interfaces);
    expect(addresses).toEqual(['192.0.2.7:7000', '198.51.100.7:7000', '[2001:db8::7]:7000']);
  });

  it('C5 for one address are that address', () => {
    expect(ticketAddresses({ host: '127.0.0.1', port: 9 }, [], interfaces)).toEqual(['127.0.0.1:9']);
    expect(ticketAddresses({ host: '::1', port: 9 }, [], interfaces)).toEqual(['[::1]:9']);
  });

  it('C5 are what --advertise says, with the bound port for port 0', () => {
    const advertised = [
      { host: 'a.example', port: 0 },
      { host: 'a.example', port: 7_000 },
      { host: '2001:db8::1', port: 8_000 },
    ];
    const addresses = ticketAddresses({ host: '0.0.0.0', port: 7_000 }, advertised, interfaces);
    expect(addresses).toEqual(['a.example:7000', '[2001:db8::1]:8000']);
  });
});

describe('HOST:PORT', () => {
  it.each(['127.0.0.1:0', 'a.example:65535', '[::1]:7000'])('C1 %s is read and written back', (text) => {
    const place = parseHostPort(text);
    expect(place && formatHostPort(place)).toBe(text);
  });

  it.each(['', ':1', 'a:', 'a', 'a:65536', '::1:1', '[a:1', 'a b:1', 'a:1:2', 'http://a:1', 'a:-1'])(
    'C1 %j is neither HOST:PORT nor [IPV6]:PORT',
    (text) => {
      expect(parseHostPort(text)).toBeUndefined();
    },
  );

  it('K8 loopback is 127.0.0.0/8, ::1 and localhost', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].every((host) => isLoopback(host))).toBe(true);
    expect(['0.0.0.0', '::', '192.0.2.1', '127.example', '10.127.0.1'].some((host) => isLoopback(host))).toBe(false);
  });
});
