import { type AnyTensor, registerHook, Tensor } from '@sonograd/tensor';
import type { Module } from '../module/module.ts';
import { observeForward } from '../module/observe.ts';
import { type Statistics, sparkline, statisticsOf } from './statistics.ts';
import { table } from './table.ts';

export interface LayerStatistics {
  readonly name: string;
  readonly layer: string;
  readonly output: Statistics;
  /** Of the loss by the output; there once `backward` has come by. */
  gradient: Statistics | undefined;
}

export interface WatchOptions {
  /** Bars of each histogram. */
  readonly bins?: number;
}

/**
 * Looks at what every layer puts out and at the gradient that comes back to it, until `stop`. Costs a pass over each
 * output and each gradient; `layers` holds those of the latest forward pass.
 */
export class LayerWatch {
  readonly #layers = new Map<string, LayerStatistics>();
  readonly #stop: () => void;

  constructor(model: Module, { bins = 16 }: WatchOptions = {}) {
    let seen = new WeakSet<object>();
    this.#stop = observeForward(model, ({ name, module, output }) => {
      const tensor = firstTensor(output);
      // A container puts out what its last layer did; that one has been here already.
      if (tensor !== undefined && !seen.has(tensor)) {
        seen.add(tensor);
        this.#layers.set(name, observed(name, module, tensor, bins));
      }
      if (module === model) seen = new WeakSet();
    });
  }

  get layers(): readonly LayerStatistics[] {
    return [...this.#layers.values()];
  }

  stop(): void {
    this.#stop();
  }

  toString(): string {
    const head = ['layer', 'mean', 'deviation', 'dead', 'outputs', 'gradient deviation', 'gradients'];
    const rows = this.layers.map(({ name, layer, output, gradient }) => [
      `${name} ${layer}`,
      output.mean,
      output.deviation,
      output.deadShare,
      sparkline(output.histogram),
      gradient?.deviation ?? '-',
      gradient === undefined ? '-' : sparkline(gradient.histogram),
    ]);
    return table(head, rows);
  }
}

export function watchLayers(model: Module, options?: WatchOptions): LayerWatch {
  return new LayerWatch(model, options);
}

function observed(name: string, module: Module, tensor: Tensor, bins: number): LayerStatistics {
  const result: LayerStatistics = {
    name,
    layer: module.constructor.name,
    output: statistics(tensor, bins),
    gradient: undefined,
  };
  if (tensor.requiresGrad) {
    registerHook(tensor, (dOut) => {
      result.gradient = statistics(dOut, bins);
      return undefined;
    });
  }
  return result;
}

function statistics(tensor: AnyTensor, bins: number): Statistics {
  return statisticsOf(Float32Array.from(tensor.data), tensor.shape[0] ?? 1, bins);
}

function firstTensor(output: unknown): Tensor | undefined {
  if (output instanceof Tensor) return output;
  if (typeof output !== 'object' || output === null) return undefined;
  return Object.values(output).find((part): part is Tensor => part instanceof Tensor);
}
