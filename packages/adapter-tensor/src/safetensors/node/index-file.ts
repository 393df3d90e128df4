import { isSafetensorsError, quoted, SafetensorsError } from '../errors.ts';
import { duplicateKey, JsonReader } from '../json/json-reader.ts';
import { InputFile } from './input-file.ts';
import { fileError } from './system-errors.ts';

/** Which shard holds each tensor: the content of a `*.safetensors.index.json` as far as it matters. */
export type WeightMap = ReadonlyMap<string, string>;

/** As for the header of a safetensors file. */
const MAX_INDEX_BYTES = 100_000_000;

// Separators of any system, drive letters and alternate streams of Windows, NUL and other controls.
const FORBIDDEN_IN_NAMES = /[/\\:\p{Cc}]/u;

/**
 * Reads an index file.
 * @throws SafetensorsError `invalid_index`, `shard_outside`, `not_found`, `file_system`; the signal's reason
 */
export async function readIndexFile(path: string, signal?: AbortSignal): Promise<WeightMap> {
  const input = await InputFile.open(path);
  try {
    if (input.fileBytes > MAX_INDEX_BYTES) {
      throw new SafetensorsError('invalid_index', `an index of ${input.fileBytes} bytes, more than ${MAX_INDEX_BYTES}`);
    }
    const bytes = new Uint8Array(input.fileBytes);
    await input.read(bytes, 0, signal);
    return parseIndex(bytes);
  } catch (error) {
    throw fileError(error, path);
  } finally {
    await input.close();
  }
}

/**
 * The `weight_map` of an index file: a JSON object with an object that maps each tensor's name to the plain name of a file
 * in the same folder. Other fields are ignored.
 * @throws SafetensorsError `invalid_index`, `shard_outside`
 */
export function parseIndex(bytes: Uint8Array): WeightMap {
  try {
    return readIndex(new JsonReader(bytes));
  } catch (error) {
    if (!isSafetensorsError(error) || error.code === 'shard_outside') throw error;
    throw new SafetensorsError('invalid_index', error.problem, { offset: error.offset, cause: error });
  }
}

function readIndex(reader: JsonReader): WeightMap {
  let weightMap: WeightMap | undefined;
  reader.openObject();
  for (let field = reader.nextKey(); field !== undefined; field = reader.nextKey()) {
    if (field !== 'weight_map') reader.skip();
    else if (weightMap !== undefined) throw duplicateKey(field, reader.keyPosition);
    else weightMap = readWeightMap(reader);
  }
  reader.finish();
  if (weightMap === undefined) throw new SafetensorsError('invalid_index', 'weight_map is missing', { offset: 0 });
  return weightMap;
}

function readWeightMap(reader: JsonReader): WeightMap {
  const weightMap = new Map<string, string>();
  reader.openObject();
  for (let tensor = reader.nextKey(); tensor !== undefined; tensor = reader.nextKey()) {
    if (weightMap.has(tensor)) throw duplicateKey(tensor, reader.keyPosition);
    const offset = reader.position;
    weightMap.set(tensor, checkedShardName(reader.string(), offset));
  }
  return weightMap;
}

/** A shard's name leads nowhere but to a file beside the index, on any operating system. */
function checkedShardName(name: string, offset: number): string {
  if (name !== '' && name !== '.' && name !== '..' && !FORBIDDEN_IN_NAMES.test(name)) return name;
  throw new SafetensorsError('shard_outside', `${quoted(name)} is not the plain name of a file`, { offset });
}
