import type { Random } from '@towline/downloader-core/spi';

/** What goes wrong with one message. */
export type Fault =
  /** It vanishes; its `send` resolves. */
  | { readonly kind: 'drop' }
  /** It, and on a link that keeps order everything behind it, arrives `delayMs` later. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** It arrives twice: the repeat right behind it, or, with `afterMs`, that much later. */
  | { readonly kind: 'duplicate'; readonly afterMs?: number }
  /** It arrives behind the next message of its direction, or after `holdMs` (default 50) when none comes. */
  | { readonly kind: 'reorder'; readonly holdMs?: number }
  /** One bit of byte `at` of its body (default: a random byte) is flipped, in a copy. A message without body is spared. */
  | { readonly kind: 'corrupt'; readonly at?: number }
  /** The link ends when its turn comes; it arrives before that when `delivered` (default false). Its `send` rejects. */
  | { readonly kind: 'cut'; readonly delivered?: boolean }
  /** The link ends at once, and the two cannot reach each other for `forMs`: sends reject `unreachable`. */
  | { readonly kind: 'refuse'; readonly forMs: number };

/** A message about to be sent, as a {@link FaultFunction} sees it. */
export interface FaultSubject {
  /** 1 for the first message of `from` to `to`, over all links. */
  readonly nth: number;
  /** The id of the endpoint that sends it. */
  readonly from: string;
  /** The id of the endpoint that it is for. */
  readonly to: string;
  /** The encoded header; decode it to choose by kind. Read only, and only during the call. */
  readonly header: Uint8Array;
  /** The length of its body, all pieces together; 0 without one. */
  readonly bodyBytes: number;
}

/** Chooses the fault of a message, or none. */
export type FaultFunction = (subject: FaultSubject) => Fault | undefined;

/** A fault for the messages that match everything given. */
export interface FaultRule {
  /** Only messages of this endpoint, by its id. Default: of any. */
  readonly from?: string;
  /** Only messages to this endpoint, by its id. Default: to any. */
  readonly to?: string;
  /** Which messages of that direction, counted from 1. */
  readonly nth?: number | readonly number[];
  /** Only messages with a body. */
  readonly withBody?: boolean;
  /** What happens to each message that matches. */
  readonly fault: Fault;
}

/** A schedule as plain data: the first rule that matches, else a draw by probability. */
export interface FaultSchedule {
  /** Looked at in their order, before anything is drawn. Default: none. */
  readonly rules?: readonly FaultRule[];
  /** The probability of each kind for any one message, 0 to 1; their sum is at most 1. */
  readonly probabilities?: Readonly<Partial<Record<Fault['kind'], number>>>;
  /** How many faults are drawn by probability before the network is sound. Default: no end. */
  readonly maxFaults?: number;
  /** The longest drawn delay, hold or refusal, in milliseconds. Default 1 000. */
  readonly maxFaultMs?: number;
}

/** What goes wrong on a network: a function that decides for each message, or a schedule as plain data. */
export type FaultPlan = FaultFunction | FaultSchedule;

/** Makes the function that a plan stands for. Draws come from `random`, so equal seeds give equal faults. */
export function faultFunction(plan: FaultPlan, random: Random): FaultFunction {
  if (typeof plan === 'function') return plan;
  let drawsLeft = plan.maxFaults ?? Infinity;
  return (subject) => {
    const rule = plan.rules?.find((candidate) => matches(candidate, subject));
    if (rule) return rule.fault;
    if (drawsLeft <= 0) return undefined;
    const fault = drawFault(plan, random);
    if (fault) drawsLeft -= 1;
    return fault;
  };
}

function matches(rule: FaultRule, subject: FaultSubject): boolean {
  if (rule.from !== undefined && rule.from !== subject.from) return false;
  if (rule.to !== undefined && rule.to !== subject.to) return false;
  if (rule.withBody && subject.bodyBytes === 0) return false;
  return rule.nth === undefined || [rule.nth].flat().includes(subject.nth);
}

function drawFault(schedule: FaultSchedule, random: Random): Fault | undefined {
  let remaining = random.fraction();
  for (const [kind, probability] of Object.entries(schedule.probabilities ?? {})) {
    if (remaining < probability) return faultOf(kind as Fault['kind'], schedule.maxFaultMs ?? 1000, random);
    remaining -= probability;
  }
  return undefined;
}

function faultOf(kind: Fault['kind'], maxFaultMs: number, random: Random): Fault {
  const someMs = (): number => Math.ceil(random.fraction() * maxFaultMs);
  switch (kind) {
    case 'drop':
    case 'corrupt':
      return { kind };
    case 'delay':
      return { kind, delayMs: someMs() };
    case 'duplicate':
      return random.fraction() < 0.5 ? { kind } : { kind, afterMs: someMs() };
    case 'reorder':
      return { kind, holdMs: someMs() };
    case 'cut':
      return { kind, delivered: random.fraction() < 0.5 };
    case 'refuse':
      return { kind, forMs: someMs() };
    default:
      return kind satisfies never;
  }
}
