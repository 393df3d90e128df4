const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/u;
const loneSurrogate = /\p{Cs}/u;
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const encoder = new TextEncoder();

/** The longest id or identity, in bytes of UTF-8 (rule T1). */
export const maxIdBytes = 128;

/** Says what is wrong with an id or identity (rule T1), or nothing when it is fine. */
export function idProblem(id: unknown): string | undefined {
  if (typeof id !== 'string') return 'is not a string';
  if (id.length === 0) return 'is empty';
  if (loneSurrogate.test(id)) return 'is not valid Unicode';
  // Three bytes at most for one UTF-16 code unit.
  if (id.length * 3 > maxIdBytes && encoder.encode(id).byteLength > maxIdBytes)
    return `is longer than ${maxIdBytes} bytes of UTF-8`;
  if (controlCharacter.test(id)) return 'contains a control character';
  if (id.normalize('NFC') !== id) return 'is not in Unicode normalisation form NFC';
  return undefined;
}

/** The part of a ref id that may be printed: knowing a whole one can be what lets a receiver ask (rule R1). */
export function shortRef(refId: string): string {
  return printable(refId.slice(0, 8), 8);
}

/**
 * Text of a peer, made safe to print (rule W7): control, formatting and lone surrogate characters become `\u{…}`,
 * the rest is cut to `maxLength` characters (default 300).
 */
export function printable(text: string, maxLength = 300): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replace(unprintable, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The message of anything thrown, safe to print and without a stack. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error) return printable(thrown.message || thrown.name);
  return printable(typeof thrown === 'string' ? thrown : Object.prototype.toString.call(thrown));
}
