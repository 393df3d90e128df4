import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ProgramFolder } from '../support/program-folder.ts';

const docs = join(import.meta.dirname, '../../../../docs');

/** The programs of a guide: blocks of code whose first line is the name of a file. */
function programsOf(guide: string): Record<string, string> {
  const text = readFileSync(join(docs, guide), 'utf8');
  const blocks = text.matchAll(/^```js\n\/\/ ([\w-]+(?:\.test)?\.js)\n(.*?)^```$/gmsu);
  return Object.fromEntries(Array.from(blocks, ([, name = '', source = '']) => [name, source]));
}

const programs = { ...programsOf('writing-an-adapter.md'), ...programsOf('writing-a-transport.md') };
const folder = new ProgramFolder(programs);
afterAll(() => folder[Symbol.dispose]());

describe('the guides', () => {
  it('have the programs that they speak of', () => {
    expect(Object.keys(programs)).toEqual([
      'json-lines.js',
      'use.js',
      'json-lines.test.js',
      'rows.js',
      'rows.test.js',
      'blob.js',
      'blob.test.js',
      'port-transport.js',
      'port-transport.test.js',
      'worker-main.js',
      'worker.js',
    ]);
  });

  it.each([
    ['json-lines.test.js', 20],
    ['blob.test.js', 20],
    ['rows.test.js', 1],
  ])('have an adapter that passes %s', (name, tests) => {
    const { status, output } = folder.node('--test', '--test-reporter=tap', name);
    expect(output).toMatch(/^# fail 0$/mu);
    expect(output).toMatch(new RegExp(`^# pass ${tests}$`, 'mu'));
    expect(status).toBe(0);
  });

  it('have an adapter of items that is short', () => {
    expect(programs['json-lines.js']?.split('\n').length).toBeLessThan(25);
  });

  it('have a program that uses it', () => {
    expect(folder.node('use.js')).toMatchObject({
      status: 0,
      output: "[ { city: 'Oslo' }, { city: 'Lima' } ]\ncompleted\n",
    });
  });

  it('have a transport that passes its suite', () => {
    const { status, output } = folder.node('--test', '--test-reporter=tap', 'port-transport.test.js');
    expect(output).toMatch(/^# fail 0$/mu);
    expect(output).toMatch(/^# pass 11$/mu);
    expect(status).toBe(0);
  });

  it('have a worker that downloads from the main thread', () => {
    const { status, output } = folder.node('worker-main.js');
    expect(output).toContain('100000 values in the worker');
    expect(output).toContain('completed');
    expect(status).toBe(0);
  });
});
