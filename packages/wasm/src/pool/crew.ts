import { layout, slotState } from './control.ts';
import { spawn, type WorkerHandle } from './spawn.ts';

interface Member {
  readonly handle: WorkerHandle;
  isUp: boolean;
  isLeaving: boolean;
}

const { epoch, ready, slots } = layout;
const stateWord = (slot: number): number => slots.first + slot * slots.stride + slots.state;
const tileWord = (slot: number): number => slots.first + slot * slots.stride + slots.tile;

/** The workers of a pool: who is starting, up, leaving or lost. A crew that lost one takes no more work. */
export class Crew {
  /** Why no more work may be given to this crew. */
  broken: string | undefined;
  private readonly members = new Map<number, Member>();
  private readonly waiting = new Set<{ resolve(): void; reject(error: Error): void }>();

  constructor(
    private readonly memory: WebAssembly.Memory,
    readonly words: Int32Array,
    private readonly start: typeof spawn = spawn,
  ) {}

  /** Workers that were asked for: up or on their way. */
  get size(): number {
    return this.staying().length;
  }

  /** How many workers can take tiles at this moment. */
  get readyCount(): number {
    return this.broken === undefined ? Atomics.load(this.words, ready) : 0;
  }

  /** How long a worker without work, and a caller without tiles, watch the heap before they sleep. */
  set spinMicroseconds(time: number) {
    Atomics.store(this.words, layout.spinMicroseconds, time);
  }

  get spinMicroseconds(): number {
    return Atomics.load(this.words, layout.spinMicroseconds);
  }

  /** Starts workers, or lets the youngest go, until `count` are here. Neither is waited for. */
  resize(count: number): void {
    for (let missing = count - this.size; missing > 0; missing--) this.enlist();
    for (const slot of this.staying().slice(count)) this.dismiss(slot);
  }

  /** Resolves when every worker that was started is up; keeps the process alive until then. */
  settled(): Promise<void> {
    if (this.broken !== undefined) return Promise.reject(new Error(this.broken));
    const starting = this.starting();
    if (starting.length === 0) return Promise.resolve();
    for (const { handle } of starting) handle.hold(true);
    return new Promise((resolve, reject) => this.waiting.add({ resolve, reject }));
  }

  /** Slots that own a tile now, and whether their worker is gone. */
  owners(): { slot: number; tile: number; isGone: boolean }[] {
    return [...this.members.keys()]
      .map((slot) => ({
        slot,
        tile: Atomics.load(this.words, tileWord(slot)) - 1,
        isGone: Atomics.load(this.words, stateWord(slot)) === slotState.gone,
      }))
      .filter(({ tile }) => tile >= 0);
  }

  /** Takes the crew out of use; its workers are ended where they are. */
  abandon(reason: string): void {
    if (this.broken !== undefined) return;
    this.broken = reason;
    for (const { handle } of this.members.values()) handle.terminate();
    for (const { reject } of this.waiting) reject(new Error(reason));
    this.waiting.clear();
  }

  private staying(): number[] {
    return [...this.members.keys()].filter((slot) => !this.members.get(slot)!.isLeaving);
  }

  private starting(): Member[] {
    return [...this.members.values()].filter((member) => !member.isUp && !member.isLeaving);
  }

  /** A slot is free again only when its worker's end was heard of, so that two never share one. */
  private enlist(): void {
    let slot = 0;
    while (this.members.has(slot)) slot++;
    if (slot >= slots.count) this.lose(`threads: more than ${slots.count} workers are up or ending`);
    if (this.broken !== undefined) return;
    const { memory, words } = this;
    Atomics.store(words, stateWord(slot), slotState.starting);
    const orders = { memory, control: words.byteOffset, layout, slotState, slot };
    const events = {
      onReady: () => this.welcome(slot),
      onGone: (reason?: string) => this.part(slot, reason),
    };
    try {
      this.members.set(slot, { handle: this.start(orders, events), isUp: false, isLeaving: false });
    } catch (error) {
      this.lose(`threads: worker ${slot + 1} cannot start, ${error}`);
    }
  }

  private dismiss(slot: number): void {
    this.members.get(slot)!.isLeaving = true;
    const { starting, ready, stopping } = slotState;
    for (const state of [starting, ready]) {
      Atomics.compareExchange(this.words, stateWord(slot), state, stopping);
    }
    Atomics.add(this.words, epoch, 1);
    Atomics.notify(this.words, epoch);
    this.settle();
  }

  private welcome(slot: number): void {
    const member = this.members.get(slot)!;
    member.isUp = true;
    member.handle.hold(false);
    this.settle();
  }

  private settle(): void {
    if (this.starting().length > 0) return;
    for (const { resolve } of this.waiting) resolve();
    this.waiting.clear();
  }

  private part(slot: number, reason: string | undefined): void {
    const { isLeaving, isUp } = this.members.get(slot)!;
    this.members.delete(slot);
    const before = Atomics.exchange(this.words, stateWord(slot), slotState.gone);
    if (isUp && before !== slotState.gone) Atomics.sub(this.words, ready, 1);
    if (isLeaving && reason === undefined) return;
    this.lose(`threads: worker ${slot + 1} ended, ${reason ?? 'without being asked to'}`);
  }

  private lose(reason: string): void {
    if (this.broken === undefined) console.warn(`${reason}; work goes on without threads`);
    this.abandon(reason);
  }
}
