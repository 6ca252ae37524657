import { addressSpaceBytes, canShare, createMemory, growMemory } from './memory.ts';
import { classCount, classHolding, classWithin, unitBytes, unitsFor, unitsOf } from './sizeClasses.ts';

/**
 * All memory of tensors and kernels: one WebAssembly memory, cut into blocks. A block is a header of 64 bytes
 * and its payload; a freed block goes on top of its class's list and is the next to be given out. When no list
 * has a block and the end is reached, neighbours that are free are merged, provided that an eighth of all is free;
 * then the memory grows.
 */
export interface HeapOptions {
  readonly maximumBytes?: number;
  readonly shared?: boolean;
}

export interface HeapStatistics {
  /** As asked for, without headers and rounding. */
  readonly liveBytes: number;
  readonly peakBytes: number;
  /** What the memory has grown to. */
  readonly reservedBytes: number;
  readonly liveBlocks: number;
}

export class HeapFullError extends Error {
  override readonly name = 'HeapFullError';

  constructor(
    readonly requestedBytes: number,
    { liveBytes, liveBlocks }: HeapStatistics,
    maximumBytes: number,
  ) {
    super(
      `heap: no room for ${requestedBytes} bytes, ${liveBytes} are live in ${liveBlocks} blocks of at most ${maximumBytes}`,
    );
  }
}

/** The first kilobyte stays out of it: address 0 is no block, and kernels find their arguments there. */
const firstUnit = 16;
const unitWords = unitBytes / 4;
/** Words of a header. The mark is mixed with the block's place, so that data does not pass for one. */
const header = { mark: 0, units: 1, next: 2, bytes: 3 };
const mark = { live: 0x6c697665, free: 0x66726565, end: 0x656e6421 };

export class Heap {
  readonly shared: boolean;
  #maximumBytes: number;
  #memory: WebAssembly.Memory | undefined;
  #buffer: ArrayBuffer | SharedArrayBuffer = new ArrayBuffer(0);
  #words: Int32Array = new Int32Array(this.#buffer);
  readonly #lists = new Int32Array(classCount + 1);
  #end = firstUnit;
  #freedUnits = 0;
  #liveBytes = 0;
  #peakBytes = 0;
  #liveBlocks = 0;

  constructor({ maximumBytes = addressSpaceBytes, shared = canShare() }: HeapOptions = {}) {
    if (!(maximumBytes >= 4096 && maximumBytes <= addressSpaceBytes)) {
      throw new RangeError(`createHeap: maximumBytes must lie between 4096 and 2^32, ${maximumBytes}`);
    }
    this.#maximumBytes = maximumBytes;
    this.shared = shared;
  }

  get memory(): WebAssembly.Memory {
    return this.#memory ?? this.#create();
  }

