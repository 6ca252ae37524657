import { gradientsOf } from '../../autograd/backward.ts';
import type { Gradients } from '../../autograd/op.ts';
import { zeros } from '../../creation/fill.ts';
import { fromArray } from '../../creation/tensor.ts';
import { tensorAlgebra } from '../../elementwise/algebra.ts';
import type { AnyTensor, Tensor } from '../../tensor.ts';
import { alias } from '../alias.ts';
import { concat } from '../concat.ts';
import type { CellAlgebra } from './cells.ts';
import type { Pass } from './pass.ts';

const tensors: CellAlgebra<Tensor> = { ...tensorAlgebra, once: (value) => value };

/** A layer in basic ops, for gradients that have gradients: every step is recorded. */
function composite({ cell, sizes, reverse, given }: Pass): Tensor[] {
  const { batch, steps, units } = sizes;
  const { x, weightIh, weightHh, biasIh, biasHh } = given as Readonly<Record<keyof typeof given, Tensor>>;
  const gatesOf = (all: Tensor) => all.split(units, 1) as Tensor[];
  let hidden = given.hidden as Tensor;
  let memory = given.memory as Tensor;
  const outputs: Tensor[] = [];
  for (let step = 0; step < steps; step++) {
    const time = reverse ? steps - 1 - step : step;
    const row = x.slice(1, time, time + 1).squeeze(1) as Tensor;
    const fromInput = gatesOf((row.matmul(weightIh.transpose(0, 1)) as Tensor).add(biasIh) as Tensor);
    const fromHidden = gatesOf((hidden.matmul(weightHh.transpose(0, 1)) as Tensor).add(biasHh) as Tensor);
    const next = cell.step(tensors, fromInput, fromHidden, hidden, memory);
    const goesOn = activeRows(given.lengths, time);
    hidden = blend(goesOn, next.hidden, hidden);
    if (cell.hasMemory) memory = blend(goesOn, next.memory!, memory);
    outputs[time] = hidden.mul(goesOn).unsqueeze(1) as Tensor;
  }
  const output =
    steps === 0 ? (zeros([batch, 0, units]) as Tensor) : (concat(outputs as AnyTensor[], 1) as Tensor);
  return cell.hasMemory ? [output, hidden, memory] : [output, hidden];
}

/** The gradients of every float input, recorded themselves. `passOf` reads a list of inputs. */
export function compositeGradients(
  inputs: readonly AnyTensor[],
  dOuts: readonly (Tensor | undefined)[],
  passOf: (inputs: readonly AnyTensor[]) => Pass,
): Gradients {
  // One tensor may stand in several places; each place gets a name of its own.
  const aliases = inputs.map((input) => alias(input as Tensor));
  const outputs = composite(passOf(aliases));
  const weighed = outputs.flatMap((output, index) => {
    const dOut = dOuts[index];
    return dOut === undefined ? [] : [output.mul(dOut).sum() as Tensor];
  });
  const wanted = aliases.filter((tensor) => tensor.requiresGrad);
  const loss = weighed.reduce((total, part) => total.add(part) as Tensor);
  const gradients = gradientsOf(loss, wanted, undefined, { createGraph: true });
  return aliases.map((tensor) => gradients[wanted.indexOf(tensor)]);
}

/** 1 for rows that are not at their end yet, [batch, 1]. */
function activeRows(lengths: AnyTensor, time: number): Tensor {
  const flags = Float32Array.from(lengths.data, (length) => (time < length ? 1 : 0));
  return fromArray(flags, [flags.length, 1]) as Tensor;
}

function blend(goesOn: Tensor, next: Tensor, before: Tensor): Tensor {
  return next.sub(before).mul(goesOn).add(before) as Tensor;
}
