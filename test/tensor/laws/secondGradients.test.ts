import { type AnyTensor, gradientsOf, scope, setEngine, type Tensor } from '@sonograd/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Example, inputTensor, type OpCase } from '../caseBuilders.ts';
import { opCases } from '../opCases.ts';
import { draw, inner, sizeOf } from './plain.ts';

const differentiable = Object.entries<OpCase>(opCases).filter(([, { gradient }]) => gradient !== 'none');

/** Small examples that have something to differentiate by. */
const small = ({ examples }: OpCase) =>
  examples.filter(({ inputs }) => {
    const sizes = inputs.map((input) => sizeOf('shape' in input ? input.shape : input));
    return inputs.map(inputTensor).some(({ dtype }) => dtype === 'float32') && Math.max(...sizes) <= 100;
  });

/** A curved loss, so that second gradients are not all zero. */
function lossOf(results: readonly AnyTensor[]): Tensor {
  const parts = results.filter(({ requiresGrad }) => requiresGrad) as Tensor[];
  const curved = parts.map(
    (part, index) =>
      part
        .mul(part)
        .mul(draw(part.shape, 20 + index))
        .sum() as Tensor,
  );
  return curved.reduce((total, part) => total.add(part) as Tensor);
}

function leavesOf({ inputs }: Example): Tensor[] {
  return inputs.map((input, index) => {
    const tensor = inputTensor(input, index);
    tensor.requiresGrad = tensor.dtype === 'float32';
    return tensor;
  });
}

/** The gradient of <gradient, direction>: the hessian times a direction. Absent where no gradient is curved. */
function curvature(given: Example, seed: number): { along: Tensor[]; product: (Tensor | undefined)[] } {
  const leaves = leavesOf(given);
  const wanted = leaves.filter(({ requiresGrad }) => requiresGrad);
  const along = wanted.map(({ shape }, index) => draw(shape, seed + index));
  const slopes = gradientsOf(lossOf([given.run(...leaves)].flat()), wanted, undefined, { createGraph: true });
  const terms = slopes.flatMap((slope, index) =>
    slope?.requiresGrad ? [slope.mul(along[index]!).sum() as Tensor] : [],
  );
  if (terms.length === 0) return { along, product: wanted.map(() => undefined) };
  const slope = terms.reduce((total, term) => total.add(term) as Tensor);
  return { along, product: gradientsOf(slope, wanted) };
}

const total = (directions: readonly Tensor[], product: readonly (Tensor | undefined)[]): number =>
  product.reduce((sum, part, index) => sum + (part === undefined ? 0 : inner(part, directions[index]!)), 0);

describe('every order of differentiation gives the same: <u, H v> = <v, H u>', () => {
  beforeAll(() => setEngine('simd'));

  test.each(differentiable)('%s', (_, opCase) => {
    for (const given of small(opCase)) {
      scope(() => {
        const [first, second] = [curvature(given, 100), curvature(given, 200)];
        const [there, back] = [total(second.along, first.product), total(first.along, second.product)];
        const size = Math.max(1, Math.abs(there), Math.abs(back));
        expect(Math.abs(there - back) / size, `${there} and ${back}`).toBeLessThan(2e-3);
      });
    }
  });
});
