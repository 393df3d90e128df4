import {
  appendFileSync,
  lstatSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';

/** Ways in which a file can change under a transfer: what was done to it, and what is said of it. */
export const changes: readonly {
  readonly what: string;
  readonly said: string;
  readonly change: (path: string) => void;
}[] = [
  { what: 'truncated', said: 'was truncated', change: (path) => truncateSync(path, 1) },
  { what: 'emptied', said: 'was truncated', change: (path) => truncateSync(path, 0) },
  { what: 'grown', said: 'has grown', change: (path) => appendFileSync(path, 'more') },
  { what: 'rewritten', said: 'was rewritten', change: rewrite },
  { what: 'rewritten, with its old time', said: 'was rewritten', change: rewriteInSecret },
  { what: 'deleted', said: 'was deleted', change: (path) => rmSync(path) },
  { what: 'renamed', said: 'was deleted or renamed', change: (path) => renameSync(path, `${path}.old`) },
  { what: 'replaced', said: 'was replaced', change: replace },
];

function rewrite(path: string): void {
  writeFileSync(path, Buffer.alloc(statSync(path).size, 'x'));
}

function rewriteInSecret(path: string): void {
  const { atimeMs, mtimeMs, ctimeNs } = lstatSync(path, { bigint: true });
  rewrite(path);
  // Some kernels count time in steps of milliseconds: until the next one there is no trace.
  do utimesSync(path, Number(atimeMs) / 1000, Number(mtimeMs) / 1000);
  while (lstatSync(path, { bigint: true }).ctimeNs === ctimeNs);
}

function replace(path: string): void {
  writeFileSync(`${path}.new`, Buffer.alloc(statSync(path).size, 'x'));
  renameSync(`${path}.new`, path);
}
