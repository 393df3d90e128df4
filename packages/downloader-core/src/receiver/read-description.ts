import { z } from 'zod';

import type { Description } from '../base/description.ts';
import { DownloadError } from '../base/errors.ts';
import { isPlainObject, type PlainObject } from '../base/plain.ts';
import type { Schema } from '../base/schema.ts';
import { reasonOf } from '../base/text.ts';
import { unpack } from '../wire/pack.ts';

const count = z.number().int().nonnegative();

const descriptionSchema: Schema<Omit<Description, 'body'>> = z
  .object({
    kind: z.string().max(256),
    name: z.string().max(65_536),
    totalBytes: count,
    totalItems: count,
    fields: z.custom<PlainObject>(isPlainObject),
  })
  .partial() as Schema<Omit<Description, 'body'>>;

/** Reads the description that an owner sent: MessagePack, then its body. Throws `protocol`. */
export function readDescription([plain, body]: readonly Uint8Array[]): Description {
  try {
    const description = descriptionSchema.parse(unpack(plain ?? new Uint8Array(0)));
    return body ? { ...description, body } : description;
  } catch (error) {
    throw new DownloadError('protocol', `the owner’s description cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}
