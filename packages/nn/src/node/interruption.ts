/** Aborts its signal on Ctrl-C. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
  /** Ctrl-C ends the process again. */
  dispose(): void;
}

/**
 * The first Ctrl-C (or a polite kill) lets the trainer finish its step and write a checkpoint; a second one ends the
 * process as usual.
 */
export function interruption(signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM']): Interruption {
  const controller = new AbortController();
  const dispose = () => {
    for (const signal of signals) process.off(signal, interrupt);
  };
  const interrupt = () => {
    dispose();
    controller.abort();
  };
  for (const signal of signals) process.on(signal, interrupt);
  return { signal: controller.signal, dispose, [Symbol.dispose]: dispose };
}
