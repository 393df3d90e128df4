import { equalBytes } from '@towline/downloader-core/spi';
import { tensorError } from '../errors.ts';
import type { TensorType } from '../safetensors/index.ts';
import type { BaseReader } from './base-reader.ts';
import { bitmapOf } from './bitmap.ts';
import type { Catalogue } from './catalogue.ts';
import { type Digester, digestOf } from './digest.ts';
import { quotedName } from './quoted-name.ts';
import { type DigestAlgorithm, digestBytes, type TensorRequest } from './request.ts';
import { sameType } from './same-type.ts';
import type { Part } from './sink.ts';

/** What of a base could serve for what is wanted: name, dtype and shape have to be equal. */
export async function matchBase(
  catalogue: Catalogue,
  selected: readonly number[],
  base: BaseReader,
  { algorithm, digester, signal }: { algorithm: DigestAlgorithm; digester: Digester; signal: AbortSignal },
): Promise<NonNullable<TensorRequest['base']>> {
  const present = selected.filter((index) => {
    const tensor = catalogue.tensors[index];
    const known = tensor && base.types.get(tensor.name);
    return tensor !== undefined && known !== undefined && sameType(tensor, known);
  });
  const digests = new Uint8Array(present.length * digestBytes);
  for (const [place, index] of present.entries()) {
    const tensor = catalogue.tensors[index];
    if (tensor === undefined) continue;
    const digest = await digestOf(digester, tensor, base.read(tensor.name, signal), signal);
    digests.set(digest, place * digestBytes);
  }
  return { algorithm, present: bitmapOf(present, catalogue.tensors.length), digests };
}

/** A tensor of the base in pieces for the sink, digested once more on the way. Throws `base_changed` behind the last piece. */
export async function* copyFromBase(
  tensor: TensorType & { readonly name: string },
  source: number,
  expected: Uint8Array,
  { base, digester, signal }: { base: BaseReader; digester: Digester; signal: AbortSignal },
): AsyncGenerator<Part> {
  const digest = digester(tensor);
  let offset = 0;
  for await (const data of base.read(tensor.name, signal)) {
    signal.throwIfAborted();
    digest.update(data);
    yield { source, offset, data };
    offset += data.byteLength;
  }
  if (!equalBytes(digest.finish(), expected))
    throw tensorError('base_changed', `The tensor ${quotedName(tensor.name)} of the base was changed meanwhile`);
}
