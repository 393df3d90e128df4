import { adapterSuite } from '@towline/conformance/vitest';
import { dictToDict } from './support/dict-to-dict.ts';

adapterSuite('a dict to a dict', dictToDict);
