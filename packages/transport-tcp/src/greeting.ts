import { DownloadError, type errorCodes, idProblem, isPlainObject, printable } from '@towline/downloader-core/spi';
import { protocolError } from './frame.ts';

/** The versions of this transport's protocol that we speak. */
const ourVersions: readonly number[] = [1];

/** What a side says of itself in its first frame, as JSON: `{ "versions": [1], "endpointId": …, "instanceId": …, "to": … }`. */
export interface Preface {
  readonly versions: readonly number[];
  readonly endpointId: string;
  readonly instanceId: string;
  /** Whom the dialling side wants to reach; only it says so. */
  readonly to?: string;
}

const goodbyeErrors = {
  closed: 'link_lost',
  replaced: 'replaced',
  name_taken: 'name_taken',
  auth_failed: 'auth_failed',
  version: 'version',
  limit: 'limit_exceeded',
  protocol: 'protocol',
  not_here: 'unreachable',
} as const satisfies Record<string, keyof typeof errorCodes>;

/** Why a side ends a connection, as it tells the other. */
export type GoodbyeCode = keyof typeof goodbyeErrors;

/** The last frame of a side, as JSON. */
export interface Goodbye {
  readonly code: GoodbyeCode;
  readonly reason: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** `to`: whom we dialled, if we did. */
export function encodePreface({ endpointId, instanceId }: Omit<Preface, 'versions' | 'to'>, to?: string): Uint8Array {
  return encoder.encode(JSON.stringify({ versions: ourVersions, endpointId, instanceId, to }));
}

/** Reads a peer's preface. Throws `protocol` for anything else, `version` when no version is common. */
export function decodePreface(header: Uint8Array): Preface {
  const { versions, endpointId, instanceId, to } = decodeObject(header);
  if (!Array.isArray(versions)) throw protocolError('the preface names no versions');
  if (!versions.some((version) => ourVersions.includes(version as number))) {
    const theirs = printable(JSON.stringify(versions), 40);
    throw new DownloadError('version', `the peer speaks transport versions ${theirs}, this side ${ourVersions.join()}`);
  }
  const problem = idProblem(endpointId) ?? idProblem(instanceId) ?? (to === undefined ? undefined : idProblem(to));
  if (problem) throw protocolError(`an id in the preface ${problem}`);
  const preface = {
    versions: versions as number[],
    endpointId: endpointId as string,
    instanceId: instanceId as string,
  };
  return to === undefined ? preface : { ...preface, to: to as string };
}

export function encodeGoodbye({ code, reason }: Goodbye): Uint8Array {
  return encoder.encode(JSON.stringify({ code, reason: printable(reason, 120) }));
}

/** What a peer's goodbye means here. Its words are made safe to print; a code that we do not know is `link_lost`. */
export function goodbyeError(header: Uint8Array): DownloadError {
  const { code, reason } = decodeObject(header);
  const known = typeof code === 'string' && Object.hasOwn(goodbyeErrors, code) ? (code as GoodbyeCode) : 'closed';
  const words = typeof reason === 'string' ? printable(reason, 120) : 'no reason given';
  return new DownloadError(goodbyeErrors[known], `the peer ended the connection: ${words}`);
}

/** How our own reason for ending a connection is told. */
export function goodbyeFor(cause: DownloadError | undefined): Goodbye {
  const reason = cause?.message ?? 'closed';
  for (const [code, errorCode] of Object.entries(goodbyeErrors)) {
    if (errorCode === cause?.code) return { code: code as GoodbyeCode, reason };
  }
  return { code: 'closed', reason };
}

function decodeObject(header: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(header));
  } catch (error) {
    throw new DownloadError('protocol', 'a preface or goodbye is no JSON', { cause: error });
  }
  if (!isPlainObject(value)) throw protocolError('a preface or goodbye is no JSON object');
  return value;
}
