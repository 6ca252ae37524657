import { type Builder, heap, type I32, i32 } from '@sonograd/wasm';

/** Memory that kernels use while they run, one slot for each thread that is in one at the same time. */
const slotCount = 16;
/** Its first word holds which slots are free, as bits. */
const headerBytes = 64;

let pointer = 0;
let slotBytes = 0;

export interface Workspace {
  readonly workspace: number;
  readonly slotBytes: number;
}

/** Grows when a kernel needs more than any before. All slots are free between kernels. */
export function reserveWorkspace(bytes: number): Workspace {
  if (bytes > slotBytes) {
    if (pointer !== 0) heap.free(pointer);
    [pointer, slotBytes] = [0, 0];
    const wanted = Math.ceil(bytes / 4096) * 4096 + 64;
    pointer = heap.allocate(headerBytes + wanted * slotCount);
    slotBytes = wanted;
  }
  heap.i32(pointer, 1)[0] = (1 << slotCount) - 1;
  return { workspace: pointer, slotBytes };
}

/** Takes a slot, runs the body with its address, gives it back. With more threads than slots, some wait in turn. */
export function withSlot(k: Builder, workspace: I32, slotBytes: I32, body: (slot: I32) => void): void {
  const number = k.variable(i32, 0, 'slotNumber');
  k.loop((exit) => {
    const free = k.let(i32.atomicLoad(workspace), 'free');
    number.set(free.ctz());
    const before = k.atomicCompareExchange(workspace, free, free.and(free.sub(1)));
    exit.breakIf(before.eq(free).and(free.ne(0)));
  });
  body(k.let(workspace.add(headerBytes).add(number.mul(slotBytes)), 'slot'));
  k.atomicAdd(workspace, i32(1).shl(number));
}
