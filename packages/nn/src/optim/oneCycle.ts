import { alongCosine, requirePositive, type Schedule } from './schedule.ts';

export interface OneCycleOptions {
  /** The highest rate. */
  readonly rate: number;
  readonly totalSteps: number;
  /** The share of the steps in which the rate rises. */
  readonly pctStart?: number;
  /** The first rate is the highest divided by this. */
  readonly divFactor?: number;
  /** The last rate is the first divided by this. */
  readonly finalDivFactor?: number;
  readonly annealStrategy?: 'cos' | 'linear';
  /** Down to the first rate as fast as it rose, and only then to the last. */
  readonly threePhase?: boolean;
}

/** A stretch of steps in which the rate goes from one value to another. */
interface Phase {
  readonly lastStep: number;
  readonly from: number;
  readonly to: number;
}

/** Up to the highest rate and far down again (Smith and Topin, 2018). */
export function oneCycle(options: OneCycleOptions): Schedule {
  requirePositive('oneCycle', 'totalSteps', options.totalSteps);
  const phases = phasesOf(options);
  const anneal = options.annealStrategy === 'linear' ? alongLine : alongCosine;
  return {
    rateAt(at) {
      const step = Math.min(at, options.totalSteps - 1);
      const index = phases.findIndex(({ lastStep }) => step <= lastStep);
      const { lastStep, from, to } = phases[index]!;
      const start = phases[index - 1]?.lastStep ?? 0;
      return lastStep > start ? anneal(from, to, (step - start) / (lastStep - start)) : to;
    },
  };
}

function phasesOf(options: OneCycleOptions): Phase[] {
  const { rate: top, totalSteps, pctStart = 0.3, divFactor = 25, finalDivFactor = 1e4, threePhase } = options;
  const first = top / divFactor;
  const last = first / finalDivFactor;
  const risen = pctStart * totalSteps - 1;
  const up = { lastStep: risen, from: first, to: top };
  const end = totalSteps - 1;
  if (threePhase !== true) return [up, { lastStep: end, from: top, to: last }];
  return [up, { lastStep: 2 * risen, from: top, to: first }, { lastStep: end, from: first, to: last }];
}

function alongLine(start: number, end: number, progress: number): number {
  return start + (end - start) * progress;
}
