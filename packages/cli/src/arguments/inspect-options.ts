/** What `inspect` was asked to do. */
export interface InspectOptions {
  readonly path: string;
  /** Read all of it, not only what says what it is. */
  readonly validate: boolean;
  readonly json: boolean;
}

/** The flags of `inspect` as they were typed. */
export interface RawInspectFlags {
  readonly validate?: true;
  readonly json?: true;
}

/** Checks the words of a call of `inspect` (rule C3). */
export function inspectOptions(path: string, raw: RawInspectFlags): InspectOptions {
  return { path, validate: raw.validate ?? false, json: raw.json ?? false };
}
