import { type Clock, DownloadError } from '@towline/downloader-core/spi';
import { admission, type Instance, isSmaller } from './admission.ts';
import { goodbyeFor } from './greeting.ts';
import type { Newcomer, Peer } from './peer.ts';

/** How long a linked peer may take to show that it lives when another claims its name, in milliseconds. */
const probeMs = 2000;

export interface DoorOptions {
  readonly identity: Instance;
  readonly clock: Clock;
  readonly peerOf: (peerId: string) => Peer;
  /** Why nobody is admitted any more. */
  readonly closedBy: () => DownloadError | undefined;
  /** Makes the newcomer the peer's link, in place of the one before. */
  readonly attach: (peer: Peer, newcomer: Newcomer) => void;
}

/** Decides about peers that dial us, and carries the decision out. */
export class Door {
  readonly #options: DoorOptions;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** A peer that dialled us has said who it is. */
  knock(newcomer: Newcomer): void {
    const refusal = this.#options.closedBy() ?? this.#nameRefusal(newcomer) ?? this.#addressRefusal(newcomer);
    if (refusal) return newcomer.connection.end(refusal, goodbyeFor(refusal));
    const peer = this.#options.peerOf(newcomer.preface.endpointId);
    const verdict = this.#judge(peer, newcomer);
    switch (verdict) {
      case 'admit':
      case 'supersede':
      case 'replace':
        return this.admit(peer, newcomer);
      case 'hold':
        return hold(peer, newcomer);
      case 'probe':
        return void this.#probe(peer, newcomer);
      case 'name_taken':
        return refuseName(newcomer);
      default:
        return verdict satisfies never;
    }
  }

  /** Answers a newcomer's preface and makes it the peer's link. */
  admit(peer: Peer, newcomer: Newcomer): void {
    const { connection } = newcomer;
    connection.accept();
    newcomer.admitted();
    this.#options.attach(peer, newcomer);
    connection.readOn();
  }

  #judge(peer: Peer, { connection, preface }: Newcomer): ReturnType<typeof admission> {
    const { link, dial } = peer;
    return admission({
      newcomer: { instanceId: preface.instanceId, strength: connection.proof.strength },
      existing: link && { instanceId: link.instanceId, strength: link.peerLink.strength },
      isDialling: dial?.isConnecting ?? false,
      isOursSmaller: isSmaller(this.#options.identity, preface),
    });
  }

  #nameRefusal({ connection, preface }: Newcomer): DownloadError | undefined {
    const { endpointId } = preface;
    const { peerId = endpointId } = connection.proof;
    if (peerId !== endpointId) return new DownloadError('auth_failed', 'the key or certificate is for another name');
    if (endpointId === this.#options.identity.endpointId) return nameTaken();
    return undefined;
  }

  /** What follows the preface of who wants another is not for us. */
  #addressRefusal({ preface: { to } }: Newcomer): DownloadError | undefined {
    if (to === undefined || to === this.#options.identity.endpointId) return undefined;
    return new DownloadError('unreachable', 'another endpoint answers at the address');
  }

  /** Lets the newcomer in if the linked peer of its name says nothing any more (rule R9: one live instance for each). */
  async #probe(peer: Peer, newcomer: Newcomer): Promise<void> {
    const existing = peer.link;
    const isAlive = await existing?.connection.answers(probeMs);
    if (newcomer.connection.isEnded) return;
    const isStillLinked = peer.link === existing;
    if (isAlive && isStillLinked) return refuseName(newcomer);
    const silent = new DownloadError('link_lost', 'the peer was silent while another instance of it came');
    if (isStillLinked)
      existing?.connection.end(silent, { code: 'replaced', reason: 'another instance came meanwhile' });
    this.knock(newcomer);
  }
}

/** Of two simultaneous dials ours stays if it succeeds; until then this one waits. */
function hold(peer: Peer, newcomer: Newcomer): void {
  peer.held?.connection.end(undefined, goodbyeFor(undefined));
  peer.held = newcomer;
}

function refuseName({ connection }: Newcomer): void {
  const refusal = nameTaken();
  connection.end(refusal, goodbyeFor(refusal));
}

function nameTaken(): DownloadError {
  return new DownloadError('name_taken', 'another live endpoint has this name');
}
