import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checkFree,
  checkSpace,
  forEachAtOnce,
  onTarget,
  publishFile,
  systemCode,
  type Target,
  targetFor,
  type TargetOptions,
  TreeWriter,
} from '@towline/file-io';
import type { Catalogue } from '../transfer/catalogue.ts';
import type { Delivery, Part, TensorSink } from '../transfer/sink.ts';
import { checkPaths, onlyFile, type Output, type OutputFile, planOutput } from './output.ts';
import { checkReplaceable, replaceInFolder } from './replace-in-folder.ts';

/** What receiving a checkpoint gives. */
export interface CheckpointResult {
  /** One safetensors file, or a folder. */
  readonly kind: 'file' | 'folder';
  /** The file or folder, absolute. */
  readonly path: string;
  /** False when nothing was written, because no tensor matched `only`. */
  readonly written: boolean;
  /** The sum of the files' sizes, headers included. */
  readonly bytes: number;
  /** How many files were written, those that hold no tensors included. */
  readonly files: number;
  /** How many tensors they hold. */
  readonly tensors: number;
}

/** How all is put in its place. */
type Placing = 'new file' | 'new folder' | 'into folder';

interface Arrival {
  readonly delivery: Delivery;
  readonly output: Output;
  readonly writer: TreeWriter;
  readonly placing: Placing;
}

/** Writes what arrives to files, at the places that their headers give; nothing is held. */
export class CheckpointSink implements TensorSink<CheckpointResult> {
  readonly takesOthers = true;
  readonly #options: TargetOptions;
  #target: Target | undefined;
  #arrival: Arrival | undefined;

  constructor(options: TargetOptions) {
    this.#options = options;
  }

  async prepare(catalogue: Catalogue): Promise<void> {
    const target = (this.#target = targetFor(this.#options, catalogue.name));
    checkPaths(catalogue);
    await onTarget(target.path, () => checkFree(target, catalogue.layout));
  }

  async begin(delivery: Delivery): Promise<void> {
    const target = this.#target as Target;
    const output = planOutput(delivery);
    await onTarget(target.path, async () => {
      const placing = await placingFor(delivery.catalogue, target);
      if (placing === 'into folder') await checkReplaceable(target.path, output);
      await checkSpace(target.directory, output.totalBytes, output.files.length + output.folders.length);
      const beside = placing === 'into folder' ? target.path : target.directory;
      const writer = new TreeWriter(target, this.#options.fsync ?? true, beside);
      this.#arrival = { delivery, output, writer, placing };
      await writer.begin(output.folders);
      // What has no data would otherwise never be made.
      for (const [key, file] of output.files.entries()) {
        if (file.head.byteLength > 0 || file.size === 0) await writer.write(key, file, 0, [file.head]);
      }
    });
  }

  async write(parts: readonly Part[]): Promise<void> {
    const { output, writer } = this.#started();
    const runs = runsOf(output, parts);
    await onTarget((this.#target as Target).path, () =>
      forEachAtOnce(runs, ({ file, at, data }) => writer.write(file, output.files[file] as OutputFile, at, data)),
    );
  }

  async finish(): Promise<CheckpointResult> {
    const { output, writer, placing, delivery } = this.#started();
    const { path } = this.#target as Target;
    await onTarget(path, () => publish(writer, output, placing));
    const { layout: kind } = delivery.catalogue;
    const counts = { files: output.files.length, tensors: delivery.tensors.size };
    return { kind, path, written: true, bytes: output.totalBytes, ...counts };
  }

  nothing({ layout }: Catalogue): CheckpointResult {
    const { path } = this.#target as Target;
    return { kind: layout, path, written: false, bytes: 0, files: 0, tensors: 0 };
  }

  async abandon(): Promise<void> {
    await this.#arrival?.writer.abandon();
  }

  #started(): Arrival {
    return this.#arrival as Arrival;
  }
}

function publish(writer: TreeWriter, output: Output, placing: Placing): Promise<void> {
  switch (placing) {
    case 'new file':
      return writer.publish(output, ({ root, target }) => publishFile(join(root, onlyFile), target));
    case 'into folder':
      return writer.publish(output, (tree) => replaceInFolder(tree, output));
    case 'new folder':
      return writer.publish(output);
  }
}

/** A folder that exists is kept and gets new files; a link to one is replaced itself, never followed. */
async function placingFor({ layout }: Catalogue, { path }: Target): Promise<Placing> {
  if (layout === 'file') return 'new file';
  try {
    return (await lstat(path)).isDirectory() ? 'into folder' : 'new folder';
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return 'new folder';
    throw thrown;
  }
}

interface Run {
  readonly file: number;
  readonly at: number;
  readonly data: Uint8Array[];
}

/** Parts that follow each other in a file, together; and where they do in memory, as one view: one call then writes them. */
function runsOf({ places }: Output, parts: readonly Part[]): Run[] {
  const runs: Run[] = [];
  let end = 0;
  for (const { source, offset, data } of parts) {
    const place = places.get(source);
    if (place === undefined) continue;
    const at = place.at + offset;
    const run = runs.at(-1);
    if (run?.file === place.file && at === end) append(run.data, data);
    else runs.push({ file: place.file, at, data: [data] });
    end = at + data.byteLength;
  }
  return runs;
}

function append(views: Uint8Array[], view: Uint8Array): void {
  const last = views.at(-1);
  const follows = last?.buffer === view.buffer && last.byteOffset + last.byteLength === view.byteOffset;
  if (last === undefined || !follows) views.push(view);
  else views[views.length - 1] = new Uint8Array(view.buffer, last.byteOffset, last.byteLength + view.byteLength);
}
