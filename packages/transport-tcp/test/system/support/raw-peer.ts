import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A peer that writes what it likes, byte by byte if need be. */
export class RawPeer {
  readonly socket: Socket;
  /** Resolves with everything that came, when the other side has closed. */
  readonly everything: Promise<Buffer>;
  readonly #received: Buffer[] = [];
  readonly #watchers = new Set<() => void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.#received.push(chunk);
      for (const watcher of this.#watchers) watcher();
    });
    this.everything = new Promise((resolve) => socket.on('close', () => resolve(this.received)));
    onTestFinished(() => void socket.destroy());
  }

  static async dial(port: number): Promise<RawPeer> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawPeer(socket);
  }

  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  write(...bytes: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(bytes));
  }

  /** Resolves when so many bytes have come. */
  until(count: number): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (this.received.byteLength < count) return;
        this.#watchers.delete(check);
        resolve();
      };
      this.#watchers.add(check);
      check();
    });
  }
}

/** A frame, written out by hand from the specification in the README: these tests do not trust our own encoder. */
export function frame(kind: number, header: Uint8Array | string, body: Uint8Array = new Uint8Array(0)): Buffer {
  return Buffer.concat([claim(kind, Buffer.byteLength(header), body.byteLength), Buffer.from(header), body]);
}

/** The prefix of a frame alone. */
export function claim(kind: number, headerBytes: number, bodyBytes: number): Buffer {
  const prefix = Buffer.from([0x54, 0x4c, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  prefix.writeUInt32BE(headerBytes, 4);
  prefix.writeUInt32BE(bodyBytes, 8);
  return prefix;
}

export const preface = (endpointId: string, instanceId = `${endpointId}-1`): Buffer =>
  frame(1, JSON.stringify({ versions: [1], endpointId, instanceId }));

/** The preface of who dials, as it says whom it wants. */
export const prefaceTo = (endpointId: string, to: string, instanceId = `${endpointId}-1`): Buffer =>
  frame(1, JSON.stringify({ versions: [1], endpointId, instanceId, to }));

/** The code of the goodbye that some bytes end with; nothing when they do not. */
export function goodbyeCode(bytes: Buffer): string | undefined {
  const start = bytes.lastIndexOf(Buffer.from([0x54, 0x4c, 5, 0]));
  if (start < 0) return undefined;
  const { code } = JSON.parse(bytes.subarray(start + 12).toString()) as { code: string };
  return code;
}
