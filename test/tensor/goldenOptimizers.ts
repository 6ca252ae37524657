import {
  adamStep,
  clipNorm,
  clipValue,
  fromArray,
  rmsPropStep,
  scope,
  sgdStep,
  type Tensor,
  zerosLike,
} from '@sonograd/tensor';
import { type OptimizerIndex, steppedInput } from '../golden/cases.ts';
import { generate, type Input } from '../golden/formulas.ts';
import { difference, readGolden } from '../golden/readGolden.ts';

type Golden = ReturnType<typeof readOptimizer>['cases'][number];
type Options = Readonly<Record<string, unknown>> & { readonly rate: number };

/** One group's state: what steps need beside the gradients. */
interface Group {
  readonly parameters: readonly Tensor[];
  readonly options: Options;
  readonly state: (name: string) => readonly Tensor[];
}

type Step = (group: Group, gradients: readonly Tensor[], step: number, gradientScale: number) => void;

/** PyTorch's optimizers as the fused steps of this package, by the names of the golden files. */
export const optimizers: Readonly<Record<string, Step>> = {
  adam: adamOf({}),
  adamW: adamOf({ decoupled: true, weightDecay: 0.01 }),
  sgd: ({ parameters, options, state }, gradients, step, gradientScale) => {
    const velocities = state('velocity');
    sgdStep({ parameters, gradients, velocities }, { ...options, step, gradientScale });
  },
  rmsprop: ({ parameters, options, state }, gradients, _, gradientScale) => {
    const means = options.centered === true ? { means: state('mean') } : {};
    const lists = { parameters, gradients, squares: state('square'), velocities: state('velocity') };
    rmsPropStep({ ...lists, ...means }, { ...options, gradientScale });
  },
};

function adamOf(defaults: object): Step {
  return ({ parameters, options, state }, gradients, step, gradientScale) => {
    const largest = options.amsgrad === true ? { largest: state('largest') } : {};
    const lists = { parameters, gradients, means: state('mean'), squares: state('square') };
    adamStep({ ...lists, ...largest }, { ...defaults, ...options, step, gradientScale });
  };
}

export function readOptimizer(name: string) {
  return readGolden<OptimizerIndex>('nn/optimizers', name);
}

/** Takes the steps of a case; what is not as PyTorch has it, in words. */
export function optimizerFailures(name: string, golden: Golden): string[] {
  return scope(() => {
    const parameters = golden.parameters.map(tensorOf);
    const groups = groupsOf(golden, parameters);
    const problems: string[] = [];
    for (let step = 1; step <= golden.steps; step++) {
      scope(() => advance(name, golden, parameters, groups, step));
      golden.after[step]?.forEach((expected, index) => {
        const problem = difference(parameters[index]!, expected, golden.tolerance);
        if (problem !== undefined) problems.push(`parameter ${index} after step ${step}: ${problem}`);
      });
    }
    return problems;
  });
}

function advance(
  name: string,
  { gradientSeed, gradientRange, clip }: Golden,
  parameters: readonly Tensor[],
  groups: readonly Group[],
  step: number,
): void {
  const gradients = parameters.map(({ shape }, index) =>
    tensorOf(steppedInput([...shape], gradientSeed, gradientRange as [number, number], index, step - 1)),
  );
  if (clip?.norm !== undefined) clipNorm(gradients, clip.norm);
  if (clip?.value !== undefined) clipValue(gradients, clip.value);
  // A power of two changes no bit on the way there and back.
  const quarter = gradients.map((gradient) => gradient.mul(0.25) as Tensor);
  for (const group of groups) {
    const own = group.parameters.map((parameter) => quarter[parameters.indexOf(parameter)]!);
    optimizers[name]!(group, own, step, 4);
  }
}

function groupsOf({ options, groups }: Golden, parameters: readonly Tensor[]): Group[] {
  const parts = groups ?? [{ parameters: parameters.map((_, index) => index), options: {} }];
  return parts.map(({ parameters: members, options: own }) => {
    const chosen = members.map((index) => parameters[index]!);
    const slots = new Map<string, readonly Tensor[]>();
    const state = (slot: string) => {
      const list = slots.get(slot) ?? chosen.map((parameter) => zerosLike(parameter));
      slots.set(slot, list);
      return list;
    };
    for (const slot of ['mean', 'square', 'largest', 'velocity']) state(slot);
    return { parameters: chosen, options: { ...options, ...own } as Options, state };
  });
}

function tensorOf(input: Input): Tensor {
  return fromArray(generate(input), input.shape) as Tensor;
}
