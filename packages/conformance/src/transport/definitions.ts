import type { Definition } from '../scenario.ts';
import type { TransportBench } from './bench.ts';
import { bodiesStay, sentBuffers } from './buffers.ts';
import { closed, hostileBytes, linkIsCut, peerCloses } from './endings.ts';
import { inOrder, introduces, largestMessage, trueSender, wholeMessages } from './messages.ts';
import type { TransportAbility } from './options.ts';
import { abortedSend, abortedWhileWaiting, backpressure, linksAreApart, unknownPeer } from './sending.ts';

type Run = (bench: TransportBench) => Promise<void>;
type Row = readonly [id: string, rule: string, title: string, run: Run, ...needs: TransportAbility[]];

const rows: readonly Row[] = [
  ['introduces', 'T1', 'a transport says who it is and what it can do', introduces],
  ['whole-messages', 'W1', 'messages arrive whole, both ways, whatever their segments', wholeMessages],
  ['in-order', 'W1', 'messages arrive once and in the order of the calls, both ways at once', inOrder],
  ['largest-message', 'W4', 'a message of the largest size passes, a larger one is refused', largestMessage],
  ['true-sender', 'R9', 'each message names its true sender and link', trueSender],
  ['sent-buffers', 'W1', 'buffers may be used again once send has resolved, or are said not to be', sentBuffers],
  ['bodies-stay', 'M4', 'a body stays as it arrived until it is released', bodiesStay],
  ['unknown-peer', 'L9', 'sending to nobody rejects with a typed error', unknownPeer],
  ['aborted-send', 'L4', 'an aborted send rejects with its reason and sends nothing', abortedSend],
  ['aborted-while-waiting', 'L4', 'a send that waits can be aborted', abortedWhileWaiting, 'pause'],
  ['backpressure', 'W1', 'a peer that does not read holds back its sender, and loses nothing', backpressure, 'pause'],
  ['links-are-apart', 'W1', 'a peer that does not read holds back nobody else', linksAreApart, 'pause', 'other'],
  ['peer-closes', 'W1', 'when a peer closes, its loss is told once, after all that it sent', peerCloses],
  ['closed', 'W1', 'a closed transport rejects what is sent; closing twice is fine', closed],
  ['link-is-cut', 'W1', 'a link that is cut is told once on both sides; a new one has a new name', linkIsCut, 'cut'],
  ['hostile-bytes', 'S1', 'a stranger that sends rubbish loses its own link only', hostileBytes, 'hostile'],
];

/** The definitions of a transport's scenarios. */
export const transportDefinitions: readonly Definition<TransportBench, TransportAbility>[] = rows.map(
  ([id, rule, title, run, ...needs]) => ({ id, rule, title, needs, run }),
);
