import { describe, expect, it } from 'vitest';
import { dialableAddresses, formatAddress, isLoopback, parseAddress } from '../src/address.ts';

describe('parseAddress', () => {
  it.each([
    ['127.0.0.1:7000', { host: '127.0.0.1', port: 7000 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['node-1.example.org:65535', { host: 'node-1.example.org', port: 65_535 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['[fe80::1]:7000', { host: 'fe80::1', port: 7000 }],
  ])('reads %s and formats it back', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
    expect(formatAddress(address)).toBe(text);
  });

  it.each([
    '',
    'host',
    'host:',
    ':80',
    'host:65536',
    'host:-1',
    'host:1e3',
    '::1:80',
    '[host]:80',
    '[::1]',
    'a b:80',
    'a/b:1',
  ])('refuses %j', (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });
});

describe('isLoopback', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', 'localhost'])('%s is', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org', 'localhost.example.org', '1127.0.0.1', '::2'])(
    '%s is not',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});

describe('dialableAddresses', () => {
  const interfaces = [
    { address: '127.0.0.1', family: 'IPv4', internal: true },
    { address: '10.1.2.3', family: 'IPv4', internal: false },
    { address: '10.1.2.3', family: 'IPv4', internal: false },
    { address: '169.254.7.7', family: 'IPv4', internal: false },
    { address: '2001:db8::7', family: 'IPv6', internal: false },
    { address: 'fe80::7', family: 'IPv6', internal: false },
  ];

  it('is the bound address itself when it is one', () => {
    expect(dialableAddresses({ host: '127.0.0.1', port: 7 }, interfaces)).toEqual(['127.0.0.1:7']);
  });

  it('is every address of the machine but loopback, link-local and repeats for a wildcard', () => {
    expect(dialableAddresses({ host: '0.0.0.0', port: 7 }, interfaces)).toEqual(['10.1.2.3:7']);
    expect(dialableAddresses({ host: '::', port: 7 }, interfaces)).toEqual(['10.1.2.3:7', '[2001:db8::7]:7']);
  });
});
