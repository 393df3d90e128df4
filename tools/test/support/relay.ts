import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network on loopback that a test can cut and stop: what is sent to its port comes out at another. */
export class Relay {
  readonly #server = createServer((near) => this.#forward(near));
  readonly #sockets = new Set<Socket>();
  readonly #target: number;
  #flights = 0;
  #hasDiallerSpoken = false;

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

  /**
   * How often the sides that dialled have spoken since they were last spoken to: what is sent without waiting for an answer is
   * one flight, and each flight is a round trip on a long way.
   */
  get flights(): number {
    return this.#flights;
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
        this.#note(from === near);
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

  #note(byDialler: boolean): void {
    if (byDialler && !this.#hasDiallerSpoken) this.#flights += 1;
    this.#hasDiallerSpoken = byDialler;
  }
}
