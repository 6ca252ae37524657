import { type AnyTensor, gradientsOf, noGrad, randn, randomKey, scope, type Tensor } from '@sonograd/tensor';
import { gradientInputs, type Prepared, type Work } from '../case.ts';
import { makeInput } from './inputs.ts';
import { ownOp } from './ops.ts';

/** Our side of a case: its inputs, and the call that is timed. */
export function prepareOwn(work: Work): Prepared {
  const op = ownOp(work.op);
  const inputs = work.inputs.map(makeInput);
  const wanted = gradientInputs(work).map((index) => inputs[index] as Tensor);
  const output = () => op(inputs, work.settings ?? {});
  if (work.mode === 'forward') {
    return { run: () => noGrad(() => void output()), release: () => release(inputs) };
  }
  for (const input of wanted) input.requiresGrad = true;
  if (work.mode === 'both') {
    const dOut = gradientFor(output);
    const run = () => scope('bench', () => void gradientsOf(output(), wanted, dOut));
    return { run, release: () => release([...inputs, dOut]) };
  }
  const recorded = output();
  const dOut = gradientLike(recorded);
  const run = () => noGrad(() => void gradientsOf(recorded, wanted, dOut, { retainGraph: true }));
  return { run, release: () => release([recorded, dOut, ...inputs]) };
}

function gradientFor(output: () => Tensor): Tensor {
  return scope('bench', () => gradientLike(output()));
}

function gradientLike({ shape }: Tensor): Tensor {
  return randn(shape, { key: randomKey(99) });
}

function release(tensors: readonly AnyTensor[]): void {
  for (const tensor of tensors) if (!tensor.ended) tensor.dispose();
}
