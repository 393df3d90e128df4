/** Anything that turns untrusted input into a `T` or throws; zod schemas are one kind of it. */
export interface Schema<T> {
  /** Gives the input as a `T`, whole and checked; throws whatever it likes when the input is none. */
  parse(input: unknown): T;
}
