import { SafetensorsError } from '../errors.ts';
import { exactInteger } from '../shape.ts';
import { isDigit, MINUS, PLUS, POINT, ZERO } from './ascii.ts';

const MAX_U64 = 2n ** 64n - 1n;
const MAX_U64_DIGITS = 20;
// Up to here a double counts exactly.
const EXACT_DIGITS = 15;
// Below 10^308 nothing overflows a double.
const FINITE_DIGITS = 308;

/** A number in JSON text, by the positions of its parts. */
interface NumberSpan {
  readonly end: number;
  readonly integerDigits: number;
  /** Neither sign nor point nor exponent. */
  readonly unsigned: boolean;
  readonly hasExponent: boolean;
}

/** The exact value of an unsigned 64-bit integer and the position behind it. `2.0`, `2e0` and `-0` are no integers. */
export function readUnsigned(bytes: Uint8Array, start: number): { value: number | bigint; end: number } {
  const { end, unsigned, integerDigits } = scanNumber(bytes, start);
  if (!unsigned) throw new SafetensorsError('wrong_type', 'a number that is no unsigned integer', { offset: start });
  if (integerDigits <= EXACT_DIGITS) return { value: smallInteger(bytes, start, end), end };
  // Never convert a longer one: the time for that grows with the square of its length.
  const value = integerDigits <= MAX_U64_DIGITS ? BigInt(digits(bytes, start, end)) : undefined;
  if (value === undefined || value > MAX_U64) {
    throw new SafetensorsError('wrong_type', 'an integer above 2^64 - 1', { offset: start });
  }
  return { value: exactInteger(value), end };
}

/** The position behind a number of any kind. As by the reference, one that overflows a double is refused. */
export function skipNumber(bytes: Uint8Array, start: number): number {
  const { end, hasExponent, integerDigits } = scanNumber(bytes, start);
  const mayOverflow = hasExponent || integerDigits > FINITE_DIGITS;
  if (mayOverflow && !Number.isFinite(Number(digits(bytes, start, end)))) {
    throw new SafetensorsError('invalid_json', 'a number out of range', { offset: start });
  }
  return end;
}

/** JSON's grammar of numbers (RFC 8259, section 6). */
function scanNumber(bytes: Uint8Array, start: number): NumberSpan {
  const integerStart = bytes[start] === MINUS ? start + 1 : start;
  const integerEnd = digitsEnd(bytes, integerStart);
  if (bytes[integerStart] === ZERO && integerEnd > integerStart + 1) {
    throw new SafetensorsError('invalid_json', 'a number with a leading zero', { offset: start });
  }
  const fractionEnd = bytes[integerEnd] === POINT ? digitsEnd(bytes, integerEnd + 1) : integerEnd;
  const end = exponentEnd(bytes, fractionEnd);
  return {
    end,
    integerDigits: integerEnd - integerStart,
    unsigned: integerStart === start && end === integerEnd,
    hasExponent: end > fractionEnd,
  };
}

/** The position behind one digit or more. */
function digitsEnd(bytes: Uint8Array, start: number): number {
  let position = start;
  while (isDigit(bytes[position] ?? 0)) position += 1;
  if (position === start) throw new SafetensorsError('invalid_json', 'a digit is missing', { offset: start });
  return position;
}

/** The position behind an exponent, or the given one where there is none. */
function exponentEnd(bytes: Uint8Array, start: number): number {
  const letter = bytes[start];
  if (letter !== 0x65 && letter !== 0x45) return start;
  const sign = bytes[start + 1];
  return digitsEnd(bytes, sign === PLUS || sign === MINUS ? start + 2 : start + 1);
}

function smallInteger(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let position = start; position < end; position += 1) value = value * 10 + (bytes[position] ?? 0) - ZERO;
  return value;
}

function digits(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, end));
}
