/** Where ids, nonces and jitter come from. Injected, so that tests are repeatable. */
export interface Random {
  /** A random UUID in its 36-character text form. */
  uuid(): string;
  /** A number in [0, 1). */
  fraction(): number;
}

/** The platform's cryptographic random source. */
export const systemRandom: Random = {
  uuid: () => crypto.randomUUID(),
  fraction: () => {
    const [word = 0] = crypto.getRandomValues(new Uint32Array(1));
    return word / 2 ** 32;
  },
};
