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
      'port-transport.js',
      'port-transport.test.js',
      'worker-main.js',
      'worker.js',
    ]);
  });

  it('have an adapter of about 60 lines that passes the suite', () => {
    const { status, output } = folder.node('--test', '--test-reporter=tap', 'json-lines.test.js');
    expect(output).toMatch(/^# fail 0$/mu);
    expect(output).toMatch(/^# pass 20$/mu);
    expect(status).toBe(0);
    expect(programs['json-lines.js']?.split('\n').length).toBeLessThan(75);
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
