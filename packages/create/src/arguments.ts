import { parseArgs } from 'node:util';
import { type Kind, kinds } from './names.ts';
import { Refusal } from './refusal.ts';

/** A checked call of `create`. */
export type Invocation =
  | { readonly command: 'create'; readonly kind: Kind; readonly name: string; readonly from: string | undefined }
  | { readonly command: 'help' };

/** What `--help` prints, and a call that cannot be read. */
export const usage = `npm create @towline adapter NAME      a new kind of object
npm create @towline transport NAME    a new way to carry messages

Makes the package towline-adapter-NAME or towline-transport-NAME in a folder of that name. A name with a scope
(@you/NAME) or one that begins with towline- is taken as it is.

  -- --from DIR   take the packages of Towline from tarballs in a folder
  -- --help       print this
`;

/** Reads the words after `create`. Throws {@link Refusal} for a call that is wrong. */
export function parseArguments(words: readonly string[]): Invocation {
  const { values, positionals } = parsed(words);
  if (values.help === true) return { command: 'help' };
  const [kindWord, name, ...rest] = positionals;
  const kind = kinds.find((one) => one === kindWord);
  if (kind === undefined) throw new Refusal(`say what to create: ${kinds.join(' or ')}\n\n${usage}`);
  if (name === undefined) throw new Refusal(`say the name: npm create @towline ${kind} NAME`);
  if (rest.length > 0) throw new Refusal(`one name at a time: ${rest.join(' ')} is too much`);
  return { command: 'create', kind, name, from: values.from };
}

function parsed(words: readonly string[]): {
  readonly values: { readonly from?: string | undefined; readonly help?: boolean | undefined };
  readonly positionals: readonly string[];
} {
  const options = { from: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true });
  } catch (cause) {
    throw new Refusal(`${cause instanceof Error ? cause.message : String(cause)}\n\n${usage}`, { cause });
  }
}
