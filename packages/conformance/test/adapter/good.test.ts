import { adapterSuite } from '@towline/conformance/vitest';
import { adapterOptions } from '../support/adapter-options.ts';

adapterSuite('a good adapter', adapterOptions());
