/** Views that follow each other in memory, as one view each: the many arrays of a chunk arrive as one. */
export function joined(views: readonly Uint8Array[]): Uint8Array[] {
  const joins: Uint8Array[] = [];
  for (let from = 0; from < views.length;) {
    const first = views[from] as Uint8Array;
    const { buffer, byteOffset } = first;
    let end = byteOffset + first.byteLength;
    let to = from + 1;
    for (let next = views[to]; next?.buffer === buffer && next.byteOffset === end; next = views[to]) {
      end += next.byteLength;
      to += 1;
    }
    joins.push(to === from + 1 ? first : new Uint8Array(buffer, byteOffset, end - byteOffset));
    from = to;
  }
  return joins;
}
