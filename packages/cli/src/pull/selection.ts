import {
  type ConsumeContext,
  type Consumer,
  consumer,
  type Description,
  type StartResult,
} from '@towline/downloader-core/spi';
import type { Target } from './targets.ts';

/** Looks at the description of an object and ends the download before any byte; nothing final is told (rule C2). */
export class SelectionProbe implements Consumer<never> {
  readonly [consumer] = true as const;
  readonly maxDescriptionBytes?: number;
  /** Whether anything is selected, once the description was seen. */
  selected: boolean | undefined;
  readonly #target: Target;
  readonly #only: readonly string[];
  readonly #end: () => void;

  /** `end` must abort the download. `maxDescriptionBytes` as of the kind's own consumer. */
  constructor(target: Target, only: readonly string[], maxDescriptionBytes: number | undefined, end: () => void) {
    this.#target = target;
    this.#only = only;
    if (maxDescriptionBytes !== undefined) this.maxDescriptionBytes = maxDescriptionBytes;
    this.#end = end;
  }

  async start(description: Description, { signal }: ConsumeContext): Promise<StartResult | undefined> {
    this.selected = await this.#target.kind.selectsDescribed(description, this.#only);
    this.#end();
    signal.throwIfAborted();
    return undefined;
  }

  consume(): never {
    throw new TypeError('a probe takes no bytes');
  }

  downloadCompleted(): never {
    throw new TypeError('a probe completes nothing');
  }

  downloadFailed(): void {
    // Nothing was begun.
  }
}
