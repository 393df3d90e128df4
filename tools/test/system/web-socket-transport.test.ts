import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addTensors, downloadTensors } from '@towline/adapter-tensor';
import { transportSuite } from '@towline/conformance/vitest';
import { DownloadService, type ProgressEvent } from '@towline/downloader-core';
import type { OutgoingMessage, Transport } from '@towline/downloader-core/spi';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { webSocketDialler } from '../../../examples/web-page/transport/dialler.mjs';
import type { Socket } from '../../../examples/web-page/transport/link.mjs';
import { type ListenerOptions, webSocketListener } from '../../../examples/web-page/transport/listener.mjs';
import { maxMessageBytes, prefixBytes } from '../../../examples/web-page/transport/wire.mjs';
import { Relay } from '../support/relay.ts';

const NodeSocket = WebSocket as unknown as new (url: string) => Socket;
const urlOf = (port: number): string => `ws://127.0.0.1:${port}/towline`;

/** A server on a port that the system chose. */
async function serve() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

async function listen(endpointId: string, options: Partial<ListenerOptions> = {}) {
  const { server, port } = await serve();
  const listener = webSocketListener({ endpointId, server, address: urlOf(port), origins: [], ...options });
  return { listener, server, port };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

async function rig() {
  const { listener, server, port } = await listen('listener');
  const { listener: other, server: otherServer } = await listen('other');
  const relay = await Relay.to(port);
  const dialler = webSocketDialler({ endpointId: 'dialler', WebSocket: NodeSocket });
  dialler.addAddresses('listener', [urlOf(relay.port)]);
  dialler.addAddresses('other', other.addresses);
  const hostile = async (bytes: Uint8Array): Promise<void> => {
    const stranger = new WebSocket(urlOf(port));
    stranger.on('open', () => stranger.send(bytes));
    await once(stranger, 'close');
  };
  const teardown = async (): Promise<void> => {
    await relay.close();
    await Promise.all([server, otherServer].map(close));
  };
  return { dialler, listener, other, hostile, cut: () => relay.cut(), pause: () => relay.pause(), teardown };
}

await transportSuite('the WebSocket transport of examples/web-page', { setup: rig });

/** A listener that is closed with the test. */
async function listening(options: Partial<ListenerOptions> = {}) {
  const { listener, server, port } = await listen('owner', options);
  onTestFinished(async () => {
    await listener.close();
    await close(server);
  });
  return { listener, port };
}

function dial(endpointId: string, port: number): Transport {
  const dialler = webSocketDialler({ endpointId, WebSocket: NodeSocket });
  dialler.addAddresses('owner', [urlOf(port)]);
  onTestFinished(() => dialler.close());
  return dialler;
}

const message = (header: string, ...body: readonly Uint8Array[]): OutgoingMessage => ({
  header: new TextEncoder().encode(header),
  body,
});

/** The next loss that a transport tells, as the code of its cause. */
const loss = (transport: Transport): Promise<unknown> =>
  new Promise((resolve) => transport.onPeerLost((_, cause) => resolve(cause && 'code' in cause ? cause.code : 'none')));

const greeting = JSON.stringify({ towline: 1, endpointId: 'stranger', instanceId: 'first' });

describe('the WebSocket transport of examples/web-page', () => {
  it('R9 the newest process of a name has it, and the one before is told', async () => {
    const { port } = await listening();
    const before = dial('page', port);
    await before.send('owner', message('hello'));
    const told = loss(before);
    await dial('page', port).send('owner', message('hello'));
    expect(await told).toBe('replaced');
  });

  it.each([
    ['of another origin is refused', '', 'http://evil.example', 403],
    ['of its own origin may come in', '', 'http://127.0.0.1', undefined],
    ['that asks for another path is refused', '/more', 'http://127.0.0.1', 404],
  ])('a page %s', async (_, more, origin, refusal) => {
    const { port } = await listening({ origins: ['http://127.0.0.1'] });
    const socket = new WebSocket(urlOf(port) + more, { origin });
    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.on('open', () => resolve(undefined));
    });
    socket.on('error', () => {}).terminate();
    expect(status).toBe(refusal);
  });

  it.each([
    ['rubbish in place of a greeting', ['{"towline":'], 4000],
    ['the name of the owner', [greeting.replace('stranger', 'owner')], 4000],
    ['another version', [greeting.replace('1', '2')], 4002],
    ['a header that is longer than its message', [greeting, Uint8Array.of(0, 0, 0, 9, 1)], 4000],
    ['text where a message belongs', [greeting, 'message'], 4000],
    ['a message above the limit', [greeting, new Uint8Array(prefixBytes + maxMessageBytes + 1)], 1009],
  ])('a peer that sends %s loses its link', async (_, sent, code) => {
    const { port } = await listening();
    const socket = new WebSocket(urlOf(port));
    socket.on('open', () => sent.forEach((one) => socket.send(one)));
    const [seen] = await once(socket, 'close');
    expect(seen).toBe(code);
  });

  it('a peer that answers no ping loses its link, one that does keeps it', async () => {
    const { listener, port } = await listening({ heartbeatMs: 20 });
    const first = new Promise((resolve) => listener.onPeerLost(({ peerId }) => resolve(peerId)));
    await dial('page', port).send('owner', message('hello'));
    const silent = new WebSocket(urlOf(port), { autoPong: false });
    silent.on('open', () => silent.send(greeting));
    expect(await first).toBe('stranger');
  });

  it('M4 a page that does not read holds its owner back', async () => {
    const { listener, port } = await listening();
    const page = new WebSocket(urlOf(port));
    page.on('open', () => page.send(greeting));
    await once(page, 'message');
    page.pause();
    const count = 64;
    const body = new Uint8Array(1024 * 1024);
    let resolved = 0;
    const sends = Array.from({ length: count }, async () => {
      await listener.send('stranger', message('chunk', body));
      resolved += 1;
    });
    // Another page comes meanwhile: by then sends that do not wait would have resolved. The system takes some of them.
    await dial('page', port).send('owner', message('hello'));
    expect(resolved).toBeLessThan(count);
    page.resume();
    await Promise.all(sends);
    expect(resolved).toBe(count);
    page.terminate();
  });

  it('L2 a download goes on where it was when its link is cut half-way', async () => {
    const { server, port } = await serve();
    const relay = await Relay.to(port);
    const address = urlOf(relay.port);
    const owner = new DownloadService({
      transport: webSocketListener({ endpointId: 'owner', server, address, origins: [] }),
    });
    const page = new DownloadService({ transport: webSocketDialler({ endpointId: 'page', WebSocket: NodeSocket }) });
    onTestFinished(async () => {
      await Promise.all([owner.shutdown(), page.shutdown()]);
      await relay.close();
      await close(server);
    });
    const transaction = owner.newTransaction({ timeoutMs: 30_000, receiverCount: 1 });
    const data = new Uint8Array(32 * 1024 * 1024).map((_, at) => at * 7 + (at >> 16));
    const ref = await addTensors(transaction, {
      tensors: new Map([['x', { dtype: 'U8', shape: [data.length], data }]]),
    });
    const states = new Set<string>();
    const onProgress = ({ state, bytesDone }: ProgressEvent): void => {
      if (bytesDone > data.length / 2 && !states.has('retrying')) relay.cut();
      states.add(state);
    };
    const windowBytes = 4 * 1024 * 1024;
    const options = { onProgress, progressIntervalMs: 0, backoffBaseMs: 10, windowBytes };
    const { tensors } = await downloadTensors(page, ref, options);
    expect(Buffer.compare(tensors.get('x')?.data ?? new Uint8Array(), data)).toBe(0);
    const { status, goodputBytes, wireBytes } = await transaction.complete();
    expect({ status, goodputBytes }).toEqual({ status: 'completed', goodputBytes: data.length });
    expect([...states]).toEqual(['started', 'active', 'retrying', 'completed']);
    // The window was on its way when the link was cut, and comes again; what was consumed does not.
    expect(wireBytes).toBeLessThanOrEqual(data.length + windowBytes);
  });

  it('an address that is none, or not encrypted where it has to be, is not dialled', async () => {
    for (const encrypted of [false, true]) {
      const dialler = webSocketDialler({ endpointId: 'page', encrypted, WebSocket: NodeSocket });
      dialler.addAddresses('owner', ['127.0.0.1:80', 'http://127.0.0.1', ...(encrypted ? ['ws://127.0.0.1'] : [])]);
      await expect(dialler.send('owner', message('hello'))).rejects.toMatchObject({ code: 'unreachable' });
    }
  });
});
