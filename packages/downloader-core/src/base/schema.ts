/** Anything that turns untrusted input into a `T` or throws; zod schemas are one kind of it. */
export interface Schema<T> {
  parse(input: unknown): T;
}
