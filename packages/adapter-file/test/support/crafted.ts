import {
  type Description,
  type Downloadable,
  downloadable,
  type ProducedChunk,
  type Schema,
  type State,
} from '@towline/downloader-core/spi';
import { describeFile } from '../../src/file-description.ts';

const anything: Schema<never> = { parse: (input) => input as never };

/** An owner that says and sends what a test wants it to. */
export function craftedSource<S extends State>(
  description: Description,
  chunks: readonly Pick<ProducedChunk<S>, 'data' | 'state'>[],
): Downloadable<S> {
  let next = 0;
  return {
    [downloadable]: true,
    maxChunkBytes: 64 * 1024 * 1024,
    stateSchema: anything,
    requestSchema: anything,
    describe: () => description,
    produce() {
      const chunk = chunks[next];
      next += 1;
      return chunk === undefined ? { status: 'eof' } : { status: 'ok', ...chunk };
    },
  };
}

/** A file of which the owner says so much. */
export function fileDescription(totalBytes: number, name = 'file'): Description {
  return describeFile({ name, totalBytes, executable: false, mtimeMs: 1_600_000_000_000 });
}
