import { type ArrayLayout, type LayoutVersion, arrayChildren, arrayLayout } from './array-layout.ts';
import { type ArrowField, type ArrowSchema, fieldPath } from '../schema/model.ts';

/** A field with all that reading its arrays needs; made once for a schema and used for each batch. */
export interface FieldPlan {
  /** The field itself. */
  readonly field: ArrowField;
  /** Its names from the top, for errors: `orders.list.price`. */
  readonly path: string;
  /** Which buffers its arrays have, in which order. */
  readonly layout: ArrayLayout;
  /** Children whose arrays are in the same batch. */
  readonly children: readonly FieldPlan[];
}

/** The plan of a schema’s columns, and of the values of each of its dictionaries, also of those inside of others. */
export interface SchemaPlan {
  /** One for each field of the schema, in its order. */
  readonly columns: readonly FieldPlan[];
  /** Plans of the values, by the id of the dictionary. */
  readonly dictionaries: ReadonlyMap<bigint, FieldPlan>;
}

/** How many nodes and buffers fields take in a batch; variadic buffers are counted by the batch itself. */
export interface LayoutCounts {
  /** Entries of `nodes`: one for each array. */
  readonly nodes: number;
  /** Without the variadic ones. */
  readonly buffers: number;
  /** Entries of `variadicBufferCounts`. */
  readonly variadicCounts: number;
}

/** Plans a schema. Throws `unknown_layout` with the path of a field whose type is not known. */
export function planSchema(schema: ArrowSchema, version: LayoutVersion): SchemaPlan {
  const dictionaries = new Map<bigint, FieldPlan>();
  const columns = schema.fields.map((field, index) => planField(field, undefined, index));
  return { columns, dictionaries };

  function planField(field: ArrowField, parent: string | undefined, index: number): FieldPlan {
    const path = fieldPath(parent, field, index);
    if (field.dictionary !== undefined && !dictionaries.has(field.dictionary.id))
      planDictionary(field, field.dictionary.id, path);
    return planArray(field, path);
  }

  function planDictionary(field: ArrowField, id: bigint, path: string): void {
    dictionaries.set(id, planArray({ ...field, dictionary: undefined }, path));
  }

  function planArray(field: ArrowField, path: string): FieldPlan {
    const children = arrayChildren(field).map((child, index) => planField(child, path, index));
    return { field, path, layout: arrayLayout(field, version, path), children };
  }
}

/** Nodes and buffers that `plans` take in a batch, with all their children: what projection needs to skip a column. */
export function layoutCounts(plans: readonly FieldPlan[]): LayoutCounts {
  const counts = { nodes: 0, buffers: 0, variadicCounts: 0 };
  const add = ({ layout, children }: FieldPlan): void => {
    counts.nodes += 1;
    counts.buffers += layout.buffers.length;
    counts.variadicCounts += layout.variadic ? 1 : 0;
    children.forEach(add);
  };
  plans.forEach(add);
  return counts;
}
