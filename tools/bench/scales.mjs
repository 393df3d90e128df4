// @ts-check
// How much each suite moves.

const mebibyte = 2 ** 20;

/**
 * @typedef {typeof full} Scale
 *   Sizes are in MiB, of one object; `fanout` is receivers by size. Of budgets, `undefined` is the default one. `isWarmedUp`: there is a round that is not counted.
 */

const full = {
  rounds: 5,
  isWarmedUp: true,
  mib: 1024,
  fanout: [
    { receivers: 4, mib: 256 },
    { receivers: 32, mib: 64 },
  ],
  latency: { mib: 256, roundTripsMs: [0, 10, 50, 100] },
  memory: { receivers: [1, 2, 4, 8, 16, 32], mib: 64, sizesMib: [64, 1024, 5120], budgetsMiB: [undefined, 32] },
  stall: { mib: 128, receivers: 7, budgetsMiB: [undefined, 32] },
  objects: 100_000,
  coreChunks: 200_000,
};

/** @type {Scale} */
const quick = {
  rounds: 2,
  isWarmedUp: true,
  mib: 64,
  fanout: [
    { receivers: 4, mib: 16 },
    { receivers: 32, mib: 8 },
  ],
  latency: { mib: 32, roundTripsMs: [0, 50] },
  memory: { receivers: [1, 8, 32], mib: 16, sizesMib: [64, 256], budgetsMiB: [undefined, 32] },
  stall: { mib: 32, receivers: 7, budgetsMiB: [undefined, 32] },
  objects: 10_000,
  coreChunks: 20_000,
};

/** To see that everything runs. @type {Scale} */
const tiny = {
  rounds: 1,
  isWarmedUp: false,
  mib: 4,
  fanout: [{ receivers: 2, mib: 2 }],
  latency: { mib: 1, roundTripsMs: [10] },
  memory: { receivers: [2], mib: 2, sizesMib: [4], budgetsMiB: [32] },
  stall: { mib: 4, receivers: 1, budgetsMiB: [32] },
  objects: 500,
  coreChunks: 1000,
};

/** @type {Record<string, Scale>} */
export const scales = { full, quick, tiny };

/** @param {number} mib */
export const bytesOf = (mib) => mib * mebibyte;
