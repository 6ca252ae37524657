import { heap } from '@sonograd/wasm';
import { showShape } from '../shape/shape.ts';

/** Smaller blocks are not worth a name: a full heap is full of big ones. */
const notedBytes = 64 * 1024;

interface Holder {
  readonly bytes: number;
  readonly maker: string;
  readonly shape: readonly number[];
}

const holders = new Map<number, Holder>();

export function noteBlock(pointer: number, bytes: number, maker: string, shape: readonly number[]): void {
  if (bytes >= notedBytes) holders.set(pointer, { bytes, maker, shape });
}

export function forgetBlock(pointer: number): void {
  holders.delete(pointer);
}

/** The biggest living blocks, named by the op that made them. */
export function largestHolders(count: number): Holder[] {
  return [...holders.values()].sort((a, b) => b.bytes - a.bytes).slice(0, count);
}

export function heapFullMessage(bytes: number, maker: string, shape: readonly number[]): string {
  const lines = largestHolders(10).map(
    (holder) => `  ${megabytes(holder.bytes).padStart(9)}  ${holder.maker} ${showShape(holder.shape)}`,
  );
  const live = megabytes(heap.statistics().liveBytes);
  return [
    `${maker}: the heap is full, ${showShape(shape)} needs ${megabytes(bytes)} and ${live} are in use; the largest holders:`,
    ...lines,
    'Wrap each training step in scope(() => …), evaluate under noGrad(() => …), or use smaller batches.',
  ].join('\n');
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

export interface MemoryReport {
  readonly liveBytes: number;
  readonly peakBytes: number;
  readonly reservedBytes: number;
  readonly liveBlocks: number;
  readonly largest: readonly Holder[];
}

/** What the heap holds now, and the most it ever held. */
export function memory(): MemoryReport {
  return { ...heap.statistics(), largest: largestHolders(10) };
}
