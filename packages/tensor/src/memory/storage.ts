import { HeapFullError, heap } from '@sonograd/wasm';
import { bytesPerElement, createData, type TypedData, viewData } from '../dtype.ts';
import { engineUsesHeap } from '../engine/engine.ts';
import type { DType } from '../types/shape.ts';
import { forgetBlock, heapFullMessage, noteBlock } from './ledger.ts';

/** Frees the block of a storage that was collected without anyone having said goodbye. */
const lost = new FinalizationRegistry<number>((pointer) => freeBlock(pointer));

/** Somebody may hold on to `x.data` and let go of x: while the view lives, so does the memory behind it. */
const owners = new WeakMap<TypedData, Storage>();

/**
 * The elements of one or more tensors: in the shared heap, where kernels reach them, or in an ordinary
 * typed array when the `reference` engine made them (`address` 0).
 */
export class Storage {
  /** Tensors that share these elements; at 0 the heap gets its block back. */
  holders = 1;
  /** Counts changes in place, so that `backward` notices a value that is no longer what forward saw. */
  version = 0;
  private watched = false;

  constructor(
    readonly dtype: DType,
    readonly length: number,
    private address: number,
    private view: TypedData | undefined,
  ) {}

  /** Made on demand: creating a typed array costs more than a small kernel. */
  get data(): TypedData {
    const view = this.view;
    if (view !== undefined && (this.address === 0 || view.buffer === heap.buffer)) return view;
    const fresh = viewData(this.dtype, heap.buffer, this.address, this.length);
    owners.set(fresh, this);
    this.view = fresh;
    return fresh;
  }

  /** Where kernels find the elements. What was made outside the heap moves in the first time. */
  get pointer(): number {
    if (this.address === 0) this.moveToHeap();
    return this.address;
  }

  /** From now on garbage collection frees the block, should nobody do it earlier. */
  watch(): void {
    if (this.watched) return;
    this.watched = true;
    if (this.address !== 0) lost.register(this, this.address, this);
  }

  drop(): void {
    this.holders -= 1;
    if (this.holders > 0 || this.address === 0) return;
    if (this.watched) lost.unregister(this);
    freeBlock(this.address);
    this.address = 0;
    this.view = undefined;
  }

  private moveToHeap(): void {
    const outside = this.data;
    this.address = allocateBlock(this.length * bytesPerElement[this.dtype], 'data', [this.length]);
    this.view = undefined;
    this.data.set(outside);
    if (this.watched) lost.register(this, this.address, this);
  }
}

/** Uninitialised elements for an output; `maker` and `shape` are what a full heap names its holders by. */
export function allocateStorage(
  dtype: DType,
  length: number,
  maker: string,
  shape: readonly number[],
): Storage {
  if (!engineUsesHeap()) return new Storage(dtype, length, 0, createData(dtype, length));
  const pointer = allocateBlock(length * bytesPerElement[dtype], maker, shape);
  return new Storage(dtype, length, pointer, undefined);
}

function allocateBlock(bytes: number, maker: string, shape: readonly number[]): number {
  try {
    const pointer = heap.allocate(bytes);
    noteBlock(pointer, bytes, maker, shape);
    return pointer;
  } catch (error) {
    if (error instanceof HeapFullError)
      throw new RangeError(heapFullMessage(bytes, maker, shape), { cause: error });
    throw error;
  }
}

function freeBlock(pointer: number): void {
  forgetBlock(pointer);
  heap.free(pointer);
}
