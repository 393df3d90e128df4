// The suites of what has no need of Node. A test registers their scenarios, and runs each in a browser.
import { adapterScenarios, type Scenario, transportScenarios } from '@towline/conformance';
import {
  batchesToTable,
  tableToBytes,
  tableToTable,
} from '../../../../packages/adapter-arrow/test/support/in-memory.ts';
import { dictToDict } from '../../../../packages/adapter-tensor/test/support/dict-to-dict.ts';
import { memoryRig } from '../../../../packages/transport-memory/test/rig.ts';

/** The scenarios of each, by its name. */
export const suites: Readonly<Record<string, () => readonly Scenario[] | Promise<readonly Scenario[]>>> = {
  'transport-memory': () => transportScenarios({ setup: () => memoryRig() }),
  'adapter-tensor: a dict to a dict': () => adapterScenarios(dictToDict),
  'adapter-arrow: a table to a table': () => adapterScenarios(tableToTable),
  'adapter-arrow: a table to IPC bytes': () => adapterScenarios(tableToBytes),
  'adapter-arrow: batches of a source that is read once to a table': () => adapterScenarios(batchesToTable),
};
