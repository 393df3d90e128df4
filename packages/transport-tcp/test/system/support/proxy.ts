import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { portOf } from './scene.ts';

/** A network that a test can cut and stop: everything to `address` goes through this proxy. */
export class Proxy {
  readonly #target: number;
  readonly #server = createServer((socket) => this.#forward(socket));
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #refused: Socket[] = [];
  readonly #seen: Buffer[] = [];
  readonly #watchers = new Set<() => void>();
  #isHeld = false;
  #accepted = 0;

  private constructor(target: number) {
    this.#target = target;
  }

  /** One that is closed with the test. */
  static async open(address: string): Promise<Proxy> {
    const proxy = await Proxy.start(address);
    onTestFinished(() => proxy.close());
    return proxy;
  }

  /** One that the caller closes. */
  static async start(address: string): Promise<Proxy> {
    const proxy = new Proxy(portOf(address));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get address(): string {
    const address = this.#server.address();
    return `127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`;
  }

  /** How many connections have come in. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Everything that went through, in both directions. */
  get seen(): Buffer {
    return Buffer.concat(this.#seen);
  }

  /** Resolves when `isSo` holds; asked after each piece of data and each connection. */
  until(isSo: (proxy: Proxy) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!isSo(this)) return;
        this.#watchers.delete(check);
        resolve();
      };
      this.#watchers.add(check);
      check();
    });
  }

  /** Ends every connection, as when a cable is cut and both sides notice. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** Nothing goes through the connections that are open now, and neither side notices. */
  freeze(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  thaw(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  /** Later connections are accepted, but nothing goes through them before `release` or `refuse`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    for (const socket of this.#refused.splice(0)) this.#connect(socket);
  }

  refuse(): void {
    for (const socket of this.#refused.splice(0)) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.refuse();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #forward(socket: Socket): void {
    this.#accepted += 1;
    socket.on('error', () => {});
    if (this.#isHeld) this.#refused.push(socket);
    else this.#connect(socket);
    for (const watcher of this.#watchers) watcher();
  }

  #connect(near: Socket): void {
    const far = connect(this.#target, '127.0.0.1');
    far.on('error', () => {});
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    this.#pipe(near, far);
    this.#pipe(far, near);
    near.on('close', () => this.#pairs.delete(pair));
  }

  #pipe(from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => {
      this.#seen.push(chunk);
      if (!to.write(chunk)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
      for (const watcher of this.#watchers) watcher();
    });
    from.on('end', () => to.end());
    from.on('close', () => to.destroy());
  }
}
