/**
 * A loop of promises never lets the event loop turn: timers, signals such as Ctrl-C and the finalization of garbage
 * would wait until the end of training. A short breath now and then lets them in.
 */
export class Breather {
  #last = performance.now();

  constructor(readonly everyMilliseconds = 50) {}

  async breathe(): Promise<void> {
    if (performance.now() - this.#last < this.everyMilliseconds) return;
    await new Promise<void>((resolve) => laterTurn(resolve));
    this.#last = performance.now();
  }
}

/** In Node the next turn of the event loop; browsers have no `setImmediate`, and a timer does. */
function laterTurn(resume: () => void): void {
  if (typeof globalThis.setImmediate === 'function') globalThis.setImmediate(resume);
  else setTimeout(resume, 0);
}
