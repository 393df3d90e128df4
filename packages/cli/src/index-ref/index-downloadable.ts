import {
  type Description,
  type Downloadable,
  downloadable,
  parseCounters,
  type Produced,
  type Schema,
} from '@towline/downloader-core/spi';
import { encodeIndex, type IndexEntry } from './entry.ts';

/** The cursor of an index: how many bytes were produced. */
// A type, not an interface: only types count as plain objects to the compiler.
export type IndexState = { readonly offset: number };

/** The kind of the object that lists the others. */
export const indexKind = 'towline-index';

const chunkBytes = 256 * 1_024;

/** The list of what is shared, as an object of the same transaction. */
export class IndexDownloadable implements Downloadable<IndexState> {
  readonly [downloadable] = true as const;
  readonly kind: string = indexKind;
  readonly maxChunkBytes: number = chunkBytes;
  readonly stateSchema: Schema<IndexState>;
  readonly #bytes: Uint8Array;

  constructor(entries: readonly IndexEntry[]) {
    const bytes = encodeIndex(entries);
    this.#bytes = bytes;
    this.stateSchema = {
      parse(input) {
        const { offset } = parseCounters(input, ['offset']);
        if (offset > bytes.byteLength) throw new RangeError('offset is beyond the end');
        return { offset };
      },
    };
  }

  describe(): Description {
    return { kind: indexKind, totalBytes: this.#bytes.byteLength };
  }

  produce(state: IndexState | undefined): Produced<IndexState> {
    const offset = state?.offset ?? 0;
    const data = this.#bytes.subarray(offset, offset + chunkBytes);
    if (data.byteLength === 0) return { status: 'eof' };
    return { status: 'ok', data, state: { offset: offset + data.byteLength } };
  }
}
