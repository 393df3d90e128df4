import type { TensorType } from '../safetensors/index.ts';

/** Whether two tensors have the same dtype and shape. */
export function sameType(a: TensorType, b: TensorType): boolean {
  return (
    a.dtype === b.dtype && a.shape.length === b.shape.length && a.shape.every((size, axis) => size === b.shape[axis])
  );
}
