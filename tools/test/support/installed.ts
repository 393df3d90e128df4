import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootDirectory } from '../../workspace.mjs';
import { type Ended, runIn } from './program.ts';

/** An empty project into which tarballs are installed, as a stranger would. */
export class InstalledProject {
  readonly path: string;

  constructor(path: string, tarballs: readonly string[]) {
    this.path = path;
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
    const words = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock', ...tarballs];
    execFileSync('npm', words, { cwd: path, stdio: ['ignore', 'ignore', 'pipe'] });
  }

  /** The packages that are there, with their scopes. */
  get packages(): readonly string[] {
    const modules = join(this.path, 'node_modules');
    const names = readdirSync(modules).filter((name) => !name.startsWith('.'));
    return names.flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    );
  }

  /** Of all files, in KiB. */
  get kibibytes(): number {
    const files = readdirSync(join(this.path, 'node_modules'), { recursive: true, encoding: 'utf8' });
    const sizes = files.map((file) => statSync(join(this.path, 'node_modules', file)));
    return Math.round(sizes.reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0) / 1024);
  }

  write(name: string, content: string): void {
    writeFileSync(join(this.path, name), content);
  }

  node(...words: readonly string[]): Ended {
    return runIn(this.path, process.execPath, words);
  }

  /** Compiles a file as an application does, with the repository's compiler and Node's types. */
  compile(file: string, module: 'NodeNext' | 'ESNext', moduleResolution: 'NodeNext' | 'Bundler'): Ended {
    const types = join(this.path, 'node_modules', '@types');
    mkdirSync(types, { recursive: true });
    rmSync(join(types, 'node'), { recursive: true, force: true });
    symlinkSync(join(rootDirectory, 'node_modules', '@types', 'node'), join(types, 'node'), 'junction');
    const options = { module, moduleResolution, target: 'ES2023', strict: true, noEmit: true, types: ['node'] };
    this.write('tsconfig.json', JSON.stringify({ compilerOptions: options, files: [file] }));
    return this.node(join(rootDirectory, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.');
  }
}
