import { usageError } from '../command-error.ts';
import { type HostPort, isLoopback } from '../net/host-port.ts';
import { parseChoice, parseCount, parseNames, parsePlace, parsePlaces, parseSeconds } from './values.ts';

/** What `share` was asked to do; checked once, trusted from here on. */
export interface ShareOptions {
  readonly paths: readonly string[];
  readonly audience: Audience;
  /** How many receivers must have everything for exit 0. Absent: all. */
  readonly quorum?: number;
  readonly listen: HostPort;
  /** What the ticket says instead of the machine's own addresses. */
  readonly advertise: readonly HostPort[];
  readonly timeoutMs: number;
  readonly lingerMs: number;
  /** Without keys and encryption (rule K8). */
  readonly insecure: boolean;
  readonly as?: ShareAs;
  readonly symlinks: SymlinkPolicy;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Who is expected: receivers by name, by number, or whoever comes. */
export type Audience =
  | { readonly who: 'named'; readonly names: readonly string[] }
  | { readonly who: 'counted'; readonly count: number }
  | { readonly who: 'any' };

const shareAsWords = ['file', 'tensors', 'arrow'] as const;
/** What `--as` can force a source to be. */
export type ShareAs = (typeof shareAsWords)[number];

const symlinkWords = ['keep', 'refuse'] as const;
/** What happens to symbolic links that stay inside a shared folder. */
export type SymlinkPolicy = (typeof symlinkWords)[number];

/** The flags of `share` as they were typed. */
export interface RawShareFlags {
  readonly to?: string;
  readonly receivers?: string;
  readonly quorum?: string;
  readonly listen?: string;
  readonly advertise?: string;
  readonly timeout?: string;
  readonly linger?: string;
  readonly insecure?: string;
  readonly as?: string;
  readonly symlinks?: string;
  readonly json?: true;
  readonly quiet?: true;
}

const insecureWords = ['loopback', 'yes-on-the-network'] as const;

/** Checks the words of a call of `share` (rule C1). */
export function shareOptions(paths: readonly string[], raw: RawShareFlags): ShareOptions {
  const audience = parseAudience(raw);
  const quorum = parseQuorum(raw.quorum, audience);
  const listen = parsePlace('--listen', raw.listen ?? '127.0.0.1:0');
  const insecure = parseInsecure(raw.insecure, listen);
  return {
    paths,
    audience,
    ...(quorum === undefined ? {} : { quorum }),
    listen,
    advertise: raw.advertise === undefined ? [] : parsePlaces('--advertise', raw.advertise),
    timeoutMs: parseSeconds('--timeout', raw.timeout ?? '3600', false),
    lingerMs: parseSeconds('--linger', raw.linger ?? '5', true),
    insecure,
    ...(raw.as === undefined ? {} : { as: parseChoice('--as', raw.as, shareAsWords) }),
    symlinks: parseChoice('--symlinks', raw.symlinks ?? 'keep', symlinkWords),
    json: raw.json ?? false,
    quiet: raw.quiet ?? false,
  };
}

function parseAudience({ to, receivers }: RawShareFlags): Audience {
  if (to !== undefined && receivers !== undefined) usageError('--to and --receivers exclude each other');
  if (to !== undefined) return { who: 'named', names: parseNames('--to', to) };
  if (receivers === 'any') return { who: 'any' };
  return { who: 'counted', count: parseCount('--receivers', receivers ?? '1') };
}

function parseQuorum(text: string | undefined, audience: Audience): number | undefined {
  if (text === undefined) return undefined;
  const quorum = parseCount('--quorum', text);
  const most = expectedCount(audience);
  if (most !== undefined && quorum > most) usageError(`--quorum ${quorum} is more than the ${most} receivers expected`);
  return quorum;
}

/** How many receivers an audience has, when that is known. */
export function expectedCount(audience: Audience): number | undefined {
  switch (audience.who) {
    case 'named':
      return audience.names.length;
    case 'counted':
      return audience.count;
    case 'any':
      return undefined;
  }
}

function parseInsecure(text: string | undefined, listen: HostPort): boolean {
  if (text === undefined) return false;
  const word = parseChoice('--insecure', text, insecureWords);
  if (word === 'loopback' && !isLoopback(listen.host)) {
    usageError(
      `--insecure shares with everybody who reaches ${listen.host}: if that is meant, --insecure=yes-on-the-network`,
    );
  }
  return true;
}
