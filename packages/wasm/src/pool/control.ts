/**
 * The control block: how caller and workers talk. All of it lies in the shared heap as 32-bit words.
 *
 * One dispatch cuts `items` into tiles of `grain`. The caller writes the command, sets `pending` and then
 * `unclaimed` to the number of tiles, and moves `epoch` on, which is what workers sleep on. Whoever takes
 * `unclaimed` down from a positive value owns one tile, and takes `pending` down when that tile is done; the
 * one who reaches zero wakes the caller. So a dispatch ends when its tiles are done, however many workers
 * came: one that wakes late finds nothing to claim. The command is read only by owners of a tile, and cannot
 * change before their tile is done, hence the next dispatch may overwrite it without asking.
 *
 * Words that different threads write lie 128 bytes apart: two 64-byte lines, since they are fetched in pairs.
 */
export const layout = {
  epoch: 0,
  unclaimed: 32,
  pending: 64,
  /** Workers in `Atomics.wait`: waking one costs a system call, so it is done only for these. */
  sleeping: 96,
  /** Workers that are up. */
  ready: 97,
  /** How long to watch the heap before sleeping; zero where there are more threads than cores. */
  spinMicroseconds: 98,
  command: { kernel: 128, tiles: 129, items: 130, grain: 131, args: 132 },
  /** The first failure of a dispatch: 0 for none or 1 + slot, the message's length, its UTF-16 units. */
  failure: { by: 160, length: 161, text: 162, textWords: 94 },
  /** One line for each worker: its state, and 1 + the tile it is computing (0 for none). */
  slots: { first: 256, stride: 32, state: 0, tile: 1, count: 64 },
  words: 256 + 32 * 64,
} as const;

/** What a worker's slot says about it. */
export const slotState = { starting: 0, ready: 1, stopping: 2, gone: 3 } as const;

/** What a worker is told when it starts. */
export interface WorkerOrders {
  readonly memory: WebAssembly.Memory;
  readonly control: number;
  readonly layout: typeof layout;
  readonly slotState: typeof slotState;
  readonly slot: number;
}
