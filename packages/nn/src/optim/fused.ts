import { adamStep, globalNorm, rmsPropStep, sgdStep, type Tensor } from '@sonograd/tensor';
import { ClipByNorm, clippingFactor } from './clip.ts';
import { AddMomentum, DecayWeights, rateOf, ScaleByRate } from './links.ts';
import { ScaleByAdam, ScaleByRms } from './scaling.ts';
import { linksOf, type StepContext, type Transform } from './transform.ts';

/** A whole chain in one pass over the memory of all parameters; it moves them as well. */
export type FusedStep = (gradients: readonly Tensor[], context: StepContext) => void;

/** The links of a chain that one kernel can do together, in the order in which they must stand. */
interface Recipe {
  readonly clip: ClipByNorm | undefined;
  readonly penalty: DecayWeights | undefined;
  readonly scaling: ScaleByAdam | ScaleByRms | undefined;
  readonly decay: DecayWeights | undefined;
  readonly momentum: AddMomentum | undefined;
  readonly rate: ScaleByRate;
}

/** The kernel for a chain, if there is one: those of Adam, AdamW, SGD and RMSprop, clipped by norm or not. */
export function fuse(transform: Transform): FusedStep | undefined {
  const recipe = recipeOf(transform);
  if (recipe === undefined) return undefined;
  if (recipe.scaling instanceof ScaleByAdam) return fuseAdam(recipe, recipe.scaling);
  if (recipe.scaling instanceof ScaleByRms) return fuseRms(recipe, recipe.scaling);
  return fuseSgd(recipe);
}

function recipeOf(transform: Transform): Recipe | undefined {
  const links = [...linksOf(transform)];
  const take = <Link extends Transform>(kind: abstract new (...given: never[]) => Link): Link | undefined =>
    links[0] instanceof kind ? (links.shift() as Link) : undefined;
  const recipe = {
    clip: take(ClipByNorm),
    penalty: take(DecayWeights),
    scaling: take(ScaleByAdam) ?? take(ScaleByRms),
    decay: take(DecayWeights),
    momentum: take(AddMomentum),
    rate: take(ScaleByRate),
  };
  return recipe.rate === undefined || links.length > 0 ? undefined : { ...recipe, rate: recipe.rate };
}

function fuseAdam(recipe: Recipe, { betas, eps, amsgrad }: ScaleByAdam): FusedStep | undefined {
  const { penalty, decay, momentum } = recipe;
  if (momentum !== undefined || (penalty !== undefined && decay !== undefined)) return undefined;
  const shrinking = { weightDecay: (decay ?? penalty)?.share ?? 0, decoupled: decay !== undefined };
  return (gradients, { parameters, ages, step, slot }) => {
    const state = { parameters, gradients, means: slot('mean'), squares: slot('square') };
    adamStep(amsgrad ? { ...state, largest: slot('largest') } : state, {
      ...shared(recipe, gradients, step),
      ...shrinking,
      step: ages[0]! + 1,
      betas,
      eps,
    });
  };
}

function fuseRms(recipe: Recipe, { alpha, eps, centered }: ScaleByRms): FusedStep | undefined {
  const { penalty, decay, momentum: motion } = recipe;
  if (decay !== undefined || motion?.nesterov === true || (motion?.dampening ?? 0) !== 0) return undefined;
  return (gradients, { parameters, step, slot }) => {
    const state = {
      ...{ parameters, gradients, squares: slot('square') },
      ...(centered ? { means: slot('mean') } : {}),
      ...(motion === undefined ? {} : { velocities: slot('momentum') }),
    };
    const weightDecay = penalty?.share ?? 0;
    const momentum = motion?.momentum ?? 0;
    rmsPropStep(state, { ...shared(recipe, gradients, step), alpha, eps, momentum, weightDecay });
  };
}

function fuseSgd(recipe: Recipe): FusedStep | undefined {
  const { penalty, decay, momentum: motion } = recipe;
  if (decay !== undefined) return undefined;
  const { momentum = 0, dampening = 0, nesterov = false } = motion ?? {};
  return (gradients, { parameters, ages, step, slot }) => {
    const state = { parameters, gradients };
    sgdStep(motion === undefined ? state : { ...state, velocities: slot('momentum') }, {
      ...shared(recipe, gradients, step),
      ...{ momentum, dampening, nesterov },
      weightDecay: penalty?.share ?? 0,
      step: ages[0]! + 1,
    });
  };
}

function shared({ clip, rate }: Recipe, gradients: readonly Tensor[], step: number) {
  const gradientScale = clip === undefined ? 1 : clippingFactor(globalNorm(gradients), clip.limit);
  return { rate: rateOf(rate.rate, step), gradientScale };
}
