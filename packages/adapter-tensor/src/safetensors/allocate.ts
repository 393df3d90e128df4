import { SafetensorsError } from './errors.ts';

/**
 * Zeroed memory for a result of known size, or a typed error. The engine refuses a length above its largest array before
 * it allocates anything.
 */
export function allocate(bytes: number, code: 'tensor_too_large' | 'dict_too_large'): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new SafetensorsError(code, `no array of ${bytes} bytes can be had`, { cause });
  }
}
