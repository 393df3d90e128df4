import { describe, expect, it } from 'vitest';
import { coreViolations, sizeOf } from '../core-size.mjs';

describe('the built core', () => {
  it('imports nothing of Node', () => {
    const built = [
      { path: 'index.js', source: "export * from './a.js';\nexport { readFile } from 'node:fs/promises';" },
    ];
    expect(coreViolations(built)).toEqual(['index.js:2: imports node:fs/promises']);
  });

  it('is not judged before it is built', () => {
    expect(coreViolations([])).toEqual(['dist is empty: npm run build']);
  });

  it('is measured as it travels', () => {
    const { files, bytes, gzipBytes } = sizeOf([{ path: 'index.js', source: 'x'.repeat(1000) }]);
    expect({ files, bytes }).toEqual({ files: 1, bytes: 1000 });
    expect(gzipBytes).toBeLessThan(100);
  });
});
