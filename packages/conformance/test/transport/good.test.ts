import { transportSuite } from '@towline/conformance/vitest';
import { alteredRig } from '../support/transport-rig.ts';

await transportSuite('a good transport', { setup: () => alteredRig() });
await transportSuite('a good transport of the smallest messages', {
  setup: () => alteredRig(undefined, { maxMessageBytes: 131_072 }),
});
