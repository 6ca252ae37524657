import { noGrad, Tensor } from '@sonograd/tensor';
import type { Module } from '../module/module.ts';
import { type ForwardEvent, observeForward } from '../module/observe.ts';

/** The loss, a gradient or a weight is infinite or not a number. */
export class NonFiniteError extends Error {
  override readonly name = 'NonFiniteError';

  constructor(
    message: string,
    /** The first layer whose output is not finite, by its name in the model. */
    readonly layer?: string,
  ) {
    super(message);
  }
}

/** Runs the forward pass of a bad loss again and looks where it goes wrong first. */
export function explainLoss(
  model: Module,
  batch: object,
  forward: () => Tensor,
  step: number,
): NonFiniteError {
  let first: { readonly name: string; readonly text: string } | undefined;
  const stop = observeForward(model, (event) => {
    // Described at once: what the layer was given may be gone when the pass is over.
    if (first === undefined && !allFinite(event.output)) first = { name: event.name, text: describe(event) };
  });
  try {
    const loss = noGrad(() => forward().item());
    const field = Object.entries(batch).find(([, value]) => !allFinite(value));
    const found = first?.text ?? 'the output of every layer is finite';
    const cause = field === undefined ? found : `the batch is not finite in ${field[0]}`;
    return new NonFiniteError(`Trainer: the loss is ${loss} at step ${step}; ${cause}`, first?.name);
  } finally {
    stop();
  }
}

function describe({ name, module, input }: ForwardEvent): string {
  const weights = module.namedParameters().filter(([, weight]) => !allFinite(weight));
  const cause =
    weights.length > 0
      ? `its ${weights.map(([own]) => own).join(', ')} is not finite`
      : `its weights are finite, its input ${allFinite(input) ? 'as well' : 'is not'}`;
  const label = name === '' ? 'the model' : name;
  return `the first layer whose output is not finite is ${label}, ${module.constructor.name}: ${cause}`;
}

/** Refuses to go on with weights that are not finite: no checkpoint shall hold them. */
export function requireFiniteWeights(model: Module, step: number): void {
  const bad = model.namedTensors().find(([, tensor]) => !allFinite(tensor));
  if (bad !== undefined) {
    throw new NonFiniteError(`Trainer: the weights are not finite after step ${step}, first in ${bad[0]}`);
  }
}

/** Names the first parameter with a bad gradient. */
export function explainGradients(model: Module, norm: number, step: number): NonFiniteError {
  const bad = model.namedParameters().find(([, { grad }]) => grad !== null && !allFinite(grad));
  return new NonFiniteError(
    `Trainer: the norm of the gradients is ${norm} at step ${step}, the first that is not finite is of ${bad?.[0]}`,
  );
}

/** Whether all tensors in a value, at any depth of lists and objects, hold finite numbers. */
function allFinite(value: unknown): boolean {
  if (value instanceof Tensor) return value.dtype !== 'float32' || finite(value.data as Float32Array);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true;
  return Object.values(value).every(allFinite);
}

/** A sum of magnitudes is finite if and only if all of them are: float64 cannot overflow from so few float32. */
function finite(data: Float32Array): boolean {
  let sum = 0;
  for (let index = 0; index < data.length; index++) sum += Math.abs(data[index]!);
  return Number.isFinite(sum);
}
