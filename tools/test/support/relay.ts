import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network on loopback that a test can cut and stop: what is sent to its port comes out at another. */
export class Relay {
  readonly #server = createServer((near) => this.#forward(near));
  readonly #sockets = new Set<Socket>();
  readonly #target: number;

  private constructor(target: number) {
    this.#target = target;
  }

  static async to(port: number): Promise<Relay> {
    const relay = new Relay(port);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends every connection, as when a cable is cut and both sides notice. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Nothing goes through until the returned function is called, and neither side notices. */
  pause(): () => void {
    for (const socket of this.#sockets) socket.pause();
    return () => this.#sockets.forEach((socket) => socket.resume());
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #forward(near: Socket): void {
    const far = connect(this.#target, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (bytes: Buffer) => {
        if (to.write(bytes)) return;
        from.pause();
        to.once('drain', () => from.resume());
      });
      from.on('end', () => to.end());
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
