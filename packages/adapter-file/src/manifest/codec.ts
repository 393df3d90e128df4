import { reasonOf } from '@towline/downloader-core/spi';
import { diskError, type ManifestEntry } from '@towline/file-io';
import { z } from 'zod';

/** What is in a folder, in the order of the paths' UTF-16 units, so that a folder comes before what is in it. */
export interface Manifest {
  readonly v: 1;
  readonly entries: readonly ManifestEntry[];
}

// The range of times that a JavaScript Date can hold.
const mtimeMs = z.number().min(-8.64e15).max(8.64e15);
const path = z.string();

const manifestSchema: z.ZodType<Manifest> = z.object({
  v: z.literal(1),
  entries: z.array(
    z.discriminatedUnion('type', [
      z.object({ type: z.literal('file'), path, size: z.int().min(0), executable: z.boolean(), mtimeMs }),
      z.object({ type: z.literal('folder'), path, mtimeMs }),
      z.object({ type: z.literal('link'), path, target: z.string() }),
    ]),
  ),
});

/** A manifest as the body of a description: JSON in UTF-8. */
export function encodeManifest(manifest: Manifest): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(manifest));
}

/** Reads what {@link encodeManifest} wrote, from a peer. Shape only. Throws `bad_manifest`. */
export function decodeManifest(body: Uint8Array): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch (thrown) {
    const problem = thrown instanceof z.ZodError ? firstIssue(thrown) : reasonOf(thrown);
    throw diskError('bad_manifest', `The list of the folder cannot be read: ${problem}`, thrown);
  }
}

function firstIssue({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? 'malformed' : `${issue.path.join('.')}: ${issue.message}`;
}
