/** The content of a compressed block: [start, end) of bytes that go on for at least four more. */
export interface Block {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}
