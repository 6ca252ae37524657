import type { Module } from '../module/module.ts';
import { type Statistics, statisticsOf } from './statistics.ts';

export interface ParameterStatistics {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Statistics;
  /** Absent before the first `backward`. */
  readonly gradient: Statistics | undefined;
}

/** What the parameters and their gradients are like at this moment. */
export function parameterStatistics(model: Module, bins = 16): ParameterStatistics[] {
  return model.namedParameters().map(([name, { shape, data, grad }]) => ({
    name,
    shape,
    values: statisticsOf(data, shape[0] ?? 1, bins),
    gradient: grad === null ? undefined : statisticsOf(grad.data, shape[0] ?? 1, bins),
  }));
}
