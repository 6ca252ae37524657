import type { WorkerOrders } from './control.ts';
import { workerSource } from './workerSource.ts';

/** A running worker, the same for Node's threads and the browser's. */
export interface WorkerHandle {
  /** While held, the worker keeps the process alive; workers start unheld. A page has no such notion. */
  hold(held: boolean): void;
  terminate(): void;
}

export interface WorkerEvents {
  onReady(): void;
  /** Called once, with what went wrong, or nothing where the worker ended in order. */
  onGone(reason?: string): void;
}

const threads = globalThis.process?.getBuiltinModule?.('node:worker_threads');

export const canSpawn = threads !== undefined || typeof Worker === 'function';

export function spawn(orders: WorkerOrders, events: WorkerEvents): WorkerHandle {
  return threads ? spawnThread(threads.Worker, orders, events) : spawnWebWorker(orders, events);
}

/** `execArgv` and `env` are emptied: a loader that the program runs under is not started again for each worker. */
function spawnThread(
  Thread: typeof import('node:worker_threads').Worker,
  orders: WorkerOrders,
  events: WorkerEvents,
): WorkerHandle {
  const name = `sonograd ${orders.slot + 1}`;
  const worker = new Thread(workerSource, { eval: true, workerData: orders, name, execArgv: [], env: {} });
  worker.unref();
  let reason: string | undefined;
  worker.once('message', () => events.onReady());
  worker.once('error', (error) => {
    reason = String(error);
  });
  worker.once('exit', (code) => events.onGone(reason ?? (code === 0 ? undefined : `exit code ${code}`)));
  return {
    hold: (held) => (held ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}

function spawnWebWorker(orders: WorkerOrders, events: WorkerEvents): WorkerHandle {
  const url = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: `sonograd ${orders.slot + 1}` });
  worker.onmessage = ({ data }) => {
    URL.revokeObjectURL(url);
    if (data === 'ready') events.onReady();
    else events.onGone();
  };
  worker.onerror = (event) => {
    worker.terminate();
    events.onGone(event.message || 'the page may not start a worker from a blob');
  };
  worker.postMessage(orders);
  return { hold: () => {}, terminate: () => worker.terminate() };
}
