import { noGrad, Tensor } from '@sonograd/tensor';
import type { BatchSource } from '../data/loader.ts';
import { RunningAverage } from '../metrics/average.ts';
import type { Module } from '../module/module.ts';

/** A metric that is the mean over all rows, computed batch by batch. */
export type RowMetric<M, Batch> = (model: M, batch: Batch) => number;

/** A metric of all batches together, such as an equal error rate. */
export interface WholeMetric<M, Batch, Part> {
  /** What the metric needs to remember of a batch; no tensors, for they end with it. */
  collect(model: M, batch: Batch): Part;
  over(parts: readonly Part[]): number;
}

export type Metric<M, Batch> = RowMetric<M, Batch> | WholeMetric<M, Batch, unknown>;
export type Metrics<M, Batch> = Readonly<Record<string, Metric<M, Batch>>>;

/** Lets the compiler carry the type of the parts from `collect` to `over`. */
export function wholeMetric<M, Batch, Part>(
  metric: WholeMetric<M, Batch, Part>,
): WholeMetric<M, Batch, unknown> {
  return { collect: metric.collect, over: (parts) => metric.over(parts as readonly Part[]) };
}

/** One pass over a source, with the model as it is in use; afterwards its modules learn or not as they did before. */
export async function evaluate<M extends Module, Batch>(
  model: M,
  source: BatchSource<Batch>,
  metrics: Metrics<M, Batch>,
): Promise<Record<string, number>> {
  const learning = model.namedModules().filter(([, module]) => module.training);
  const gathered = Object.entries(metrics).map(([name, metric]) => ({ name, ...gatherer(metric) }));
  model.eval();
  try {
    for await (const assemble of source.prepared()) {
      noGrad(() => {
        const batch = assemble();
        for (const { take } of gathered) take(model, batch);
      });
    }
  } finally {
    for (const [, module] of learning) module.training = true;
  }
  return Object.fromEntries(gathered.map(({ name, result }) => [name, result()]));
}

function gatherer<M, Batch>(metric: Metric<M, Batch>) {
  return typeof metric === 'function' ? meanOverRows(metric) : overParts(metric);
}

function meanOverRows<M, Batch>(metric: RowMetric<M, Batch>) {
  const mean = new RunningAverage();
  return {
    take(model: M, batch: Batch): void {
      mean.add(metric(model, batch), rowsOf(batch));
    },
    result: () => mean.value,
  };
}

function overParts<M, Batch>(metric: WholeMetric<M, Batch, unknown>) {
  const parts: unknown[] = [];
  return {
    take(model: M, batch: Batch): void {
      parts.push(metric.collect(model, batch));
    },
    result: () => metric.over(parts),
  };
}

/** The first axis of a batch's first tensor. */
function rowsOf(batch: unknown): number {
  const values = typeof batch === 'object' && batch !== null ? Object.values(batch) : [];
  const first = values.find((value) => value instanceof Tensor) as Tensor | undefined;
  return first?.shape[0] ?? 1;
}
