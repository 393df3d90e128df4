/** Views that follow each other in memory, as one view each: the many arrays of a chunk arrive as one. */
export function joined(views: readonly Uint8Array[]): Uint8Array[] {
  const joins: Uint8Array[] = [];
  for (const view of views) {
    const last = joins.at(-1);
    if (last?.buffer !== view.buffer || last.byteOffset + last.byteLength !== view.byteOffset) joins.push(view);
    else joins[joins.length - 1] = new Uint8Array(view.buffer, last.byteOffset, last.byteLength + view.byteLength);
  }
  return joins;
}
