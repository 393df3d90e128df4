import { open } from 'node:fs/promises';
import { systemCode } from '../errors.ts';

/** Brings the names in a folder to the disk. Where the platform cannot do that, it does it by itself or not at all. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (thrown) {
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(systemCode(thrown) ?? '')) throw thrown;
  } finally {
    await handle.close();
  }
}
