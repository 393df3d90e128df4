import { packAll } from '../../release/pack.mjs';
import { readPackages } from '../../workspace.mjs';

/** All packages of this repository as tarballs, as they are published. */
export class PackedPackages {
  readonly #tarballs: ReadonlyMap<string, string>;
  readonly #packages = readPackages();

  /** Packs them into a folder, which is made. */
  constructor(folder: string) {
    this.#tarballs = packAll(folder);
  }

  /** These packages and what of ours they declare, and that again: what a stranger names in one `npm install`. */
  withOwn(...names: readonly string[]): readonly string[] {
    const found = new Set<string>();
    for (const name of names) this.#add(name, found);
    return [...found];
  }

  /** How npm is told of packages: ours by their tarballs, others as they are. */
  specifiers(...names: readonly string[]): readonly string[] {
    return names.map((name) => this.#tarballs.get(name) ?? name);
  }

  #add(name: string, found: Set<string>): void {
    if (found.has(name)) return;
    found.add(name);
    const { dependencies = {}, peerDependencies = {} } =
      this.#packages.find(({ manifest }) => manifest.name === name)?.manifest ?? {};
    for (const own of Object.keys({ ...dependencies, ...peerDependencies }))
      if (this.#tarballs.has(own)) this.#add(own, found);
  }
}
