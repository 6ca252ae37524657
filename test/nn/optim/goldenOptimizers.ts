import {
  type AdamOptions,
  adam,
  adamW,
  addMomentum,
  chain,
  clipByNorm,
  clipByValue,
  clipGradients,
  decayWeights,
  type Optimizer,
  optimizer,
  type RmspropOptions,
  rmsprop,
  type SgdOptions,
  scaleByAdam,
  scaleByRate,
  scaleByRms,
  sgd,
  type Transform,
} from '@sonograd/nn';
import type { Tensor } from '@sonograd/tensor';
import { type OptimizerCase, steppedInput } from '../../golden/cases.ts';
import { difference, type Resolved } from '../../golden/readGolden.ts';
import { inputTensor } from '../../tensor/goldenOps.ts';

export type GoldenCase = Resolved<OptimizerCase>;
/** Hands on what it gets. */
export const idle: Transform = { slots: [], apply: (updates) => updates };

type Make = (parameters: Tensor[], options: unknown) => Optimizer;

// Golden files name optimizers and their options as data, so that types cannot follow.
export const makers = { adam, adamW, rmsprop, sgd } as unknown as Record<string, Make>;

/** The four optimizers spelled out in links, for plain options; clipping as a link of its own. */
export const spelledOut: Record<string, (options: never) => Parameters<typeof chain>> = {
  adam: ({ rate, weightDecay = 0, ...scaling }: AdamOptions) => [
    decayWeights(weightDecay),
    scaleByAdam(scaling),
    scaleByRate(rate),
  ],
  adamW: ({ rate, weightDecay = 0.01, ...scaling }: AdamOptions) => [
    scaleByAdam(scaling),
    decayWeights(weightDecay),
    scaleByRate(rate),
  ],
  rmsprop: ({ rate, weightDecay = 0, momentum = 0, ...scaling }: RmspropOptions) => [
    decayWeights(weightDecay),
    scaleByRms(scaling),
    addMomentum(momentum),
    scaleByRate(rate),
  ],
  sgd: ({ rate, weightDecay = 0, momentum = 0, ...motion }: SgdOptions) => [
    decayWeights(weightDecay),
    addMomentum(momentum, motion),
    scaleByRate(rate),
  ],
};

/** Runs a case as a user would write it, and says where it leaves PyTorch's trajectory. */
export function leavesTrajectory(name: string, golden: GoldenCase): string[] {
  const parameters = golden.parameters.map((input) => inputTensor(input) as Tensor);
  const groups = golden.groups?.map((group) => ({
    ...group.options,
    parameters: group.parameters.map((index) => parameters[index]!),
  }));
  const options = groups === undefined ? golden.options : { ...golden.options, groups };
  const made = makers[name]!(parameters, options);
  return compareSteps(golden, parameters, () => {
    if (golden.clip !== undefined) clipGradients(parameters, golden.clip);
    made.step();
  });
}

/** The same with every link of the chain spelled out; a link that does nothing keeps it from being fused. */
export function chainLeavesTrajectory(name: string, golden: GoldenCase): string[] {
  const parameters = golden.parameters.map((input) => inputTensor(input) as Tensor);
  const { norm, value } = golden.clip ?? {};
  const made = optimizer(
    parameters,
    chain(
      idle,
      ...(norm === undefined ? [] : [clipByNorm(norm)]),
      ...(value === undefined ? [] : [clipByValue(value)]),
      ...spelledOut[name]!(golden.options as never),
    ),
  );
  return compareSteps(golden, parameters, () => made.step());
}

function compareSteps(golden: GoldenCase, parameters: Tensor[], step: () => void): string[] {
  const problems: string[] = [];
  for (let at = 0; at < golden.steps; at++) {
    setGradients(golden, parameters, at);
    step();
    golden.after[String(at + 1)]?.forEach((expected, index) => {
      const problem = difference(parameters[index]!, expected, golden.tolerance);
      if (problem !== undefined) problems.push(`parameter ${index} after step ${at + 1}: ${problem}`);
    });
  }
  return problems;
}

/** The gradients that PyTorch's optimizer was given at this step. */
export function setGradients(golden: GoldenCase, parameters: readonly Tensor[], step: number): void {
  parameters.forEach((parameter, index) => {
    parameter.grad?.dispose();
    const { gradientSeed, gradientRange } = golden;
    parameter.grad = inputTensor(
      steppedInput([...parameter.shape], gradientSeed, gradientRange as [number, number], index, step),
    ) as Tensor;
  });
}
