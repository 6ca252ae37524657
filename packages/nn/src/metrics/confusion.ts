import { requireLabels } from './classification.ts';

/** How well one class is found. */
export interface ClassScores {
  /** Of what was called so, the share that is. 0 where nothing was. */
  readonly precision: number;
  /** Of what is so, the share that was called so. 0 where nothing is. */
  readonly recall: number;
  /** The harmonic mean of both. */
  readonly f1: number;
  /** How many there are. */
  readonly support: number;
}

/** Counts who was taken for whom: rows are true classes, columns are predicted ones. */
export class ConfusionMatrix {
  readonly #counts: Float64Array;

  constructor(readonly classes: number) {
    if (!Number.isInteger(classes) || classes < 1) {
      throw new RangeError(`ConfusionMatrix: classes must be a whole number of at least 1, got ${classes}`);
    }
    this.#counts = new Float64Array(classes * classes);
  }

  /** Adds a batch. */
  add(predicted: ArrayLike<number>, labels: ArrayLike<number>): this {
    if (predicted.length !== labels.length) {
      throw new RangeError(
        `ConfusionMatrix: there must be a label for each prediction, got ${labels.length} for ${predicted.length}`,
      );
    }
    requireLabels('ConfusionMatrix', predicted, this.classes);
    requireLabels('ConfusionMatrix', labels, this.classes);
    for (let index = 0; index < labels.length; index++) {
      this.#counts[labels[index]! * this.classes + predicted[index]!]! += 1;
    }
    return this;
  }

  count(label: number, predicted: number): number {
    return this.#counts[label * this.classes + predicted] ?? 0;
  }

  /** The counts as rows, one for each true class. */
  toArray(): number[][] {
    return this.#all().map((label) => this.#all().map((predicted) => this.count(label, predicted)));
  }

  get total(): number {
    return sum(this.#counts);
  }

  get accuracy(): number {
    return ratio(sum(this.#all().map((label) => this.count(label, label))), this.total);
  }

  scoresOf(label: number): ClassScores {
    const hits = this.count(label, label);
    const support = sum(this.#all().map((predicted) => this.count(label, predicted)));
    const called = sum(this.#all().map((other) => this.count(other, label)));
    const [precision, recall] = [ratio(hits, called), ratio(hits, support)];
    return { precision, recall, f1: ratio(2 * hits, called + support), support };
  }

  perClass(): ClassScores[] {
    return this.#all().map((label) => this.scoresOf(label));
  }

  /** The mean over classes, each counting the same. */
  macro(): ClassScores {
    return this.#mean(() => 1);
  }

  /** The mean over classes, each counting as often as it is there. */
  weighted(): ClassScores {
    return this.#mean(({ support }) => support);
  }

  #mean(weightOf: (scores: ClassScores) => number): ClassScores {
    const scores = this.perClass();
    const weights = scores.map(weightOf);
    const over = (value: (scores: ClassScores) => number) =>
      ratio(sum(scores.map((own, index) => value(own) * weights[index]!)), sum(weights));
    return {
      precision: over(({ precision }) => precision),
      recall: over(({ recall }) => recall),
      f1: over(({ f1 }) => f1),
      support: this.total,
    };
  }

  #all(): number[] {
    return Array.from({ length: this.classes }, (_, index) => index);
  }
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) total += values[index]!;
  return total;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
