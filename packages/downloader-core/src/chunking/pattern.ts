/**
 * A matcher for one pattern, in which `*` is any text and everything else stands for itself. Its time is linear in the text,
 * whoever wrote the pattern.
 */
export function patternMatcher(pattern: string): (text: string) => boolean {
  const pieces = pattern.split('*');
  return pieces.length === 1 ? (text) => text === pattern : (text) => matchesPieces(text, pieces);
}

// Taking each middle piece where it first occurs is enough: no back-tracking.
function matchesPieces(text: string, pieces: readonly string[]): boolean {
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  const end = text.length - last.length;
  if (first.length > end || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found === -1 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
