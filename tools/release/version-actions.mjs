// @ts-check
import { VersionActions } from 'nx/release/index.js';

const dependencyFields = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies'];

/** How `nx release` reads and writes versions here: in each package's manifest, and never by asking a registry. */
export default class PackageVersions extends VersionActions {
  validManifestFilenames = ['package.json'];

  /** @param {import('@nx/devkit').Tree} tree */
  async readCurrentVersionFromSourceManifest(tree) {
    return { manifestPath: this.#path(), currentVersion: this.#read(tree).version };
  }

  /** @returns {Promise<never>} */
  async readCurrentVersionFromRegistry() {
    throw new Error('versions are read from the manifests: leave release.version.currentVersionResolver at "disk"');
  }

  /**
   * @param {import('@nx/devkit').Tree} tree
   * @param {import('@nx/devkit').ProjectGraph} graph
   * @param {string} dependency
   */
  async readCurrentVersionOfDependency(tree, graph, dependency) {
    const name = nameOf(graph, dependency);
    const manifest = this.#read(tree);
    const field = dependencyFields.find((collection) => manifest[collection]?.[name] !== undefined);
    return { currentVersion: field ? manifest[field][name] : null, dependencyCollection: field ?? null };
  }

  /**
   * @param {import('@nx/devkit').Tree} tree
   * @param {string} newVersion
   */
  async updateProjectVersion(tree, newVersion) {
    this.#write(tree, { ...this.#read(tree), version: newVersion });
    return [`${this.#path()}: version ${newVersion}`];
  }

  /**
   * @param {import('@nx/devkit').Tree} tree
   * @param {import('@nx/devkit').ProjectGraph} graph
   * @param {Record<string, string>} versions by project
   */
  async updateProjectDependencies(tree, graph, versions) {
    const manifest = this.#read(tree);
    const changed = [];
    for (const [project, version] of Object.entries(versions)) {
      const name = nameOf(graph, project);
      for (const field of dependencyFields) {
        if (manifest[field]?.[name] === undefined) continue;
        manifest[field][name] = version;
        changed.push(`${this.#path()}: ${name} ${version}`);
      }
    }
    if (changed.length > 0) this.#write(tree, manifest);
    return changed;
  }

  #path() {
    return `${this.projectGraphNode.data.root}/package.json`;
  }

  /** @param {import('@nx/devkit').Tree} tree */
  #read(tree) {
    return JSON.parse(tree.read(this.#path(), 'utf8') ?? '{}');
  }

  /**
   * @param {import('@nx/devkit').Tree} tree
   * @param {object} manifest
   */
  #write(tree, manifest) {
    tree.write(this.#path(), `${JSON.stringify(manifest, undefined, 2)}\n`);
  }
}

/** The name of a project's package. @param {import('@nx/devkit').ProjectGraph} graph @param {string} project */
function nameOf(graph, project) {
  return graph.nodes[project]?.data.metadata?.js?.packageName ?? project;
}
