/** One step of the optimizer. */
export interface StepRecord {
  readonly step: number;
  readonly epoch: number;
  /** The mean loss of the step's batches, before the step. */
  readonly loss: number;
  readonly rate: number;
}

/** One epoch, by the mean loss of its steps. */
export interface EpochRecord {
  readonly epoch: number;
  readonly loss: number;
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

  /** The mean loss of all steps after the given one, such as those of an epoch. */
  meanLoss(afterStep: number): number {
    const first = this.steps.step.lastIndexOf(afterStep) + 1;
    const losses = this.steps.loss.slice(first);
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
