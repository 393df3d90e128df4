import { ConformanceError, transportScenarios } from '@towline/conformance';
import { describe, expect, it } from 'vitest';
import * as links from '../support/broken-links.ts';
import * as messages from '../support/broken-messages.ts';
import { type Alteration, alteredRig } from '../support/transport-rig.ts';

/**
 * One fault, the scenario that finds it, the rule that this names, a transport that has it, what is said of it, and how
 * long to wait for what must happen.
 */
type Row = readonly [fault: string, id: string, rule: string, transport: Alteration, says: RegExp, waitMs: number];

const longMs = 10_000;
/** Where the fault is that nothing happens. */
const shortMs = 400;

const rows: readonly Row[] = [
  ['has no name', 'introduces', 'T1', messages.Nameless, /an endpointId that is a name/, longMs],
  ['loses body segments', 'whole-messages', 'W1', messages.LosesSegments, /a body of 600 segments/, longMs],
  ['cuts headers', 'whole-messages', 'W1', messages.CutsHeaders, /in 65535 bytes/, longMs],
  ['reorders', 'in-order', 'W1', messages.Reorders, /in the order of the calls[^]*in place of/, longMs],
  [
    'lets sends without a signal overtake',
    'in-order',
    'W1',
    messages.FollowsSignalsFirst,
    /in the order of the calls[^]*"1" in place of "0"/,
    longMs,
  ],
  ['loses messages', 'in-order', 'W1', messages.Loses, /each once[^]*"\d+" in place of "\d+"/, longMs],
  ['repeats', 'in-order', 'W1', messages.Repeats, /each once[^]*seen: 30\d messages/, longMs],
  ['refuses the largest message', 'largest-message', 'W4', messages.RefusesTheLargest, /too large/, longMs],
  ['takes too large messages', 'largest-message', 'W4', messages.TakesTooLarge, /to reject[^]*it resolved/, longMs],
  ['names a wrong sender', 'true-sender', 'R9', messages.NamesTheFirst, /the sender other[^]*seen: listener/, longMs],
  ['names links anew', 'true-sender', 'R9', messages.NewLinkEachTime, /one link id as long as/, longMs],
  ['resolves before it has read', 'sent-buffers', 'W1', messages.ReadsLater, /after send had resolved/, longMs],
  ['copies though it hands over', 'sent-buffers', 'W1', messages.CopiesAllTheSame, /as handsOver says/, longMs],
  ['keeps what it detaches', 'sent-buffers', 'W1', messages.DetachesNothing, /as detachesBodies says/, longMs],
  ['has one receive buffer', 'bodies-stay', 'M4', messages.OneReceiveBuffer, /it was written again/, longMs],
  [
    'rejects with untyped errors',
    'unknown-peer',
    'L9',
    links.UntypedErrors,
    /DownloadError[^]*Error: send failed/,
    longMs,
  ],
  ['resolves what it cannot send', 'unknown-peer', 'L9', links.ResolvesAll, /to reject[^]*it resolved/, longMs],
  ['ignores signals', 'aborted-send', 'L4', links.IgnoresSignals, /the reason of its signal/, longMs],
  [
    'ignores signals while it waits',
    'aborted-while-waiting',
    'L4',
    links.LooksOnce,
    /an aborted send to settle/,
    shortMs,
  ],
  ['queues without bound', 'backpressure', 'W1', links.Unbounded, /all \d+ of \d+ bytes resolved/, longMs],
  ['has one queue', 'links-are-apart', 'W1', links.OneQueue, /another peer to resolve meanwhile/, shortMs],
  ['never tells a loss', 'peer-closes', 'W1', links.NeverTells, /listener to be told/, shortMs],
  ['delivers after the loss', 'peer-closes', 'W1', links.DeliversAfterLoss, /nothing of a link after its loss/, longMs],
  ['drops what waits when it closes', 'peer-closes', 'W1', links.DropsAtClose, /20 messages sent before close/, longMs],
  ['tells a loss twice', 'link-is-cut', 'W1', links.TellsTwice, /to be told once/, longMs],
  ['never tells a loss', 'link-is-cut', 'W1', links.NeverTells, /dialler to be told/, shortMs],
  ['uses names of links again', 'link-is-cut', 'W1', links.ReusesNames, /a name of its own/, longMs],
  ['leaves sends waiting', 'link-is-cut', 'W1', links.LeavesWaiting, /every send to settle/, shortMs],
  ['rejects with untyped errors', 'link-is-cut', 'W1', links.UntypedErrors, /whose link ended[^]*send failed/, longMs],
  ['cannot be closed twice', 'closed', 'W1', links.ThrowsAtSecondClose, /not open/, longMs],
  ['sends when it is closed', 'closed', 'W1', links.ResolvesAll, /of a closed transport to reject/, longMs],
  ['takes rubbish for a message', 'hostile-bytes', 'S1', links.TakesRubbish, /no message out of rubbish/, longMs],
  ['falls over rubbish', 'hostile-bytes', 'S1', links.FallsOverRubbish, /listener is not on this network/, longMs],
];

describe('a transport that', () => {
  it.each(rows)('%s is failed by %s', async (_fault, id, rule, transport, says, waitMs) => {
    const setup = () => alteredRig(transport);
    const scenarios = await transportScenarios({ setup, patienceMs: waitMs });
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
