import { hkdfSync } from 'node:crypto';
import { ByteWriter } from './bytes.ts';
import { keyBytes } from './ticket.ts';

/** Bytes of a transaction's secret, from which the keys of its tickets are derived. It never leaves the owner. */
export const secretBytes = 32;

const pskLabel = Buffer.from('towline/1 psk\0', 'latin1');

/** The PSK identity of a ticket (rule K2): says nothing of names or transactions to whoever listens on the wire. */
export function pskIdentity(ticketId: Uint8Array): string {
  return `towline1.${Buffer.from(ticketId).toString('base64url')}`;
}

/**
 * The key of a ticket (rule K2): HKDF-SHA-256 (RFC 5869) of the transaction's secret, salted by the ticket's id, for the
 * label `towline/1 psk`, the owner's name and the receiver's (empty on a shared ticket). 32 bytes.
 */
export function deriveKey(secret: Uint8Array, ticketId: Uint8Array, owner: string, receiver: string): Uint8Array {
  if (secret.byteLength !== secretBytes) throw new RangeError(`the secret has not ${secretBytes} bytes`);
  const info = new ByteWriter().bytes(pskLabel).text(owner, 2).text(receiver, 2).finish();
  return new Uint8Array(hkdfSync('sha256', secret, ticketId, info, keyBytes));
}
