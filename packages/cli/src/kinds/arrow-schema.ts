import type { ArrowCatalogue } from '@towline/adapter-arrow/files';
import type { ArrowField, ArrowType } from '@towline/adapter-arrow/validate';
import { printable } from '@towline/downloader-core/spi';
import type { Inspection } from './kind.ts';
import { aligned } from './table-text.ts';

/** The fields of `inspect --json` (rule J2). Without a schema that is understood here, `fields` is absent. */
export function arrowFields(catalogue: ArrowCatalogue): Inspection['fields'] {
  const { container, bytes, batches, rows, schema } = catalogue;
  return {
    kind: 'arrow',
    bytes,
    container,
    ...(schema === undefined
      ? {}
      : {
          fields: schema.schema.fields.map(jsonField),
          metadata: Object.fromEntries(schema.schema.metadata),
          endianness: schema.schema.endianness,
        }),
    batches,
    ...(rows === undefined ? {} : { rows }),
    compression: compressionOf(catalogue),
  };
}

/** The schema as a table for people, and what there is of it. */
export function arrowLines(catalogue: ArrowCatalogue): string[] {
  const { container, batches, rows, schema } = catalogue;
  const compression = compressionOf(catalogue);
  const counts = [
    `container ${container}`,
    `batches ${batches}, rows ${rows ?? 'unknown'}`,
    `compression ${compression.length === 0 ? 'none' : compression.join(', ')}`,
  ];
  if (schema === undefined) return [...counts, 'the schema has something newer than this version'];
  const { fields, metadata, endianness } = schema.schema;
  const columns = fields.map((field) => [
    printable(field.name ?? '', 200),
    typeText(field),
    field.nullable ? '' : 'not null',
  ]);
  const pairs = metadata.map(([key, value]) => `  ${printable(key)}: ${printable(value, 200)}`);
  return [
    ...counts,
    ...(endianness === 'big' ? ['big-endian: as bytes only'] : []),
    `columns ${fields.length}`,
    ...aligned(columns).map((line) => `  ${line}`),
    ...(pairs.length === 0 ? [] : ['metadata', ...pairs]),
  ];
}

function compressionOf({ messages }: ArrowCatalogue): string[] {
  return [
    ...new Set(messages.flatMap(({ codec }) => (codec === undefined ? [] : [codec === 'lz4Frame' ? 'lz4' : codec]))),
  ];
}

interface JsonField {
  readonly name: string | null;
  readonly type: string;
  readonly nullable: boolean;
  readonly children?: readonly JsonField[];
}

function jsonField(field: ArrowField): JsonField {
  const { name = null, nullable, children } = field;
  const nested = children.length === 0 ? {} : { children: children.map(jsonField) };
  return { name, type: typeText(field), nullable, ...nested };
}

function typeText({ type, dictionary }: ArrowField): string {
  const text = plainText(type);
  if (dictionary === undefined) return text;
  return `dictionary<${plainText(dictionary.indexType)}, ${text}>`;
}

function plainText(type: ArrowType): string {
  switch (type.kind) {
    case 'int':
      return `${type.signed ? '' : 'u'}int${type.bitWidth}`;
    case 'float':
      return `float${type.bitWidth}`;
    case 'decimal':
      return `decimal${type.bitWidth}(${type.precision}, ${type.scale})`;
    case 'timestamp':
      return `timestamp[${type.unit}${type.timezone === undefined ? '' : `, ${printable(type.timezone)}`}]`;
    case 'date':
    case 'time':
    case 'duration':
    case 'interval':
      return `${type.kind}[${type.unit}]`;
    case 'fixedSizeBinary':
      return `fixedSizeBinary(${type.byteWidth})`;
    case 'fixedSizeList':
      return `fixedSizeList(${type.listSize})`;
    case 'union':
      return `${type.mode}Union`;
    case 'unknown':
      return `unknown(${type.typeId})`;
    default:
      return type.kind;
  }
}
