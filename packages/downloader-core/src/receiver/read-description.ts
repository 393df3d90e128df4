import type { Description } from '../base/description.ts';
import { DownloadError } from '../base/errors.ts';
import { mapOf, optional, text, valueOf, whole } from '../base/fields.ts';
import { isPlainObject, type PlainObject } from '../base/plain.ts';
import { reasonOf } from '../base/text.ts';
import { unpack } from '../wire/pack.ts';

const count = optional(whole(0));

const descriptionFields = mapOf<Omit<Description, 'body'>>({
  kind: optional(text(0, 256)),
  name: optional(text(0, 65_536)),
  totalBytes: count,
  totalItems: count,
  fields: optional(valueOf<PlainObject>(isPlainObject, 'is not a map')),
});

/** Reads the description that an owner sent: MessagePack, then its body. Throws `protocol`. */
export function readDescription([plain, body]: readonly Uint8Array[]): Description {
  try {
    const description = descriptionFields.parse(unpack(plain ?? new Uint8Array(0)));
    return body ? { ...description, body } : description;
  } catch (error) {
    throw new DownloadError('protocol', `the owner’s description cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}
