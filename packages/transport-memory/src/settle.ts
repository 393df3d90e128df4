type Hop = (callback: () => void) => void;

interface HostTasks {
  readonly setImmediate?: Hop;
}

// Taken once: a test runner that fakes the globals later cannot stop it.
const hostImmediate = (globalThis as HostTasks).setImmediate;

const messageHop: Hop = (callback) => {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener(
    'message',
    () => {
      port1.close();
      callback();
    },
    { once: true },
  );
  port1.start();
  port2.postMessage(undefined);
};

const hop = hostImmediate ?? messageHop;

/**
 * Resolves when every promise chain that can go on by itself has done so, however long it is: engines run all
 * microtasks before the next task. What waits for a timer, a socket or a thread is not waited for.
 */
export function settle(): Promise<void> {
  return new Promise((resolve) => hop(resolve));
}
