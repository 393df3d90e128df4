/**
 * The Arrow IPC format: taking streams and files apart, checking all of them that can be checked, and writing metadata
 * anew. Runs anywhere JavaScript runs and depends on nothing.
 *
 * @module @towline/adapter-arrow/validate
 */
export {
  type ArrowFormatErrorCode,
  type ArrowFormatErrorDetails,
  ArrowFormatError,
  arrowFormatErrorCodes,
} from './errors.ts';
export type { KeyValue } from './message/key-values.ts';
export { type ArrowLimits, arrowLimits, defaultArrowLimits } from './limits.ts';

export { type Message, type MessageKind, messageCustomMetadata, readMessage } from './message/read-message.ts';
export {
  type ByteRange,
  type IpcPiece,
  type MessagePiece,
  type OtherPiece,
  type OtherPieceKind,
  bodyRange,
  metadataRange,
} from './framing/pieces.ts';
export {
  type StreamMessage,
  type StreamParserOptions,
  type StreamPiece,
  StreamParser,
} from './framing/stream-parser.ts';
export { type PositionedBytes, positionedBytes } from './framing/reads.ts';
export { type FileBlock, type FileFooter, startsAsFile } from './framing/footer.ts';
export {
  type FileLayout,
  type ReadFileOptions,
  readFileBlock,
  readFileFooter,
  walkFile,
  walkFileBytes,
} from './framing/walk-file.ts';

export { type OnMessage, walkStream } from './framing/walk-stream.ts';

export type {
  ArrowField,
  ArrowSchema,
  ArrowType,
  DictionaryEncoding,
  IntType,
  PlainType,
  TimeUnit,
} from './schema/model.ts';
export { fieldPath } from './schema/model.ts';
export { type SchemaMessage, readFooterSchema, readSchemaMessage } from './schema/schema-message.ts';
export { encodeSchemaMessage } from './schema/write-schema.ts';
export { type FooterParts, encodeFooter } from './framing/write-footer.ts';
export { sameColumns } from './schema/check-schema.ts';
export {
  type ValueObstacle,
  type ValueObstacleCode,
  requireValues,
  valueObstacleCodes,
  valueObstacles,
} from './schema/value-obstacles.ts';

export {
  type ArrayLayout,
  type BufferRole,
  type LayoutVersion,
  arrayChildren,
  arrayLayout,
} from './layout/array-layout.ts';
export { type FieldPlan, type LayoutCounts, type SchemaPlan, layoutCounts, planSchema } from './layout/plan.ts';

export {
  type BodyCompression,
  type BatchHeader,
  type DictionaryBatch,
  type DictionaryEntry,
  type FieldNode,
  type RecordBatch,
  readBatchHeader,
  readDictionaryBatch,
  readRecordBatch,
} from './batch/read-batch.ts';
export { type BoundArray, bindBatch } from './batch/bind-batch.ts';
export { type MessageParts, encodeDictionaryBatch, encodePrefix, encodeRecordBatch } from './batch/write-batch.ts';
export { type BodyCodecs, type BufferCodec, type CodecName, codecName } from './batch/codec.ts';
export { type BatchValidatorOptions, type CheckedBatch, type ValidBatch, BatchValidator } from './batch-validator.ts';
export { type DecompressOptions, type DecompressedMessage, decompressMessage } from './batch/decompress-message.ts';

export { type FlatField, type FlatFields, encodeFlatBuffer, flat } from './flatbuffer/writer.ts';
export { FlatBuffer, FlatTable, type VectorRange } from './flatbuffer/reader.ts';

export type { ArrowReport } from './report.ts';
export { type ValidateOptions, validateStream } from './validate-stream.ts';
export { validateBytes, validateFile } from './validate-file.ts';
