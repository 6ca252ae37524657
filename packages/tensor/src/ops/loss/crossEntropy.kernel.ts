import { heap, kernelFamily } from '@sonograd/wasm';
import type { Layout } from '../../reduction/reduction.ts';
import type { AnyTensor } from '../../tensor.ts';
import { withFloats } from '../normalise/channels.ts';
import { blockColumns, gradientOfColumns, lossOfColumns } from './columns.kernel.ts';
import { gradientParameters, lossParameters } from './parameters.ts';
import { gradientOfRows, lossOfRows } from './rows.kernel.ts';
import type { Targets } from './targets.ts';

/** Elements of about 10 µs, exponentials and all. */
const grainElements = 8192;

const kernels = kernelFamily('crossEntropy', (family) => ({
  rows: family.kernel(lossParameters, lossOfRows),
  columns: family.kernel(lossParameters, lossOfColumns),
  rowsGradient: family.kernel(gradientParameters, gradientOfRows),
  columnsGradient: family.kernel(gradientParameters, gradientOfColumns),
}));

/** False where a label names no class. */
export function runLoss(
  [losses, largest, logarithms, counted]: readonly AnyTensor[],
  logits: AnyTensor,
  labels: AnyTensor,
  layout: Layout,
  targets: Targets,
): boolean {
  if (labels.size === 0) return true;
  return withClasses(layout.length, targets, (weights, wrong, numbers) => {
    const inputs = [logits.pointer, labels.pointer, weights, largest!.pointer, logarithms!.pointer] as const;
    const outputs = [losses!.pointer, counted!.pointer, wrong] as const;
    const { items, grain, by } = itemsOf(layout);
    kernels[by].run(items, [...outputs, ...inputs, layout.length, layout.inner, ...numbers], grain);
    return heap.i32(wrong, 1)[0] === 0;
  });
}

export function runGradient(
  dLogits: AnyTensor,
  [dOut, logits, labels, largest, logarithms]: readonly AnyTensor[],
  layout: Layout,
  targets: Targets,
): void {
  if (dLogits.size === 0) return;
  withClasses(layout.length, targets, (weights, _, numbers) => {
    const saved = [largest!.pointer, logarithms!.pointer] as const;
    const inputs = [dOut!.pointer, logits!.pointer, labels!.pointer, weights, ...saved] as const;
    const { items, grain, by } = itemsOf(layout);
    const values = [dLogits.pointer, ...inputs, layout.length, layout.inner, ...numbers] as const;
    kernels[`${by}Gradient`].run(items, values, grain);
  });
}

function itemsOf({ outer, length, inner }: Layout) {
  if (inner === 1) return { by: 'rows', items: outer, grain: Math.ceil(grainElements / length) } as const;
  const grain = Math.ceil(grainElements / (length * Math.min(inner, blockColumns)));
  return { by: 'columns', items: outer * Math.ceil(inner / blockColumns), grain } as const;
}

/** The classes' weights in the heap, a place for complaints, and the numbers that follow from the targets. */
function withClasses<Result>(
  classes: number,
  { ignoreIndex, labelSmoothing, weights }: Targets,
  body: (weights: number, wrong: number, numbers: readonly [number, number, number, number]) => Result,
): Result {
  return withFloats(2, classes, ([pointer, wrong], [view, complaint]) => {
    if (weights === undefined) view!.fill(1);
    else view!.set(weights);
    complaint!.fill(0);
    const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? classes;
    return body(pointer!, wrong!, [ignoreIndex, 1 - labelSmoothing, labelSmoothing / classes, total]);
  });
}
