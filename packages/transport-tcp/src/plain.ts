import { connect } from 'node:net';
import { DownloadError } from '@towline/downloader-core/spi';
import { type Address, formatAddress, isLoopback } from './address.ts';
import type { Security } from './security.ts';

/** Sockets as they are: anybody on the way can read and change everything, and names are only claimed. */
export function plainSecurity(insecure: boolean): Security {
  return {
    encrypted: false,
    identity: 'claimed',
    accept: (onSecured) => (raw) => onSecured(raw, { strength: 'claimed' }),
    dial: (address, _peerId, onread) => {
      checkPlainAddress(address, insecure);
      const socket = connect({ ...address, onread });
      return { socket, readyEvent: 'connect', verify: () => ({ strength: 'claimed' }) };
    },
  };
}

/** Throws `invalid_argument` for an address beyond loopback, unless `insecure`. */
export function checkPlainAddress(address: Address, insecure: boolean): void {
  if (insecure || isLoopback(address.host)) return;
  const problem = 'is beyond loopback: give `psk` or `tls`, or `insecure: true` when the network is trusted';
  throw new DownloadError('invalid_argument', `plain ${formatAddress(address)} ${problem}`);
}
