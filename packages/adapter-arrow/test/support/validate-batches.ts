import { BatchValidator, type BatchValidatorOptions, readSchemaMessage } from '@towline/adapter-arrow/validate';
import { type BatchSpec, encodeBatch } from './encode-batch.ts';
import { type FieldSpec, type SchemaSpec, encodeSchema } from './encode-schema.ts';
import { verdictOf } from './expect-format-error.ts';

/** A validator for a schema by hand. */
export function validatorFor(schema: SchemaSpec, options: BatchValidatorOptions = {}): BatchValidator {
  return new BatchValidator(readSchemaMessage(encodeSchema(schema)), options);
}

/** Passes batches through a validator, metadata and body of each. */
export function validate(validator: BatchValidator, ...batches: readonly BatchSpec[]): void {
  for (const batch of batches) {
    const [metadata, body] = encodeBatch(batch);
    validator.checkBody(validator.checkMetadata(metadata), body);
  }
}

/** What a validator for `schema` makes of batches: `accepted`, or the code of its error. */
export function judge(
  schema: SchemaSpec,
  batches: readonly BatchSpec[],
  options: BatchValidatorOptions = {},
): ReturnType<typeof verdictOf> {
  return verdictOf(() => validate(validatorFor(schema, options), ...batches));
}

/** The one column of a schema. */
export const column = (type: FieldSpec['type'], ...children: FieldSpec[]): FieldSpec => ({ name: 'c', type, children });

/** {@link judge} of a schema of one column. */
export const verdict = (field: FieldSpec, ...batches: BatchSpec[]): string => judge({ fields: [field] }, batches);

/** How many slots of a bitmap written as ones and zeros are null. */
export const nullsIn = (slots: string): number => slots.replaceAll('1', '').length;
