import { canonicalOrder, utf8Order } from './canonical-order.ts';
import { checkedMap } from './arguments.ts';
import { SafetensorsError } from './errors.ts';
import { METADATA_KEY } from './header-entries.ts';
import { LENGTH_BYTES, MAX_HEADER_BYTES } from './header-length.ts';
import { isWellFormed } from './json/escapes.ts';
import { copyMetadata, isStated } from './metadata.ts';
import { checkedDtype, checkedShape, tensorBytes, type TensorType } from './shape.ts';
import type { Header, TensorInfo } from './tensor.ts';

const ALIGNMENT_BYTES = 8;

/** A header as it stands in a file, and what it says. */
export interface EncodedHeader {
  /** The first bytes of the file: length field, text and padding; `header.dataStart` of them, a multiple of 8. */
  readonly bytes: Uint8Array;
  /** Its `tensors` are in the order in which their data has to follow. */
  readonly header: Header;
}

/**
 * Lays out a file for tensors and writes its header, byte for byte as the reference implementation does (metadata keys,
 * which that writes in any order, by their UTF-8 bytes). The result depends on the content only, not on the order of the
 * maps. Needs no data: also for files that are to be written piece by piece.
 *
 * @throws SafetensorsError `invalid_name`, `invalid_metadata`, `unknown_dtype`, `invalid_shape`, `size_overflow`,
 * `partial_byte`, `header_too_large`, `invalid_argument`
 */
export function encodeHeader(
  tensors: ReadonlyMap<string, TensorType>,
  metadata: ReadonlyMap<string, string> = new Map(),
): EncodedHeader {
  checkedMap('metadata', metadata);
  const { infos, dataBytes } = placeTensors(checkedMap('tensors', tensors));
  const bytes = framed(headerText(infos, metadata));
  return {
    bytes,
    header: { dataStart: bytes.byteLength, dataBytes, tensors: infos, metadata: copyMetadata(metadata) },
  };
}

function placeTensors(tensors: ReadonlyMap<string, TensorType>): { infos: Map<string, TensorInfo>; dataBytes: number } {
  const infos = new Map<string, TensorInfo>();
  let begin = 0;
  for (const [name, type] of canonicalOrder(tensors)) {
    const { dtype, shape } = checkedType(checkedName(name), type);
    const end = begin + Number(tensorBytes({ dtype, shape }, { tensor: name }));
    if (end > Number.MAX_SAFE_INTEGER) {
      throw new SafetensorsError('size_overflow', 'ends behind byte 2^53 - 1 of the data', { tensor: name });
    }
    infos.set(name, { dtype, shape, begin, end });
    begin = end;
  }
  return { infos, dataBytes: begin };
}

function checkedName(name: string): string {
  if (typeof name !== 'string') throw new SafetensorsError('invalid_name', 'the name of a tensor must be a string');
  if (name === METADATA_KEY) throw new SafetensorsError('invalid_name', 'has another meaning', { tensor: name });
  if (isWellFormed(name)) return name;
  throw new SafetensorsError('invalid_name', 'the name is not well-formed Unicode', { tensor: name });
}

function checkedType(name: string, { dtype, shape }: TensorType): TensorType {
  return { dtype: checkedDtype(dtype, { tensor: name }), shape: checkedShape(shape, name) };
}

/** The compact JSON text of a header. */
function headerText(infos: ReadonlyMap<string, TensorInfo>, metadata: ReadonlyMap<string, string>): string {
  const members = new BoundedParts();
  if (isStated(metadata)) members.add(`${JSON.stringify(METADATA_KEY)}:{${metadataText(metadata)}}`);
  for (const [name, { dtype, shape, begin, end }] of infos) {
    const info = `{"dtype":"${dtype}","shape":[${shape.join(',')}],"data_offsets":[${begin},${end}]}`;
    members.add(`${JSON.stringify(name)}:${info}`);
  }
  return `{${members.join()}}`;
}

function metadataText(metadata: ReadonlyMap<string, string>): string {
  const pairs = new BoundedParts();
  for (const key of [...metadata.keys()].toSorted(utf8Order(metadata.keys()))) {
    pairs.add(`${metadataString(key)}:${metadataString(metadata.get(key))}`);
  }
  return pairs.join();
}

function metadataString(text: unknown): string {
  if (typeof text === 'string' && isWellFormed(text)) return JSON.stringify(text);
  throw new SafetensorsError('invalid_metadata', 'a metadata key or value is not a string of well-formed Unicode');
}

/** The members of a JSON object, refused as soon as they cannot fit into a header. */
class BoundedParts {
  readonly #parts: string[] = [];
  #length = 0;

  add(part: string): void {
    // UTF-8 takes at least a byte for each UTF-16 unit.
    this.#length += part.length + 1;
    if (this.#length > MAX_HEADER_BYTES) throw headerTooLarge();
    this.#parts.push(part);
  }

  join(): string {
    return this.#parts.join(',');
  }
}

/** Length field, text, and spaces up to the next multiple of 8. */
function framed(text: string): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  const headerBytes = Math.ceil(encoded.byteLength / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  if (headerBytes > MAX_HEADER_BYTES) throw headerTooLarge();
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(encoded, LENGTH_BYTES);
  return bytes;
}

function headerTooLarge(): SafetensorsError {
  return new SafetensorsError('header_too_large', `the header would take more than ${MAX_HEADER_BYTES} bytes`);
}
