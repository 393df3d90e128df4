import { ArrowFormatError } from '../errors.ts';
import type { FileFooter } from '../framing/footer.ts';
import type { LayoutVersion } from '../layout/array-layout.ts';
import { readMessage } from '../message/read-message.ts';
import { checkSchema } from './check-schema.ts';
import type { ArrowSchema } from './model.ts';
import { readSchema } from './read-schema.ts';

/** A schema with the version of the metadata that it came in, which the layout of unions depends on. */
export interface SchemaMessage {
  /** The columns, and what is said of all of them. */
  readonly schema: ArrowSchema;
  /** 1 to 5 for V1 to V5. */
  readonly version: number;
}

/**
 * Reads the first message of a stream. Throws `unexpected_message` when it is not a schema, `bad_schema` when it
 * contradicts itself, and what metadata deserves.
 */
export function readSchemaMessage(metadata: Uint8Array): SchemaMessage {
  const { kind, header, version } = readMessage(metadata);
  if (kind !== 'schema')
    throw new ArrowFormatError('unexpected_message', `The first message is of kind ${kind}, not a schema`);
  return checked({ schema: readSchema(header), version });
}

/**
 * Reads the schema in the footer of a file. Throws as {@link readSchemaMessage}.
 * @param messageVersion - Version of a message of the file; needed, as writers before 1.0 left it out of footers, where
 *   it then reads as V1. Default: that of the footer, right for a file without messages.
 */
export function readFooterSchema(footer: FileFooter, messageVersion: number = footer.version): SchemaMessage {
  return checked({ schema: readSchema(footer.schemaTable), version: messageVersion });
}

/** The version as one whose layouts are known. Throws `unknown_layout`. */
export function layoutVersion(version: number): LayoutVersion {
  if (version === 4 || version === 5) return version;
  throw new ArrowFormatError('unknown_layout', `Metadata version V${version} is not known; V4 and V5 are`);
}

function checked(message: SchemaMessage): SchemaMessage {
  checkSchema(message.schema);
  return message;
}