  /** The buffer as it is now; growing replaces it. */
  get buffer(): ArrayBuffer | SharedArrayBuffer {
    if (this.#memory === undefined) this.#create();
    return this.#buffer;
  }

  /** A block of at least so many bytes, aligned to 64, padded to a multiple of 64; its contents are arbitrary. */
  allocate(bytes: number): number {
    if (!(bytes >= 0 && bytes <= addressSpaceBytes) || !Number.isInteger(bytes)) {
      throw new RangeError(`heap.allocate: bytes must be an integer from 0 to 2^32, ${bytes}`);
    }
    const sizeClass = classHolding(unitsFor(bytes));
    let block = this.#lists[sizeClass] as number;
    if (block === 0) block = this.#findBlock(sizeClass, bytes);
    else this.#unlist(block, sizeClass);
    const words = this.#words;
    words[block * unitWords] = mark.live ^ block;
    words[block * unitWords + header.bytes] = bytes;
    this.#liveBlocks++;
    this.#liveBytes += bytes;
    if (this.#liveBytes > this.#peakBytes) this.#peakBytes = this.#liveBytes;
    return (block + 1) * unitBytes;
  }

  free(pointer: number): void {
    const block = (pointer >>> 6) - 1;
    const words = this.#words;
    const at = block * unitWords;
    if (block * unitBytes + unitBytes !== pointer || words[at] !== (mark.live ^ block)) this.#refuse(pointer);
    const units = words[at + header.units] as number;
    if (!this.#isHeader(block + 1 + units)) this.#reportOverrun(pointer, units);
    words[at] = mark.free ^ block;
    this.#list(block, units);
    this.#liveBlocks--;
    this.#liveBytes -= (words[at + header.bytes] as number) >>> 0;
  }

  f32(pointer: number, length: number): Float32Array {
    return new Float32Array(this.buffer, pointer, length);
  }

  i32(pointer: number, length: number): Int32Array {
    return new Int32Array(this.buffer, pointer, length);
  }

  u8(pointer: number, length: number): Uint8Array {
    return new Uint8Array(this.buffer, pointer, length);
  }

  statistics(): HeapStatistics {
    return {
      liveBytes: this.#liveBytes,
      peakBytes: this.#peakBytes,
      reservedBytes: this.#buffer.byteLength,
      liveBlocks: this.#liveBlocks,
    };
  }

  #create(): WebAssembly.Memory {
    const { memory, maximum } = createMemory(this.#maximumBytes, this.shared);
    this.#memory = memory;
    this.#maximumBytes = maximum;
    this.#lookAgain(memory);
    this.#markEnd();
    return memory;
  }

  #lookAgain(memory: WebAssembly.Memory): void {
    this.#buffer = memory.buffer;
    this.#words = new Int32Array(this.#buffer);
  }

  #findBlock(sizeClass: number, bytes: number): number {
    const block =
      this.#take(sizeClass) ||
      (this.#freedUnits > this.#end >>> 3 && this.#merge() && this.#take(sizeClass)) ||
      (this.#grow(unitsOf(sizeClass)) && this.#extend(sizeClass)) ||
      (this.#freedUnits > 0 && this.#merge() && this.#take(sizeClass)) ||
      (this.#grow(unitsOf(sizeClass)) && this.#extend(sizeClass));
    if (!block) throw new HeapFullError(bytes, this.statistics(), this.#maximumBytes);
    return block;
  }

  #take(sizeClass: number): number {
    return this.#split(sizeClass) || this.#extend(sizeClass);
  }

  /** Takes from the smallest listed block that is large enough. */
  #split(sizeClass: number): number {
    let from = sizeClass;
    while (from < classCount && this.#lists[from] === 0) from++;
    if (from >= classCount) return 0;
    const block = this.#lists[from] as number;
    this.#unlist(block, from);
    const words = this.#words;
    const units = words[block * unitWords + header.units] as number;
    const wanted = unitsOf(sizeClass);
    const rest = block + 1 + wanted;
    if (units - wanted < 2) return block;
    words[block * unitWords + header.units] = wanted;
    words[rest * unitWords] = mark.free ^ rest;
    words[rest * unitWords + header.units] = units - wanted - 1;
    this.#list(rest, units - wanted - 1);
    return block;
  }

  /** Takes from behind the last block, as far as the memory reaches. */
  #extend(sizeClass: number): number {
    const units = unitsOf(sizeClass);
    if ((this.#end + 2 + units) * unitBytes > this.#limit()) return 0;
    const block = this.#end;
    this.#words[block * unitWords + header.units] = units;
    this.#end = block + 1 + units;
    this.#markEnd();
    return block;
  }

  #limit(): number {
    return Math.min(this.buffer.byteLength, this.#maximumBytes);
  }

  #grow(units: number): boolean {
    const grown = growMemory(this.memory, (this.#end + 2 + units) * unitBytes, this.#maximumBytes);
    if (grown) this.#lookAgain(this.memory);
    return grown;
  }

  /** One walk over all blocks: neighbours that are free become one. Costs about 5 ns for each block. */
  #merge(): boolean {
    this.#lists.fill(0);
    this.#freedUnits = 0;
    const words = this.#words;
    let block = firstUnit;
    while (block < this.#end) {
      const next = this.#endOfRun(block);
      if (next > block && next === this.#end) this.#shrinkTo(block);
      else if (next > block) {
        words[block * unitWords + header.units] = next - block - 1;
        this.#list(block, next - block - 1);
      }
      block = next > block ? next : block + 1 + (words[block * unitWords + header.units] as number);
    }
    return true;
  }

  /** Where a run of free blocks that starts here ends; `block` itself when it is live. */
  #endOfRun(block: number): number {
    const words = this.#words;
    let next = block;
    while (next < this.#end && words[next * unitWords] === (mark.free ^ next)) {
      next += 1 + (words[next * unitWords + header.units] as number);
    }
    return next;
  }

  #shrinkTo(block: number): void {
    this.#end = block;
    this.#markEnd();
  }

  #markEnd(): void {
    this.#words[this.#end * unitWords] = mark.end ^ this.#end;
  }

  #list(block: number, units: number): void {
    const sizeClass = classWithin(units);
    this.#words[block * unitWords + header.next] = this.#lists[sizeClass] as number;
    this.#lists[sizeClass] = block;
    this.#freedUnits += units + 1;
  }

  #unlist(block: number, sizeClass: number): void {
    this.#lists[sizeClass] = this.#words[block * unitWords + header.next] as number;
    this.#freedUnits -= 1 + (this.#words[block * unitWords + header.units] as number);
  }

  #isHeader(block: number): boolean {
    const found = (this.#words[block * unitWords] as number) ^ block;
    return found === mark.live || found === mark.free || found === mark.end;
  }

  #refuse(pointer: number): never {
    const block = pointer / unitBytes - 1;
    const inside = Number.isInteger(block) && block >= firstUnit && block < this.#end;
    if (inside && this.#words[block * unitWords] === (mark.free ^ block)) {
      throw new Error(`heap.free: the block at ${pointer} was freed before`);
    }
    throw new Error(`heap.free: no block starts at ${pointer}`);
  }

  #reportOverrun(pointer: number, units: number): never {
    throw new Error(
      `heap.free: something wrote past the end of the block at ${pointer}, of ${units * unitBytes} bytes`,
    );
  }
}

export function createHeap(options: HeapOptions = {}): Heap {
  return new Heap(options);
}

/** The heap of this process, made at first use. */
export const heap = createHeap();
