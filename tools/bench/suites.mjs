// @ts-check
// The suites: who moves what to whom, and which row the others are told beside.
import { contenders } from './contenders.mjs';
import { moveChunks } from './core-chunks.mjs';
import { heldBytesFor } from './files.mjs';
import { bytesOf } from './scales.mjs';
import { run } from './transfer.mjs';

/**
 * @typedef {import('./scales.mjs').Scale} Scale
 * @typedef {import('./interleave.mjs').Row} Row
 * @typedef {import('./interleave.mjs').Measured} Measured
 * @typedef {object} Entry one row in the making
 * @property {string} name
 * @property {Row['shape']} shape
 * @property {import('./contenders.mjs').Contender} [contender]
 * @property {number} [diskBytes] what it takes on the disk: the source, the targets, and as much again and more to hold memory for them
 * @property {(directory: string) => Promise<Measured>} run
 * @typedef {object} Suite
 * @property {string} title
 * @property {string} [beside] the name of the row that ratios are told beside
 * @property {boolean} [isTimed] whether rates count; default true
 * @property {(scale: Scale) => Entry[]} entries
 */

const all = contenders;
const reference = all.plainChecked.name;

/**
 * @param {import('./contenders.mjs').Contender} contender
 * @param {{ mib: number, receivers?: number, shape?: Row['shape'] } & Omit<Partial<import('./transfer.mjs').Transfer>, 'bytes' | 'receivers'>} how
 * @returns {Entry}
 */
function transfer(contender, { mib, receivers = 1, shape = {}, ...how }) {
  const bytes = bytesOf(mib);
  return {
    name: contender.name,
    contender,
    shape: { receivers, mib, ...shape },
    diskBytes:
      (how.isFile === false ? 0 : bytes * (1 + receivers)) +
      (how.isTimed === false ? 0 : heldBytesFor(bytes * receivers)),
    run: (directory) => run({ contender, bytes, receivers, ...how }, directory),
  };
}

/** 1 Gbit/s; the window of a TCP that has all the memory it needs for that at 100 ms. */
const link = { bytesPerSecond: 125e6, windowBytes: 12.5e6 };

/** @type {Record<string, Suite>} */
export const suites = {
  file: {
    title: 'One file to one receiver, to a disk',
    beside: reference,
    entries: ({ mib }) =>
      [
        all.towline,
        all.plainChecked,
        all.plain,
        all.plainCheckedTwo,
        all.plainTwo,
        all.nginx,
        all.http,
        all.rsync,
        all.grpc,
        all.nats,
      ].map((contender) => transfer(contender, { mib })),
  },
  tls: {
    title: 'One file, encrypted',
    beside: all.plainTls.name,
    entries: ({ mib }) => [all.towlineEncrypted, all.plainTls].map((contender) => transfer(contender, { mib })),
  },
  fanout: {
    title: 'One file to many receivers at once',
    beside: reference,
    entries: ({ fanout }) =>
      fanout.flatMap((how) => [all.towline, all.plainChecked].map((contender) => transfer(contender, how))),
  },
  latency: {
    title: 'One file over a link of 1 Gbit/s',
    beside: reference,
    entries: ({ latency: { mib, roundTripsMs } }) =>
      roundTripsMs.flatMap((roundTripMs) =>
        [all.towline, all.plainChecked].map((contender) =>
          transfer(contender, { mib, link: { ...link, roundTripMs }, shape: { roundTripMs } }),
        ),
      ),
  },
  tensor: {
    title: 'A state dict from memory to memory',
    beside: all.towlineFile.name,
    entries: ({ mib }) => {
      const settings = { dict: { bytes: bytesOf(mib), layers: 32 } };
      return [
        transfer(all.towlineTensors, { mib, isFile: false, settings }),
        transfer(all.towlineInto, { mib, isFile: false, settings }),
        transfer(all.plainMemory, { mib, isFile: false }),
        transfer(all.towlineFile, { mib }),
        transfer(all.plainChecked, { mib }),
      ];
    },
  },
  arrow: {
    title: 'Arrow record batches from memory to memory',
    beside: all.towlineFile.name,
    entries: ({ mib }) => [
      transfer(all.towlineNumbers, { mib, isFile: false }),
      transfer(all.towlineTexts, { mib, isFile: false }),
      transfer(all.plainMemory, { mib, isFile: false }),
      transfer(all.towlineFile, { mib }),
      transfer(all.grpcBatches, { mib, isFile: false }),
    ],
  },
  memory: {
    title: 'Memory by receivers and by size',
    isTimed: false,
    entries: ({ memory }) =>
      memory.budgetsMiB.flatMap((budgetMiB) =>
        shapesOf(memory).map((how) => transfer(all.towline, { ...how, isTimed: false, ...budgetOf(budgetMiB) })),
      ),
  },
  stall: {
    title: 'Receivers, beside one more that stops after its first chunk',
    beside: 'alone',
    entries: ({ stall: { budgetsMiB, ...how } }) =>
      budgetsMiB.flatMap((budgetMiB) => {
        const transferOf = (/** @type {string} */ name, more = {}) => ({
          ...transfer(all.towline, { ...how, ...more, ...budgetOf(budgetMiB) }),
          name,
        });
        return [
          transferOf('alone'),
          transferOf('beside a stopped process', { stalls: 'process' }),
          transferOf('beside a consumer that does not return', { stalls: 'consumer' }),
        ];
      }),
  },
  objects: {
    title: 'Objects of 1 KiB in one transaction, 64 at once',
    entries: ({ objects }) => {
      const settings = { objects, objectBytes: 1024, concurrency: 64 };
      const moved = transfer(all.towlineObjects, { mib: objects / 1024, isFile: false, settings });
      const perSecond = async (/** @type {string} */ directory) => {
        const { seconds = 0, ownerMiB, receiverMiB } = await moved.run(directory);
        return { objectsPerSecond: objects / seconds, ownerMiB, receiverMiB };
      };
      return [{ ...moved, shape: { receivers: 1, objects }, run: perSecond }];
    },
  },
  core: {
    title: 'Chunks of 1 KiB through memory, in one process',
    entries: ({ coreChunks: chunks }) => [{ name: 'towline', shape: { chunks }, run: () => moveChunks(chunks) }],
  },
};

/** @param {Scale['memory']} memory */
function shapesOf({ receivers, mib, sizesMib }) {
  const byReceivers = receivers.map((count) => ({ receivers: count, mib }));
  const bySize = sizesMib.map((size) => ({ receivers: 1, mib: size }));
  return [...byReceivers, ...bySize.filter((one) => one.mib !== mib || !receivers.includes(1))];
}

/** @param {number | undefined} budgetMiB of the owner, if not the default one */
function budgetOf(budgetMiB) {
  return {
    settings: { budgetMiB },
    shape: { budget: budgetMiB === undefined ? 'default' : `${budgetMiB} MiB` },
  };
}
