/** One step of the optimizer. */
export interface StepRecord {
  readonly step: number;
  readonly epoch: number;
  /** The mean loss of the step's batches, before the step. */
  readonly loss: number;
  readonly rate: number;
}

/** One look at the held-out data: `loss`, and what other metrics were asked for. */
export type ValidationRecord = Readonly<Record<string, number>> & {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
};

/** The columns of all steps: what plots want, and what files hold in few bytes. */
export interface StepColumns {
  readonly step: number[];
  readonly epoch: number[];
  readonly loss: number[];
  readonly rate: number[];
}

/** What happened, as plain data. */
export class History {
  readonly steps: StepColumns = { step: [], epoch: [], loss: [], rate: [] };
  readonly validations: ValidationRecord[] = [];

  /** Losses and rates are kept in single precision, as the kernels see them. */
  add({ step, epoch, loss, rate }: StepRecord): void {
    this.steps.step.push(step);
    this.steps.epoch.push(epoch);
    this.steps.loss.push(Math.fround(loss));
    this.steps.rate.push(Math.fround(rate));
  }

  /** The mean loss of an epoch's steps so far. */
  meanLoss(epoch: number): number {
    const { epoch: epochs, loss } = this.steps;
    const first = epochs.indexOf(epoch);
    if (first < 0) return Number.NaN;
    const losses = loss.slice(first, epochs.lastIndexOf(epoch) + 1);
    return losses.reduce((sum, value) => sum + value, 0) / losses.length;
  }

  /** Puts another history in place of this one. */
  restore(steps: StepColumns, validations: readonly ValidationRecord[]): void {
    for (const name of ['step', 'epoch', 'loss', 'rate'] as const) {
      this.steps[name].splice(0, Infinity, ...steps[name]);
    }
    this.validations.splice(0, Infinity, ...validations);
  }
}
