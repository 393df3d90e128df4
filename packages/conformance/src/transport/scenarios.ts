import type { OutgoingMessage, Transport } from '@towline/downloader-core/spi';
import { type Check, checker, type Scenario } from '../scenario.ts';
import { TransportInbox } from './inbox.ts';
import * as links from './links.ts';
import * as messages from './messages.ts';
import type { TransportAbility, TransportOptions, TransportRig } from './options.ts';

/** What a scenario works with. */
export interface TransportBench {
  readonly rig: TransportRig;
  readonly dialler: Transport;
  readonly listener: Transport;
  readonly atDialler: TransportInbox;
  readonly atListener: TransportInbox;
  readonly check: Check;
  /** Waits for what must happen; fails after a while with what was expected. */
  expectSoon(happens: Promise<unknown>, expected: string): Promise<void>;
}

interface Definition {
  readonly id: string;
  readonly rule: string;
  readonly title: string;
  readonly needs?: TransportAbility;
  readonly run: (bench: TransportBench) => Promise<void>;
}

const definitions: readonly Definition[] = [
  {
    id: 'whole-messages',
    rule: 'W1',
    title: 'messages arrive whole, both ways, whatever their segments',
    run: messages.wholeMessages,
  },
  { id: 'in-order', rule: 'W1', title: 'messages arrive once and in the order of the calls', run: messages.inOrder },
  {
    id: 'buffers-are-free',
    rule: 'W1',
    title: 'buffers may be used again once send has resolved',
    run: messages.buffersAreFree,
  },
  {
    id: 'largest-message',
    rule: 'W1',
    title: 'a message of the largest size passes, a larger one is refused',
    run: messages.largestMessage,
  },
  { id: 'true-sender', rule: 'R9', title: 'each message names its true sender and link', run: messages.trueSender },
  {
    id: 'listener-throws',
    rule: 'W1',
    title: 'a listener that throws harms neither the link nor other listeners',
    run: messages.listenerThrows,
  },
  { id: 'unknown-peer', rule: 'W1', title: 'sending to nobody rejects with a typed error', run: links.unknownPeer },
  {
    id: 'aborted-send',
    rule: 'W1',
    title: 'an aborted send rejects with its reason and sends nothing',
    run: links.abortedSend,
  },
  {
    id: 'peer-closes',
    rule: 'W1',
    title: 'when a peer closes, its loss is told once and nothing follows',
    run: links.peerCloses,
  },
  {
    id: 'closed',
    rule: 'W1',
    title: 'a closed transport rejects what is sent; closing twice is fine',
    run: links.closed,
  },
  {
    id: 'link-is-cut',
    rule: 'W1',
    title: 'a link that is cut is told once on both sides; a new one has a new name',
    needs: 'cut',
    run: links.linkIsCut,
  },
  {
    id: 'backpressure',
    rule: 'W1',
    title: 'a peer that does not read holds back its sender, and loses nothing',
    needs: 'pause',
    run: links.backpressure,
  },
  {
    id: 'links-are-apart',
    rule: 'W1',
    title: 'a peer that does not read holds back nobody else',
    needs: 'pause',
    run: links.linksAreApart,
  },
  {
    id: 'hostile-bytes',
    rule: 'W1',
    title: 'a stranger that sends rubbish loses its own link only',
    needs: 'hostile',
    run: links.hostileBytes,
  },
];

const patienceMs = 10_000;

/** The scenarios that a transport must pass. `rig` abilities are looked at once, with a rig of their own. */
export async function transportScenarios(options: TransportOptions): Promise<Scenario[]> {
  const probe = await options.setup();
  const abilities = new Set(
    (['cut', 'pause', 'other', 'hostile'] as const).filter((ability) => probe[ability] !== undefined),
  );
  await close(probe);
  return definitions.map(({ id, rule, title, needs, run }) => ({
    id,
    rule,
    title,
    missing: needs && !abilities.has(needs) ? [needs] : [],
    run: async () => {
      const rig = await options.setup();
      try {
        await run(benchOf(rig, checker('transport', rule)));
      } finally {
        await close(rig);
      }
    },
  }));
}

function benchOf(rig: TransportRig, check: Check): TransportBench {
  const { dialler, listener } = rig;
  return {
    rig,
    dialler,
    listener,
    atDialler: new TransportInbox(dialler),
    atListener: new TransportInbox(listener),
    check,
    expectSoon: (happens, expected) => soon(happens, expected, check),
  };
}

async function soon(happens: Promise<unknown>, expected: string, check: Check): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), patienceMs);
  });
  const first = await Promise.race([happens.then(() => 'happened'), late]).finally(() => clearTimeout(timer));
  check(first !== 'late', expected, `nothing of it within ${patienceMs} ms`);
}

async function close(rig: TransportRig): Promise<void> {
  await Promise.all([rig.dialler, rig.listener, rig.other].map((transport) => transport?.close()));
  await rig.teardown?.();
}

const encoder = new TextEncoder();

/** A message with a text as its header. */
export function message(header: string, ...body: readonly Uint8Array[]): OutgoingMessage {
  return { header: encoder.encode(header), body };
}
