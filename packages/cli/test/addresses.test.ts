import { describe, expect, it } from 'vitest';
import { ticketAddresses } from '../src/net/addresses.ts';
import { formatHostPort, isLoopback, parseHostPort } from '../src/net/host-port.ts';

const own = ['192.0.2.7:7000', '[2001:db8::7]:7000'];

describe('the addresses in a ticket', () => {
  it('C5 are the machine’s own, as the transport says them, at most eight', () => {
    expect(ticketAddresses(own, [])).toEqual(own);
    const many = Array.from({ length: 20 }, (_, index) => `192.0.2.${index}:7000`);
    expect(ticketAddresses(many, [])).toEqual(many.slice(0, 8));
  });

  it('C5 are what --advertise says, with the bound port for port 0, without duplicates', () => {
    const advertised = [
      { host: 'a.example', port: 0 },
      { host: 'a.example', port: 7_000 },
      { host: '2001:db8::1', port: 8_000 },
    ];
    expect(ticketAddresses(own, advertised)).toEqual(['a.example:7000', '[2001:db8::1]:8000']);
  });

  it('C5 of a machine that others cannot reach, and what fits into no ticket, is exit 2', () => {
    expect(() => ticketAddresses([], [])).toThrow('--advertise');
    expect(() => ticketAddresses([], [{ host: 'a', port: 0 }])).toThrow('--advertise');
    expect(() => ticketAddresses(own, [{ host: 'a'.repeat(600), port: 1 }])).toThrow('512');
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
