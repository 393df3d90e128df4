/** Anything that turns untrusted input into a `T` or throws: a `Field` of this package, a schema of zod or of another library. */
export interface Schema<T> {
  /** Gives the input as a `T`, whole and checked; throws whatever it likes when the input is none. */
  parse(input: unknown): T;
}
