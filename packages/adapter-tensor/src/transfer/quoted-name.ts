import { printable } from '@towline/downloader-core/spi';

/** A name that a peer or a file chose, as it may stand in a message. */
export function quotedName(name: string): string {
  return `"${printable(name, 100)}"`;
}
