import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rootDirectory } from '../../workspace.mjs';

/** What a program printed, and its exit code. */
function run(...words: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, words, { cwd: rootDirectory, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => void (said += String(text)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, said }));
  });
}

describe('the examples', () => {
  it('training-loop sends one changed layer of 40, and 40 digests', async () => {
    const { code, said } = await run('examples/training-loop/trainer.mjs', '3');
    expect(said).toContain('round 1: completed, 10485760 of 10485760 bytes');
    expect(said).toContain('worker: 40 tensors of round 3');
    expect(said).toContain('round 3: completed, 262784 of 10485760 bytes (2.5 %)');
    expect(code).toBe(0);
  });

  it('live-batches gives every batch to both consumers', async () => {
    const { code, said } = await run('examples/live-batches/sensor.mjs', '8');
    for (const line of [
      'quick: 8 batches, 8000 rows',
      'slow: 8 batches, 8000 rows',
      '8 batches to two consumers: completed',
    ])
      expect(said).toContain(line);
    expect(code).toBe(0);
  });
});

describe('what takes too long for each change', () => {
  it('M4 verify:large holds in small: files, checkpoints, dicts, tables, parts, an endless stream', async () => {
    const { code, said } = await run(join('tools', 'verify-large', 'main.mjs'), '--small');
    expect(said).not.toContain('FAILED');
    expect(said.match(/^ok /gmu)).toHaveLength(25);
    expect(code).toBe(0);
  }, 180_000);
});
