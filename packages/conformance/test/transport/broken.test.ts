import { ConformanceError, transportScenarios } from '@towline/conformance';
import { describe, expect, it } from 'vitest';
import * as links from '../support/broken-links.ts';
import * as messages from '../support/broken-messages.ts';
import { type Alteration, alteredRig } from '../support/transport-rig.ts';

/** One fault, the scenario that finds it, the rule that this names, a transport that has it, and what is said of it. */
type Row = readonly [fault: string, id: string, rule: string, transport: Alteration, says: RegExp];

const rows: readonly Row[] = [
  ['has no name', 'introduces', 'T1', messages.Nameless, /an endpointId that is a name/],
  ['loses body segments', 'whole-messages', 'W1', messages.LosesSegments, /a body of 600 segments/],
  ['cuts headers', 'whole-messages', 'W1', messages.CutsHeaders, /in 65535 bytes/],
  ['reorders', 'in-order', 'W1', messages.Reorders, /in the order of the calls[^]*in place of/],
  ['repeats', 'in-order', 'W1', messages.Repeats, /each once[^]*seen: 30\d messages/],
  ['refuses the largest message', 'largest-message', 'W4', messages.RefusesTheLargest, /too large/],
  ['takes too large messages', 'largest-message', 'W4', messages.TakesTooLarge, /to reject[^]*it resolved/],
  ['names a wrong sender', 'true-sender', 'R9', messages.NamesTheFirst, /the sender other[^]*seen: listener/],
  ['names links anew', 'true-sender', 'R9', messages.NewLinkEachTime, /one link id as long as/],
  ['resolves before it has read', 'sent-buffers', 'W1', messages.ReadsLater, /after send had resolved/],
  ['copies though it hands over', 'sent-buffers', 'W1', messages.CopiesAllTheSame, /as handsOver says/],
  ['keeps what it detaches', 'sent-buffers', 'W1', messages.DetachesNothing, /as detachesBodies says/],
  ['has one receive buffer', 'bodies-stay', 'M4', messages.OneReceiveBuffer, /it was written again/],
  ['rejects with untyped errors', 'unknown-peer', 'L9', links.UntypedErrors, /DownloadError[^]*Error: send failed/],
  ['resolves what it cannot send', 'unknown-peer', 'L9', links.ResolvesAll, /to reject[^]*it resolved/],
  ['ignores signals', 'aborted-send', 'L4', links.IgnoresSignals, /the reason of its signal/],
  ['ignores signals while it waits', 'aborted-while-waiting', 'L4', links.LooksOnce, /an aborted send to settle/],
  ['queues without bound', 'backpressure', 'W1', links.Unbounded, /all 64 of 1 MiB resolved/],
  ['has one queue', 'links-are-apart', 'W1', links.OneQueue, /another peer to resolve meanwhile/],
  ['never tells a loss', 'peer-closes', 'W1', links.NeverTells, /listener to be told/],
  ['delivers after the loss', 'peer-closes', 'W1', links.DeliversAfterLoss, /nothing of a link after its loss/],
  ['drops what waits when it closes', 'peer-closes', 'W1', links.DropsAtClose, /20 messages sent before close/],
  ['tells a loss twice', 'link-is-cut', 'W1', links.TellsTwice, /to be told once/],
  ['never tells a loss', 'link-is-cut', 'W1', links.NeverTells, /dialler to be told/],
  ['uses names of links again', 'link-is-cut', 'W1', links.ReusesNames, /a name of its own/],
  ['leaves sends waiting', 'link-is-cut', 'W1', links.LeavesWaiting, /every send to settle/],
  ['rejects with untyped errors', 'link-is-cut', 'W1', links.UntypedErrors, /whose link ended[^]*send failed/],
  ['cannot be closed twice', 'closed', 'W1', links.ThrowsAtSecondClose, /not open/],
  ['sends when it is closed', 'closed', 'W1', links.ResolvesAll, /of a closed transport to reject/],
  ['takes rubbish for a message', 'hostile-bytes', 'S1', links.TakesRubbish, /no message out of rubbish/],
  ['falls over rubbish', 'hostile-bytes', 'S1', links.FallsOverRubbish, /listener is not on this network/],
];

describe('a transport that', () => {
  it.each(rows)('%s is failed by %s', async (_fault, id, rule, transport, says) => {
    const scenarios = await transportScenarios({ setup: () => alteredRig(transport), patienceMs: 300 });
    const scenario = scenarios.find((candidate) => candidate.id === id);
    const error: unknown = await scenario?.run().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConformanceError);
    expect(String(error)).toContain(`rule ${rule} is broken`);
    expect(String(error)).toMatch(says);
  });
});

it('every scenario of a transport is failed by some broken transport', async () => {
  const failing = new Set(rows.map(([, id]) => id));
  const scenarios = await transportScenarios({ setup: () => alteredRig() });
  expect(scenarios.filter(({ id }) => !failing.has(id))).toEqual([]);
});
