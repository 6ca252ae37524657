import type { GraphNode } from './autograd/node.ts';
import { bytesPerElement, type DataOf, type TypedData } from './dtype.ts';
import { adoptTensor, type Ending, tensorBrand } from './memory/scope.ts';
import type { Storage } from './memory/storage.ts';
import type { Methods } from './methods.ts';
import { showShape, sizeOf } from './shape/shape.ts';
import type { DType, Shape } from './types/shape.ts';

/** A tensor whatever its shape and dtype. */
export type AnyTensor = Tensor<Shape, DType>;

/**
 * A shape, a dtype and one contiguous, row-major stretch of memory, with the record of how it came about.
 * Methods such as `add` and `matmul` are the functions of `ops/` and `functions/`; `methods.ts` lists them.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: methods.ts holds run time and types together
export class Tensor<out S extends Shape = Shape, out D extends DType = 'float32'> {
  readonly size: number;
  /** The sum of all gradients that `backward` brought here; only for leaves, unless `retainGrad` was called. */
  grad: Tensor<S> | null = null;
  requiresGrad = false;
  /** The op that made this tensor; absent on leaves. */
  source: GraphNode | undefined = undefined;
  /** Which output of `source` this is. */
  outputIndex = 0;
  /** Set by `keep`: no scope frees this tensor. */
  kept = false;
  /** A name for graphs and messages. */
  name: string | undefined = undefined;
  private held: Storage | Ending;

  constructor(
    readonly shape: S,
    readonly dtype: D,
    storage: Storage,
  ) {
    this.size = sizeOf(shape);
    this.held = storage;
    adoptTensor(this);
  }

  get [tensorBrand](): true {
    return true;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** The elements themselves, not a copy: writing to them changes the tensor, and autograd does not see it. */
  get data(): DataOf[D] {
    return this.storage.data as TypedData as DataOf[D];
  }

  get storage(): Storage {
    const held = this.held;
    if (typeof held === 'string' || 'close' in held) throw this.endedError(held);
    return held;
  }

  /** Where kernels find the elements. */
  get pointer(): number {
    return this.storage.pointer;
  }

  get bytes(): number {
    return this.size * bytesPerElement[this.dtype];
  }

  get isLeaf(): boolean {
    return this.source === undefined;
  }

  /** The value of a tensor of one element. */
  item(): number {
    if (this.size !== 1) {
      throw new RangeError(`item: the tensor must have one element, got shape ${showShape(this.shape)}`);
    }
    return this.data[0]!;
  }

  /** Gives the memory back now. `using x = …` does it at the end of the block. */
  dispose(): void {
    if (this.ended) throw this.endedError(this.held as Ending);
    this.end('dispose()');
  }

  [Symbol.dispose](): void {
    if (!this.ended) this.end('the end of its using block');
  }

  get ended(): boolean {
    return typeof this.held === 'string' || 'close' in this.held;
  }

  /** For scopes and `backward`: what `dispose` does, with the reason that a later error will name. */
  end(reason: Ending): void {
    this.storage.drop();
    this.held = reason;
  }

  /** From now on garbage collection looks after the memory. */
  watch(): void {
    this.storage.watch();
  }

  private endedError(reason: Ending): Error {
    const what = `${this.name ?? this.source?.op.name ?? 'tensor'} ${showShape(this.shape)}`;
    return new ReferenceError(
      `${what}: its memory was freed by ${String(reason)}; return it from the scope or keep(x) it to use it later`,
    );
  }
}

/** The methods are attached in one place, `methods.ts`, and typed from the functions themselves. */
// biome-ignore lint/correctness/noUnusedVariables: a merged declaration must repeat the parameters of the class
export interface Tensor<out S extends Shape, out D extends DType> extends Methods {}
