import { showShape } from '../shape/shape.ts';
import type { AnyTensor } from '../tensor.ts';
import type { AnyOp } from './op.ts';

/** Called with the gradient that reaches a tensor; a tensor that it returns takes the gradient's place. */
export type GradientHook = (dOut: AnyTensor) => AnyTensor | undefined;

let nextId = 0;

/** One application of an op in the recorded graph. Ids grow with time, so they are a topological order. */
export class GraphNode {
  readonly id = nextId++;
  outputs: readonly AnyTensor[] = [];
  /** Set by `backward`: the inputs were let go, so that their memory can go. */
  released = false;
  /** Filled in while `trace` is on. */
  milliseconds: number | undefined = undefined;
  place: Error | undefined = undefined;
  private readonly versions: number[];

  constructor(
    readonly op: AnyOp,
    public inputs: readonly AnyTensor[],
    readonly params: unknown,
  ) {
    const versions = new Array<number>(inputs.length);
    for (let index = 0; index < inputs.length; index++) versions[index] = inputs[index]!.storage.version;
    this.versions = versions;
  }

  /** Lets go of the inputs and frees what the op kept for its gradient alone. */
  release(): void {
    this.inputs = [];
    this.released = true;
    const visible = this.op.visibleOutputs ?? this.outputs.length;
    for (const saved of this.outputs.slice(visible)) if (!saved.ended) saved.end('backward()');
  }

  /** A gradient computed from values that changed since forward would be silently wrong. */
  checkInputsUnchanged(): void {
    this.inputs.forEach((input, index) => {
      const now = input.storage.version;
      if (now === this.versions[index]) return;
      throw new Error(
        `${this.op.name}: input ${index} ${showShape(input.shape)} was changed in place after the op used it, ` +
          `version ${now} where ${this.versions[index]} was recorded`,
      );
    });
  }
}
