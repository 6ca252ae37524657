import { onesLike } from '../creation/fill.ts';
import { innerScope, keep } from '../memory/scope.ts';
import { add } from '../ops/add.ts';
import { copy } from '../ops/copy.ts';
import { sameShape, showShape } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import { runHooks } from './hooks.ts';
import { withRecording } from './mode.ts';
import { BackwardPass } from './pass.ts';
import { isTracing } from './trace.ts';

export interface BackwardOptions {
  /** Keep the graph, so that backward can run through it again. */
  readonly retainGraph?: boolean;
  /** Record the gradients themselves: they can then be differentiated in turn. Implies `retainGraph`. */
  readonly createGraph?: boolean;
}

/**
 * Adds to `.grad` of every leaf the gradient of `root` by it. A root of more than one element needs `dOut`,
 * the gradient of the loss by `root`.
 */
export function backward(root: Tensor, dOut?: Tensor, options: BackwardOptions = {}): void {
  const none: ReadonlySet<AnyTensor> = new Set();
  runPass(root, dOut, none, options, (pass) => {
    const taken = new Set<Tensor>();
    for (const [leaf, gradient] of pass.results) {
      const total = runHooks(leaf, gradient);
      addToGrad(leaf, total, options.createGraph === true, pass.owns(total) && !taken.has(total));
      taken.add(total);
    }
  });
}

/** The gradients of `root` by each of `inputs`; `.grad` stays as it is. Zeros where there is no path. */
export function gradientsOf(
  root: Tensor,
  inputs: readonly Tensor[],
  dOut?: Tensor,
  options: BackwardOptions = {},
): (Tensor | undefined)[] {
  return runPass(root, dOut, new Set(inputs), options, (pass) =>
    inputs.map((input) => pass.results.get(input)),
  );
}

function runPass<Result>(
  root: Tensor,
  dOut: Tensor | undefined,
  wanted: ReadonlySet<AnyTensor>,
  options: BackwardOptions,
  finish: (pass: BackwardPass) => Result,
): Result {
  const seed = checkSeed(root, dOut);
  const createGraph = options.createGraph ?? false;
  const retainGraph = createGraph || (options.retainGraph ?? isTracing());
  const run = () => {
    const pass = new BackwardPass(wanted, { createGraph, retainGraph });
    pass.run(root, seed ?? onesLike(root));
    return finish(pass);
  };
  return withRecording(createGraph, () => (createGraph ? run() : innerScope('backward', run)));
}

function checkSeed(root: Tensor, dOut: Tensor | undefined): Tensor | undefined {
  if (!root.requiresGrad) {
    throw new Error(
      `backward: nothing that led to this tensor ${showShape(root.shape)} requires a gradient; ` +
        'make a leaf with { requiresGrad: true }, and compute outside noGrad',
    );
  }
  if (dOut === undefined && root.size !== 1) {
    throw new RangeError(
      `backward: the tensor must have one element, got shape ${showShape(root.shape)}; ` +
        'reduce it with sum() or mean(), or pass dOut, the gradient of the loss by it',
    );
  }
  if (dOut !== undefined && !sameShape(dOut.shape, root.shape)) {
    throw new RangeError(
      `backward: dOut must have the shape of the tensor, got ${showShape(dOut.shape)} for ${showShape(root.shape)}`,
    );
  }
  return dOut;
}

function addToGrad(leaf: Tensor, gradient: Tensor, createGraph: boolean, exclusive: boolean): void {
  const before = leaf.grad;
  if (before !== null) {
    leaf.grad = keep(add(before, gradient));
    if (!createGraph && !before.ended) before.dispose();
  } else {
    leaf.grad = keep(createGraph || exclusive ? gradient : copy(gradient));
  }
}
