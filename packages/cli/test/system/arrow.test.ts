import { existsSync, readFileSync } from 'node:fs';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sha256, startPull, startShare, testFolder, Towline } from './towline.ts';

const folder = testFolder();
const fixtures = new URL('../../../../../shared/fixtures/arrow/', import.meta.url);
const present = existsSync(fixtures);
const fixturePath = (path: string): string => fileURLToPath(new URL(path, fixtures));
const nested = 'golden/cpp-21.0.0/generated_nested.arrow_file';
const zstd = 'golden/2.0.0-compression/generated_zstd.stream';

async function copied(path: string, name: string): Promise<string> {
  await copyFile(fixturePath(path), folder.in(name));
  return folder.in(name);
}

// Shown as skipped where ../shared/fixtures is missing.
describe.runIf(present)('Arrow files', () => {
  it('C4 arrive byte for byte, files, streams and Feather V2 under their names', async () => {
    const paths = [await copied(nested, 'n.arrow'), await copied(zstd, 'z.arrows'), await copied(nested, 'f.feather')];
    const { owner, ticket } = await startShare(paths);
    const received = await startPull(ticket, ['--out', folder.in('in'), '--digest', 'sha256']).ended;
    expect(received).toMatchObject({ code: 0 });
    expect((await owner.ended).code).toBe(0);
    for (const name of ['n.arrow', 'z.arrows', 'f.feather'])
      expect(await sha256(folder.in('in', name))).toBe(await sha256(folder.in(name)));
    const objects = received.events.filter(({ event }) => event === 'object');
    expect(objects).toContainEqual(
      expect.objectContaining({ path: 'n.arrow', kind: 'arrow', sha256: await sha256(folder.in('n.arrow')) }),
    );
  });

  it('C2 --only brings columns by name, as a smaller file that inspect reads', async () => {
    const { owner, ticket } = await startShare([await copied(zstd, 'z.arrows')]);
    expect(await startPull(ticket, ['--out', folder.in('in'), '--only', 'int*']).ended).toMatchObject({ code: 0 });
    expect((await owner.ended).code).toBe(0);
    const { stdout, code } = await new Towline(['inspect', folder.in('in', 'z.arrows'), '--validate', '--json']).ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ fields: [{ name: 'ints' }], rows: 60, compression: ['zstd'] });
  });

  it('C2 --only that matches no column is exit 2, and the ticket can be used again', async () => {
    const { owner, ticket } = await startShare([await copied(zstd, 'z.arrows')]);
    expect((await startPull(ticket, ['--out', folder.in('in'), '--only', 'x']).ended).code).toBe(2);
    expect((await startPull(ticket, ['--out', folder.in('in')]).ended).code).toBe(0);
    expect((await owner.ended).code).toBe(0);
  });

  it('C3 J2 inspect prints the schema, or all of it as JSON', async () => {
    const path = await copied(zstd, 'z.arrows');
    const { stdout } = await new Towline(['inspect', path]).ended;
    expect(stdout.split('\n')).toEqual([
      'arrow, 1144 bytes (1.1 KiB)',
      'container stream',
      'batches 2, rows 60',
      'compression zstd',
      'columns 2',
      '  ints  int64',
      '  strs  utf8',
    ]);
    const json = await new Towline(['inspect', path, '--json']).ended;
    expect(JSON.parse(json.stdout)).toMatchObject({
      kind: 'arrow',
      bytes: 1144,
      fields: [
        { name: 'ints', type: 'int64', nullable: true },
        { name: 'strs', type: 'utf8', nullable: true },
      ],
      batches: 2,
      rows: 60,
      compression: ['zstd'],
    });
  });

  it('C3 inspect has the verdict of every crafted file with --validate', async () => {
    const { inspect } = await import('../../src/inspect/inspect.ts');
    const cases = JSON.parse(readFileSync(new URL('crafted-manifest.json', fixtures), 'utf8')) as {
      file: string;
      expect: string;
    }[];
    for (const { file, expect: expected } of cases) {
      const path = folder.in(file.replace(/\.(?:stream|file|arrow_file)$/u, '.arrow'));
      await copyFile(fixturePath(`crafted/${file}`), path);
      const io = { stdout: { write: () => {} }, stderr: { write: () => {} } } as unknown as Parameters<
        typeof inspect
      >[1];
      const code = await inspect({ path, validate: true, json: true }, io);
      const wanted = { accept: [0], refuse: [2] }[expected] ?? [0, 2];
      expect({ file, isAsWanted: wanted.includes(code) }).toEqual({ file, isAsWanted: true });
    }
  });
});

describe('what only looks like Arrow', () => {
  it('C4 is exit 2 before any ticket, with the byte and a hint, and travels with --as file', async () => {
    await writeFile(folder.in('bad.arrow'), 'ARROW1\0\0and nothing else');
    const refused = await new Towline(['share', folder.in('bad.arrow')]).ended;
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/bad\.arrow: .*byte.*--as file/u);
    const { owner, ticket } = await startShare([folder.in('bad.arrow'), '--as', 'file']);
    expect((await startPull(ticket, ['--out', folder.in('in')]).ended).code).toBe(0);
    expect((await owner.ended).code).toBe(0);
    expect(await readFile(folder.in('in', 'bad.arrow'), 'latin1')).toContain('nothing else');
  });

  it('C4 Feather V1 travels as a file; --as arrow and inspect --as say how to convert it', async () => {
    await writeFile(folder.in('old.feather'), 'FEA1 and columns FEA1');
    const { owner, ticket } = await startShare([folder.in('old.feather')]);
    expect((await startPull(ticket, ['--out', folder.in('in')]).ended).code).toBe(0);
    expect((await owner.ended).code).toBe(0);
    expect(await readdir(folder.in('in'))).toEqual(['old.feather']);
    for (const words of [['share', '--as', 'arrow'], ['inspect']]) {
      const refused = await new Towline([...words, folder.in('old.feather')]).ended;
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('Convert it') });
    }
  });
});
