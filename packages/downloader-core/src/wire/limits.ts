/** The protocol's major versions that this implementation speaks (rule W5). */
export const protocolMajors: readonly number[] = [1];
/** The minor version: fields that an older side may ignore. */
export const protocolMinor = 0;

export const maxHeaderBytes: number = 64 * 1024;
export const maxStateBytes: number = 64 * 1024;
export const maxChunkBytes: number = 64 * 1024 * 1024;
export const maxRequestBytes: number = 16 * 1024 * 1024;
export const defaultDescriptionBytes: number = 16 * 1024 * 1024;
/** The least that a transport's largest message may have: room for a header and some of a body. */
export const leastMessageBytes: number = 128 * 1024;
/** The most segments that one chunk has (rule S7). */
export const maxSegments = 4096;

/** What one side takes; told in `hello`, and nothing above it is sent to it. */
export interface PeerLimits {
  readonly headerBytes: number;
  readonly stateBytes: number;
  readonly chunkBytes: number;
  readonly messageBytes: number;
}

/** Our own limits over a transport that carries messages of `messageBytes`. */
export function ownLimits(messageBytes: number): PeerLimits {
  return { headerBytes: maxHeaderBytes, stateBytes: maxStateBytes, chunkBytes: maxChunkBytes, messageBytes };
}
