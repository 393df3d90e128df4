import { ArrowFormatError } from './errors.ts';
import { type FileBlock, type FileFooter, startsAsFile } from './framing/footer.ts';
import { type MessagePiece, bodyRange, metadataRange } from './framing/pieces.ts';
import type { PositionedBytes } from './framing/reads.ts';
import { type FileLayout, readFileBlock, walkFile } from './framing/walk-file.ts';
import type { ArrowReport } from './report.ts';
import { sameColumns } from './schema/check-schema.ts';
import { type SchemaMessage, readFooterSchema, readSchemaMessage } from './schema/schema-message.ts';
import { type ValidateOptions, beginValidation, validateStream } from './validate-stream.ts';

/**
 * Checks a whole IPC file, with one batch in memory at a time, and reports what is in it. Dictionaries are checked first,
 * in the order of the footer, as a file need not have them before the batches that use them. Of a big-endian file only
 * the structure can be checked, see `valuesChecked` of the report. Throws an {@link ArrowFormatError} for the first fault.
 */
export async function validateFile(source: PositionedBytes, options: ValidateOptions = {}): Promise<ArrowReport> {
  const layout = await walkFile(source, options);
  const [first] = messagePieces(layout);
  const message = readFooterSchema(layout.footer, first?.version);
  await checkSchemaCopies(layout, message, source, options);
  const { validator, report } = beginValidation('file', message, options);
  for (const block of blocksInUse(layout.footer)) {
    options.signal?.throwIfAborted();
    const piece = await readFileBlock(source, block, options);
    const checked = validator.checkMetadata(piece.metadata);
    const { offset, length } = bodyRange(piece);
    validator.checkBody(checked, await source.read(offset, length, options));
    report.add(checked);
  }
  return report.finish(true);
}

/** Checks bytes in memory, of a file or a stream, whichever they begin as. Throws as {@link validateFile}. */
export async function validateBytes(bytes: Uint8Array, options: ValidateOptions = {}): Promise<ArrowReport> {
  if (!startsAsFile(bytes)) return validateStream([bytes], options);
  const read = async (offset: number, length: number): Promise<Uint8Array> => bytes.subarray(offset, offset + length);
  return validateFile({ size: bytes.length, read }, options);
}

const blocksInUse = (footer: FileFooter): readonly FileBlock[] => [...footer.dictionaries, ...footer.recordBatches];

const messagePieces = ({ pieces }: FileLayout): readonly MessagePiece[] =>
  pieces.filter((piece) => piece.kind === 'message');

/** Which of a file’s schemas is read depends on the reader, so they have to agree. */
async function checkSchemaCopies(
  layout: FileLayout,
  { schema }: SchemaMessage,
  source: PositionedBytes,
  options: ValidateOptions,
): Promise<void> {
  for (const piece of messagePieces(layout)) {
    if (piece.message !== 'schema') continue;
    const { offset, length } = metadataRange(piece);
    const copy = readSchemaMessage(await source.read(offset, length, options));
    if (!sameColumns(copy.schema, schema)) {
      throw new ArrowFormatError('schema_changed', 'The schema before the batches is not that of the footer', {
        offset,
      });
    }
  }
}
