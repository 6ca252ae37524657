import { availableParallelism } from 'node:os';
import wabt from 'wabt';
import { layout } from '../../packages/wasm/src/pool/control.ts';
import { Crew } from '../../packages/wasm/src/pool/crew.ts';
import { Dispatch, type ThreadedKernel } from '../../packages/wasm/src/pool/dispatch.ts';
import { spawn, type WorkerHandle } from '../../packages/wasm/src/pool/spawn.ts';

/**
 * Kernels written as text, so that the pool is tested apart from the kernel language. Arguments: pointer, rounds.
 * - `chain`: out[i] = the logistic map from i, `rounds` steps.
 * - `fill`: sets the byte at pointer + i by `memory.fill`, which checks the bounds that this instance believes in.
 * - `forever`: never ends.
 * - `trapAt`: out[i] = i, but reads outside of memory at i = rounds.
 */
const text = `(module
  (import "env" "memory" (memory 1 65536 shared))
  (func (export "chain") (param $args i32) (param $i i32) (param $end i32) (local $x f32) (local $n i32)
    (loop $items
      (local.set $n (i32.load offset=4 (local.get $args)))
      (local.set $x (f32.div (f32.convert_i32_s (i32.add (local.get $i) (i32.const 1))) (f32.const 1e6)))
      (loop $rounds
        (local.set $x (f32.mul (f32.const 3.7) (f32.mul (local.get $x) (f32.sub (f32.const 1) (local.get $x)))))
        (br_if $rounds (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (f32.store (i32.add (i32.load (local.get $args)) (i32.shl (local.get $i) (i32.const 2))) (local.get $x))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $items (i32.lt_s (local.get $i) (local.get $end)))))
  (func (export "fill") (param $args i32) (param $i i32) (param $end i32)
    (memory.fill (i32.add (i32.load (local.get $args)) (local.get $i)) (i32.load offset=4 (local.get $args))
      (i32.sub (local.get $end) (local.get $i))))
  (func (export "forever") (param i32 i32 i32) (loop $again (br $again)))
  (func (export "trapAt") (param $args i32) (param $i i32) (param $end i32)
    (loop $items
      (if (i32.eq (local.get $i) (i32.load offset=4 (local.get $args)))
        (then (drop (i32.load (i32.const -8)))))
      (i32.store (i32.add (i32.load (local.get $args)) (i32.shl (local.get $i) (i32.const 2))) (local.get $i))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $items (i32.lt_s (local.get $i) (local.get $end))))))`;

const toolkit = await wabt();
const parsed = toolkit.parseWat('kernels', text, { threads: true, bulk_memory: true });
const moduleBytes = Uint8Array.from(parsed.toBinary({}).buffer);

const pageBytes = 65_536;

/** A memory of its own with a heap that only grows, a crew and a dispatch on it. */
export function createPool(
  options: { patienceMilliseconds?: number; pages?: number; start?: typeof spawn } = {},
) {
  const { start = spawn } = options;
  const memory = new WebAssembly.Memory({ initial: options.pages ?? 2, maximum: 65_536, shared: true });
  let top = 1024;
  const allocate = (bytes: number): number => {
    const pointer = top;
    top += Math.ceil(bytes / 128) * 128;
    const missing = top - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
    return pointer;
  };
  const handles: WorkerHandle[] = [];
  const control = allocate(layout.words * 4);
  const crew = new Crew(memory, new Int32Array(memory.buffer, control, layout.words), (orders, events) => {
    handles[orders.slot] = start(orders, events);
    return handles[orders.slot]!;
  });
  crew.spinMicroseconds = 100;
  const dispatch = new Dispatch({ memory, allocate }, options.patienceMilliseconds);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes), { env: { memory } });
  const kernelNamed = (name: 'chain' | 'fill' | 'forever' | 'trapAt'): ThreadedKernel => ({
    name,
    moduleBytes,
    exportName: name,
    call: exports[name] as ThreadedKernel['call'],
  });
  const kernels = {
    chain: kernelNamed('chain'),
    fill: kernelNamed('fill'),
    forever: kernelNamed('forever'),
    trapAt: kernelNamed('trapAt'),
  };
  const block = allocate(64);
  const run = (
    kernel: keyof typeof kernels,
    items: number,
    words: readonly number[],
    grain: number,
  ): void => {
    new Int32Array(memory.buffer, block, words.length).set(words);
    dispatch.run(crew, kernels[kernel], items, block, grain);
  };
  const ints = (pointer: number, length: number): Int32Array =>
    new Int32Array(memory.buffer, pointer, length);
  return { memory, allocate, crew, handles, block, dispatch, kernels, run, ints };
}

export const cores = availableParallelism();

/** Sleeps the thread, so that no event is handled and no worker hears anything. */
export function doze(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
