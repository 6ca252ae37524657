/** What a module exports: `kernel(args, begin, end)`, where `args` points at its parameters, one word each. */
export type LaneKernel = (args: number, begin: number, end: number) => void;

/** (type (func (param v128))): valid only where there are lanes. */
const probe = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 123, 0);

let supported: boolean | undefined;

export function simdSupported(): boolean {
  supported ??= typeof WebAssembly === 'object' && WebAssembly.validate(probe);
  return supported;
}

const pageBytes = 65_536;
/** 16 MiB of address space: few calls need more, and growing detaches the old buffer, which makes the engine check every array in the process from then on. */
const initialPages = 256;
const maximumPages = 65_536;
/** Plans and tables beyond this are forgotten before the next call. */
const constantBytesLimit = 1 << 25;

let memory: WebAssembly.Memory | undefined;
let top = 64;
let open = false;
let known = new Map<string, unknown>();

/** The memory as floats, good until something is allocated. */
export let floats = new Float32Array(0);
export let words = new Int32Array(0);

function laneMemory(): WebAssembly.Memory {
  memory ??= new WebAssembly.Memory({ initial: initialPages, maximum: maximumPages });
  return memory;
}

/** An address for so many bytes, aligned to 64. */
export function allocate(bytes: number): number {
  const address = top;
  const end = top + 64 * Math.ceil(bytes / 64);
  const { buffer } = laneMemory();
  const missing = Math.ceil((end - buffer.byteLength) / pageBytes);
  if (missing > 0) {
    const present = buffer.byteLength / pageBytes;
    if (present + missing > maximumPages)
      throw new RangeError(`dsp: no room for ${bytes} bytes, ${top} are in use`);
    laneMemory().grow(Math.min(Math.max(missing, present >> 2), maximumPages - present));
  }
  if (floats.buffer !== laneMemory().buffer) {
    floats = new Float32Array(laneMemory().buffer);
    words = new Int32Array(laneMemory().buffer);
  }
  top = end;
  return address;
}

/** Numbers in memory for good. */
export function place(values: ArrayLike<number>): number {
  const address = allocate(4 * values.length);
  floats.set(values, address / 4);
  return address;
}

/** Weights for `gather` and `scatter`, with the room behind them that `gather` needs. */
export function placeWeights(weights: Float32Array, scale: number): number {
  const address = allocate(4 * weights.length + 12);
  for (let i = 0; i < weights.length; i++) floats[address / 4 + i] = weights[i] * scale;
  return address;
}

/** Parameters of a kernel in memory for good. */
export function placeWords(...values: number[]): number {
  const address = allocate(4 * values.length);
  words.set(values, address / 4);
  return address;
}

/**
 * Points the first four parameters of a kernel at rows `first` and following, `step` bytes apart; at `otherwise`
 * where there are no more than `count`.
 */
export function pointRows(
  args: number,
  base: number,
  step: number,
  first: number,
  count: number,
  otherwise: number,
): void {
  for (let lane = 0; lane < 4; lane++) {
    words[args / 4 + lane] = first + lane < count ? base + step * (first + lane) : otherwise;
  }
}

/** What was built under a key, its memory included. Never inside `withScratch`, whose memory ends with it. */
export function remember<Value>(key: string, build: () => Value): Value {
  if (known.has(key)) return known.get(key) as Value;
  if (open) throw new Error(`dsp: ${key} is planned too late`);
  const value = build();
  known.set(key, value);
  return value;
}

/** Runs `work`, which first plans and then allocates; gives back what it allocated. */
export function withScratch<Plan, Result>(plan: () => Plan, work: (plan: Plan) => Result): Result {
  if (top > constantBytesLimit) {
    known = new Map();
    top = 64;
  }
  const planned = plan();
  const mark = top;
  open = true;
  try {
    return work(planned);
  } finally {
    top = mark;
    open = false;
  }
}

/** The kernels of a module, compiled when they are first asked for. */
export function kernelsOf<Names extends string>(
  bytes: () => Uint8Array<ArrayBuffer>,
): () => Record<Names, LaneKernel> {
  let exports: WebAssembly.Exports | undefined;
  return () => {
    const env = { memory: laneMemory() };
    exports ??= new WebAssembly.Instance(new WebAssembly.Module(bytes()), { env }).exports;
    return exports as Record<Names, LaneKernel>;
  };
}
