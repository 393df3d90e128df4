import { transportSuite } from '@towline/conformance/vitest';
import { alteredRig } from '../support/transport-rig.ts';

await transportSuite('a good transport', { setup: () => alteredRig() });
