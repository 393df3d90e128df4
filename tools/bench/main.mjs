// @ts-check
// `npm run bench -- [--quick] [--mib SIZE] [--rounds N] [--json FILE]`: Towline beside its peers, in one interleaved run.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileSuite } from './file-suite.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    mib: { type: 'string' },
    rounds: { type: 'string' },
  },
});
const directory = await mkdtemp(join(tmpdir(), 'towline-bench-'));
try {
  const { mib, rounds } = { ...(values.quick ? { mib: 64, rounds: 2 } : { mib: 1024, rounds: 5 }), ...given() };
  const size = { bytes: mib * 2 ** 20, rounds };
  const result = await fileSuite({ directory, ...size, receivers: 1 });
  print(result);
  if (values.json) await writeFile(values.json, `${JSON.stringify([result], undefined, 2)}\n`);
} finally {
  await rm(directory, { recursive: true, force: true });
}

function given() {
  const { mib, rounds } = values;
  return { ...(mib && { mib: Number(mib) }), ...(rounds && { rounds: Number(rounds) }) };
}

/** @param {Awaited<ReturnType<typeof fileSuite>>} result */
function print({ suite, bytes, rounds, results }) {
  console.log(
    `${suite}: ${bytes / 2 ** 20} MiB, process to process to file over loopback TCP, ${rounds} interleaved rounds`,
  );
  const reference = results.find(({ name }) => name.includes('checksum'))?.megabytesPerSecond.median ?? Number.NaN;
  console.table(
    Object.fromEntries(
      results.map(({ name, megabytesPerSecond: { median, min, max }, ownerMiB, receiverMiB, cpuSecondsPerGiB }) => [
        name,
        {
          'MB/s': `${median.toFixed(0)} [${min.toFixed(0)}–${max.toFixed(0)}]`,
          'of the checked plain copy': (median / reference).toFixed(2),
          'owner MiB': ownerMiB.toFixed(0),
          'receiver MiB': receiverMiB.toFixed(0),
          'CPU s/GiB': cpuSecondsPerGiB.median.toFixed(2),
        },
      ]),
    ),
  );
}
