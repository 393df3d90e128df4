import { transportSuite } from '@towline/conformance/vitest';
import { memoryRig } from './rig.ts';

await transportSuite('transport-memory', { setup: () => memoryRig() });
await transportSuite('transport-memory that detaches', { setup: () => memoryRig({ detachesBodies: true }) });
