/** What a person has to know about an error code. */
export interface SafetensorsErrorEntry {
  /** What happened. */
  readonly meaning: string;
  /** What to do. */
  readonly action: string;
}

/** The codes of a `SafetensorsError`. Codes are promised; messages are not. */
export type SafetensorsErrorCode =
  | 'file_too_small'
  | 'header_too_large'
  | 'header_truncated'
  | 'data_missing'
  | 'data_trailing'
  | 'invalid_utf8'
  | 'invalid_json'
  | 'too_deep'
  | 'duplicate_key'
  | 'wrong_type'
  | 'missing_field'
  | 'unknown_dtype'
  | 'invalid_shape'
  | 'size_overflow'
  | 'partial_byte'
  | 'size_mismatch'
  | 'invalid_offsets'
  | 'tensor_too_large'
  | 'invalid_argument'
  | 'invalid_name'
  | 'invalid_metadata'
  | 'dict_too_large'
  | 'unknown_tensor'
  | 'invalid_rows'
  | 'unsupported_dtype'
  | 'unsupported_host'
  | 'not_found'
  | 'not_a_checkpoint'
  | 'ambiguous_checkpoint'
  | 'invalid_index'
  | 'shard_outside'
  | 'shard_missing'
  | 'index_mismatch'
  | 'file_changed'
  | 'closed'
  | 'file_system';

/** Every code of a `SafetensorsError`, with what a person has to know about it. */
export const safetensorsErrorCodes: Readonly<Record<SafetensorsErrorCode, SafetensorsErrorEntry>> = {
  // The frame of a file
  file_too_small: {
    meaning: 'The file is shorter than the eight bytes that give the length of its header.',
    action: 'Check that this is a safetensors file and that it was copied whole.',
  },
  header_too_large: {
    meaning: 'The header is larger than the 100,000,000 bytes that the format allows.',
    action: 'Check that this is a safetensors file; when writing, spread the tensors over several files.',
  },
  header_truncated: {
    meaning: 'The header is said to reach behind the end of the file.',
    action: 'Copy the file again; check that this is a safetensors file.',
  },
  data_missing: {
    meaning: 'The file ends before the data of its tensors does.',
    action: 'Copy the file again: its end is missing.',
  },
  data_trailing: {
    meaning: 'There are bytes behind the data of the last tensor.',
    action: 'Write the file again with a conforming writer.',
  },

  // The text of the header
  invalid_utf8: { meaning: 'The text is not valid UTF-8.', action: 'Write the file again with a conforming writer.' },
  invalid_json: { meaning: 'The text is not strict JSON.', action: 'Write the file again with a conforming writer.' },
  too_deep: {
    meaning: 'Arrays and objects are nested deeper than 127 levels.',
    action: 'Take out the nested field; the format has no use for it.',
  },
  duplicate_key: {
    meaning: 'A tensor, a field or a metadata key stands twice in the same object.',
    action: 'Write the file again, with each name once.',
  },
  wrong_type: {
    meaning: 'A field has a value of another type than the format prescribes.',
    action: 'Write the file again with a conforming writer.',
  },
  missing_field: {
    meaning: 'A tensor has no dtype, no shape or no data_offsets.',
    action: 'Write the file again with a conforming writer.',
  },

  // A tensor
  unknown_dtype: {
    meaning: 'The dtype is none of the 22 that the format knows; upper and lower case differ.',
    action: 'Use one of the names in the table `dtypes`.',
  },
  invalid_shape: {
    meaning: 'A dimension is not an integer from 0 to 2^64 - 1.',
    action: 'Give the shape as an array of such numbers, with bigint above 2^53 - 1.',
  },
  size_overflow: {
    meaning:
      'The shape and dtype multiply to more than 2^64 - 1 bits, or the tensors add up to more than 2^53 - 1 bytes.',
    action: 'Correct the shape.',
  },
  partial_byte: {
    meaning: 'Elements of 4 or 6 bits do not fill the last byte of the tensor.',
    action: 'Pad the shape so that the elements fill whole bytes.',
  },
  size_mismatch: {
    meaning: 'The number of bytes is not the one that shape and dtype need.',
    action: 'Correct the shape, the dtype or the data.',
  },
  invalid_offsets: {
    meaning: 'A tensor leaves a hole behind the one before it, overlaps it, or ends before it begins.',
    action: 'Write the file again with a conforming writer.',
  },
  tensor_too_large: {
    meaning: 'The tensor is larger than the largest array of this engine, or than the free memory.',
    action: 'Read it in ranges of rows, or copy the file from disk to disk.',
  },

  // Arguments
  invalid_argument: {
    meaning: 'An argument has a type or value that is not allowed.',
    action: 'Correct the named argument.',
  },
  invalid_name: {
    meaning: 'A tensor cannot be called `__metadata__`, and names must be well-formed Unicode.',
    action: 'Rename the tensor.',
  },
  invalid_metadata: {
    meaning: 'Metadata must map strings to strings, both well-formed Unicode.',
    action: 'Turn the keys and values into such strings.',
  },
  dict_too_large: {
    meaning: 'The state dict does not fit into one array of this engine.',
    action: 'Write it in parts (`encodeStateDict`) or to a file (`writeCheckpointFile`).',
  },
  unknown_tensor: {
    meaning: 'There is no tensor of that name.',
    action: 'See `tensors` for the names that there are.',
  },
  invalid_rows: {
    meaning: 'The rows do not lie within the tensor, or do not begin and end on whole bytes.',
    action: 'Give [a, b] with 0 <= a <= b <= shape[0].',
  },
  unsupported_dtype: {
    meaning: 'The dtype has no exact counterpart among the types of the other side.',
    action: 'Convert the tensor first, for example with `toFloat32Array`.',
  },
  unsupported_host: {
    meaning: 'This machine stores numbers with the highest byte first; the format stores the lowest byte first.',
    action: 'Read the elements with a DataView.',
  },

  // Files and folders
  not_found: { meaning: 'The file or folder does not exist.', action: 'Check the path.' },
  not_a_checkpoint: {
    meaning: 'The path holds neither a safetensors file nor an index nor a folder with one of them.',
    action: 'Give the path of a .safetensors file, an index file or a folder that holds one.',
  },
  ambiguous_checkpoint: {
    meaning: 'The folder holds several checkpoints.',
    action: 'Give the path of the file or index that is meant.',
  },
  invalid_index: {
    meaning: 'The index file is not the JSON object with a weight_map that it has to be.',
    action: 'Write the index again.',
  },
  shard_outside: {
    meaning: 'The index names a shard by something else than the plain name of a file beside it.',
    action: 'Put the shards beside the index; do not open indexes from sources that are not trusted.',
  },
  shard_missing: {
    meaning: 'A shard that the index names does not exist.',
    action: 'Copy the missing shard into the folder of the index.',
  },
  index_mismatch: {
    meaning: 'The index and the shards do not hold the same tensors.',
    action: 'Copy index and shards again from one and the same checkpoint.',
  },
  file_changed: {
    meaning: 'The file became shorter while it was open.',
    action: 'Open it again when nobody writes to it.',
  },
  closed: { meaning: 'The checkpoint was closed.', action: 'Open it again.' },
  file_system: { meaning: 'The operating system refused to read or write.', action: 'See the cause.' },
};
