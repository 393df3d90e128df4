const hostBytes = 64;

/** A host's name as the beginning of an identity: NFC, no control characters or spaces, at most 64 bytes of UTF-8. */
export function hostIdentity(hostName: string): string {
  const clean = hostName
    .toWellFormed()
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cf}\ufffd\s]/gu, '');
  // The longest beginning that fits: `encodeInto` stops before a character that does not.
  const { read } = new TextEncoder().encodeInto(clean, new Uint8Array(hostBytes));
  return clean.slice(0, read) || 'host';
}
