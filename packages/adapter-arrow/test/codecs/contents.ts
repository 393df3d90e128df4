/** Numbers from 0 up to `below`, the same in every run: a linear congruential generator. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const syllables = ['ka', 'to', 'mi', 'ren', 'sol', 'va', 'ü', 'qu', 'est', 'or'];

function prose(bytes: number): Uint8Array {
  const next = numbers(3);
  const word = (): string =>
    Array.from({ length: 1 + next(3) }, () => syllables[Math.min(next(10), next(10))]).join('');
  let text = '';
  while (text.length < bytes) text += `${word()} `;
  return new TextEncoder().encode(text).slice(0, bytes);
}

function mostlySmall(bytes: number): Uint8Array {
  const next = numbers(5);
  return Uint8Array.from({ length: bytes }, () => Math.min(next(24), next(24), next(24), next(24)));
}

function counters(count: number): Uint8Array {
  return new Uint8Array(Int32Array.from({ length: count }, (_, index) => index * 3 + (index % 7)).buffer);
}

function noise(bytes: number): Uint8Array {
  const next = numbers(11);
  return Uint8Array.from({ length: bytes }, () => next(256));
}

function lines(count: number): Uint8Array {
  return new TextEncoder().encode(
    Array.from({ length: count }, (_, index) => `line ${index % 1000} of ${count}\n`).join(''),
  );
}

/** What `vectors.json` holds compressed, by name; made anew for each test, so that only the compressed bytes are kept. */
export const contents: Readonly<Record<string, () => Uint8Array>> = {
  empty: () => new Uint8Array(0),
  one: () => Uint8Array.of(65),
  zeros: () => new Uint8Array(400_000),
  prose: () => prose(3000),
  mostlySmall: () => mostlySmall(3000),
  counters: () => counters(500),
  noise: () => noise(600),
  lines: () => lines(8000),
};
