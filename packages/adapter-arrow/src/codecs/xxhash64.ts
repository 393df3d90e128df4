// Source of the algorithm: “XXH64” of the xxHash fast digest algorithm specification.
const prime1 = 0x9e37_79b1_85eb_ca87n;
const prime2 = 0xc2b2_ae3d_27d4_eb4fn;
const prime3 = 0x1656_67b1_9e37_79f9n;
const prime4 = 0x85eb_ca77_c2b2_ae63n;
const prime5 = 0x27d4_eb2f_1656_67c5n;
const stripeBytes = 32;

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, bits: bigint): bigint => wrap(value << bits) | (value >> (64n - bits));
const round = (lane: bigint, word: bigint): bigint => wrap(rotate(wrap(lane + word * prime2), 31n) * prime1);

/** XXH64 of `bytes` with seed 0. */
export function xxHash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stripesEnd = Math.floor(bytes.length / stripeBytes) * stripeBytes;
  const start = stripesEnd > 0 ? merge(hashStripes(view, stripesEnd)) : prime5;
  return avalanche(hashTail(wrap(start + BigInt(bytes.length)), view, stripesEnd));
}

function merge(lanes: readonly bigint[]): bigint {
  const rotations = [1n, 7n, 12n, 18n];
  const sum = lanes.reduce((total, lane, index) => total + rotate(lane, rotations[index] ?? 0n), 0n);
  return lanes.reduce((hash, lane) => wrap((hash ^ round(0n, lane)) * prime1 + prime4), wrap(sum));
}

function hashTail(hash: bigint, view: DataView, start: number): bigint {
  let result = hash;
  let at = start;
  for (; at + 8 <= view.byteLength; at += 8) {
    result = wrap(rotate(result ^ round(0n, view.getBigUint64(at, true)), 27n) * prime1 + prime4);
  }
  if (at + 4 <= view.byteLength) {
    result = wrap(rotate(result ^ wrap(BigInt(view.getUint32(at, true)) * prime1), 23n) * prime2 + prime3);
    at += 4;
  }
  for (; at < view.byteLength; at++) {
    result = wrap(rotate(result ^ wrap(BigInt(view.getUint8(at)) * prime5), 11n) * prime1);
  }
  return result;
}

function avalanche(hash: bigint): bigint {
  const mixed = wrap((hash ^ (hash >> 33n)) * prime2);
  const again = wrap((mixed ^ (mixed >> 29n)) * prime3);
  return again ^ (again >> 32n);
}

// All but the last bytes go through here, so it works on halves of 32 bits: bigints would take twenty times as long.
function hashStripes(view: DataView, end: number): readonly bigint[] {
  const lanes = [new Lane(prime1 + prime2), new Lane(prime2), new Lane(0n), new Lane(-prime1)];
  const [a, b, c, d] = lanes as [Lane, Lane, Lane, Lane];
  for (let at = 0; at < end; at += stripeBytes) {
    a.add(view.getInt32(at, true), view.getInt32(at + 4, true));
    b.add(view.getInt32(at + 8, true), view.getInt32(at + 12, true));
    c.add(view.getInt32(at + 16, true), view.getInt32(at + 20, true));
    d.add(view.getInt32(at + 24, true), view.getInt32(at + 28, true));
  }
  return lanes.map((lane) => lane.value);
}

const low = (value: bigint): number => Number(BigInt.asIntN(32, value));
const high = (value: bigint): number => Number(BigInt.asIntN(32, value >> 32n));
const prime1Low: number = low(prime1);
const prime1High: number = high(prime1);
const prime2Low: number = low(prime2);
const prime2High: number = high(prime2);

/** One lane of the hash as two signed halves. */
class Lane {
  #low: number;
  #high: number;

  constructor(start: bigint) {
    this.#low = low(start);
    this.#high = high(start);
  }

  get value(): bigint {
    return (BigInt(this.#high >>> 0) << 32n) | BigInt(this.#low >>> 0);
  }

  /** `lane = rotate(lane + word × prime2, 31) × prime1` */
  add(wordLow: number, wordHigh: number): void {
    const productHigh = highOfProduct(wordLow, wordHigh, prime2Low, prime2High);
    const sumLow = (this.#low >>> 0) + (Math.imul(wordLow, prime2Low) >>> 0);
    const sumHigh = (this.#high + productHigh + (sumLow > 0xffff_ffff ? 1 : 0)) | 0;
    const turnedLow = ((sumLow | 0) << 31) | (sumHigh >>> 1);
    const turnedHigh = (sumHigh << 31) | ((sumLow | 0) >>> 1);
    this.#high = highOfProduct(turnedLow, turnedHigh, prime1Low, prime1High);
    this.#low = Math.imul(turnedLow, prime1Low);
  }
}

/** Bits 32 to 63 of a product of two 64-bit integers. Each partial product below is less than 2^49, so exact. */
function highOfProduct(aLow: number, aHigh: number, bLow: number, bHigh: number): number {
  const a = aLow >>> 0;
  const carried = Math.floor((a * (bLow & 0xffff)) / 0x1_0000);
  const fromLow = Math.floor((a * (bLow >>> 16) + carried) / 0x1_0000);
  return (fromLow + Math.imul(aHigh, bLow) + Math.imul(aLow, bHigh)) | 0;
}
