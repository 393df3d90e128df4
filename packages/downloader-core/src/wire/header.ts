import { reasonOf } from '../base/text.ts';
import type { PlainObject } from '../base/plain.ts';
import { maxHeaderBytes } from './limits.ts';
import { type Message, messageSchemas } from './messages.ts';
import { pack, unpack } from './pack.ts';

/** What a header turned out to be. */
export type ReadHeader =
  | { readonly is: 'message'; readonly message: Message }
  /** A kind that is not known. It may be ignored unless it begins with `!` (rule W5). */
  | { readonly is: 'unknown'; readonly kind: string; readonly downloadId: string | undefined }
  | {
      readonly is: 'malformed';
      readonly problem: string;
      readonly kind: string | undefined;
      readonly downloadId: string | undefined;
    };

/** A message as header bytes. */
export function writeHeader(message: Message): Uint8Array<ArrayBuffer> {
  return pack(message as unknown as PlainObject);
}

/** Reads header bytes of a peer. Never throws. */
export function readHeader(bytes: Uint8Array): ReadHeader {
  if (bytes.byteLength > maxHeaderBytes) return malformed(`the header has more than ${maxHeaderBytes} bytes`);
  let fields: PlainObject;
  try {
    fields = unpack(bytes);
  } catch (error) {
    return malformed(`the header cannot be decoded: ${reasonOf(error)}`);
  }
  return readFields(fields);
}

function readFields(fields: PlainObject): ReadHeader {
  const { kind } = fields;
  const downloadId = typeof fields['downloadId'] === 'string' ? fields['downloadId'].slice(0, 128) : undefined;
  if (typeof kind !== 'string') return malformed('the header has no kind', undefined, downloadId);
  if (!Object.hasOwn(messageSchemas, kind)) return { is: 'unknown', kind, downloadId };
  try {
    return { is: 'message', message: messageSchemas[kind as Message['kind']].parse(fields) };
  } catch (error) {
    return malformed(`the ${kind} message is not as it must be: ${reasonOf(error)}`, kind, downloadId);
  }
}

function malformed(problem: string, kind?: string, downloadId?: string): ReadHeader {
  return { is: 'malformed', problem, kind, downloadId };
}
