import { constants } from 'node:buffer';
import { SafetensorsError } from '../errors.ts';

/**
 * Memory for bytes that are read at once, not cleared: whoever takes it fills all of it or drops it.
 * @throws SafetensorsError `tensor_too_large` above the engine's largest array, before allocating, or when there is not
 * enough memory
 */
export function allocateForTensor(bytes: number, tensor: string): Uint8Array {
  if (bytes > constants.MAX_LENGTH) {
    const problem = `${bytes} bytes, more than the ${constants.MAX_LENGTH} of the largest array`;
    throw new SafetensorsError('tensor_too_large', problem, { tensor });
  }
  try {
    return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
  } catch (cause) {
    throw new SafetensorsError('tensor_too_large', `no memory for ${bytes} bytes`, { tensor, cause });
  }
}
