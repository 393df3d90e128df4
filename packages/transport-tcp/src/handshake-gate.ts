/** Limits on accepted connections. */
export interface GateLimits {
  readonly maxConnections: number;
  readonly maxHandshakes: number;
  readonly maxHandshakesPerAddress: number;
}

/** One accepted connection, counted. Both methods do nothing the second time. */
export interface GatePass {
  /** The peer was admitted: it no longer counts as a handshake. */
  readonly admitted: () => void;
  /** The connection is closed. */
  readonly left: () => void;
}

/** Counts accepted connections, so that strangers who connect and dawdle can use up neither memory nor sockets. */
export class HandshakeGate {
  readonly #limits: GateLimits;
  readonly #handshakes = new Map<string, number>();
  #handshakeCount = 0;
  #connectionCount = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /** Lets a connection in; nothing when one of the limits is reached. */
  enter(address: string): GatePass | undefined {
    const { maxConnections, maxHandshakes, maxHandshakesPerAddress } = this.#limits;
    const ofAddress = this.#handshakes.get(address) ?? 0;
    const isFull = this.#connectionCount >= maxConnections || this.#handshakeCount >= maxHandshakes;
    if (isFull || ofAddress >= maxHandshakesPerAddress) return undefined;
    this.#handshakes.set(address, ofAddress + 1);
    this.#handshakeCount += 1;
    this.#connectionCount += 1;
    const admitted = once(() => this.#endHandshake(address));
    const left = once(() => {
      admitted();
      this.#connectionCount -= 1;
    });
    return { admitted, left };
  }

  #endHandshake(address: string): void {
    this.#handshakeCount -= 1;
    const left = (this.#handshakes.get(address) ?? 1) - 1;
    if (left > 0) this.#handshakes.set(address, left);
    else this.#handshakes.delete(address);
  }
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}
