import * as sonograd from '@sonograd/tensor';

import { type OpIndex, placeInputs, showCall } from '../golden/cases.ts';
import { generate, type Input } from '../golden/formulas.ts';
import { difference, type Expected, readGolden } from '../golden/readGolden.ts';
import { turned } from './goldenSigns.ts';

type AnyTensor = sonograd.Tensor<readonly number[], 'float32' | 'int32' | 'bool'>;
type FloatTensor = sonograd.Tensor<readonly number[]>;

// Golden files name ops and their arguments as data, so that types cannot follow.
const ops = sonograd as unknown as Record<string, ((...call: unknown[]) => unknown) | undefined>;

export type GoldenFile = ReturnType<typeof readOp>;
type GoldenCase = GoldenFile['cases'][number];

export function readOp(folder: string, name: string) {
  return readGolden<OpIndex>(folder, name);
}

/** Every case that is not as PyTorch has it, in words: `sum([3, 65], -1): gradient of input 0: 1, not 2, at 7`. */
export function failures({ op, cases }: GoldenFile): string[] {
  return cases.flatMap((golden) => {
    const title = `${op}(${showCall(golden.call, golden.inputs)})`;
    try {
      return sonograd.scope(() => runCase(op, golden)).map((problem) => `${title}: ${problem}`);
    } catch (error) {
      return [`${title}: threw ${error instanceof Error ? error.message : String(error)}`];
    }
  });
}

function runCase(op: string, golden: GoldenCase): string[] {
  const { tolerance, outputs, gradients = [], after = [] } = golden;
  const inputs = golden.inputs.map(inputTensor);
  const fields = turned(op, callOp(op, golden.call, inputs));
  const received = outputs.map(
    ({ field }) => (field === undefined ? fields : member(fields, field)) as AnyTensor,
  );
  const problems = outputs.map((output, k) =>
    report(`output ${output.field ?? ''}`, received[k], output, tolerance),
  );
  if (gradients.length > 0) {
    backwardAll(received, golden);
    for (const gradient of gradients) {
      const { grad } = inputs[gradient.input] as AnyTensor;
      problems.push(report(`gradient of input ${gradient.input}`, grad, gradient, tolerance));
    }
  }
  for (const changed of after) {
    problems.push(report(`input ${changed.input} afterwards`, inputs[changed.input], changed, tolerance));
  }
  return problems.filter((problem) => problem !== undefined);
}

function callOp(op: string, call: unknown[], inputs: AnyTensor[]): unknown {
  const run = ops[op];
  if (run === undefined) throw new Error(`@sonograd/tensor does not export ${op}`);
  return run(...(placeInputs(call, inputs) as unknown[]));
}

/** One output gets its gradient directly; several are weighed into one loss. */
function backwardAll(received: AnyTensor[], { outputs }: GoldenCase): void {
  const weights = outputs.map(({ dOut }) =>
    dOut === undefined ? undefined : (inputTensor(dOut) as FloatTensor),
  );
  const [only, dOut] = [received[0] as FloatTensor, weights[0]];
  if (weights.length === 1 && dOut !== undefined) {
    only.backward(dOut);
    return;
  }
  const parts = weights.flatMap((weight, k) =>
    weight === undefined
      ? []
      : [sonograd.sum(sonograd.mul(received[k] as FloatTensor, weight)) as FloatTensor],
  );
  parts.reduce((total, part) => sonograd.add(total, part) as FloatTensor).backward();
}

export function inputTensor(input: Input): AnyTensor {
  return sonograd.fromArray(generate(input), input.shape, { requiresGrad: input.grad ?? false }) as AnyTensor;
}

function member(fields: unknown, field: string | number): unknown {
  return (fields as Record<string | number, unknown>)[field];
}

function report(
  what: string,
  received: AnyTensor | null | undefined,
  expected: Expected,
  tolerance: number,
): string | undefined {
  if (received === null || received === undefined) return `${what}: there is none`;
  const problem = difference(received, expected, tolerance);
  return problem === undefined ? undefined : `${what}: ${problem}`;
}
