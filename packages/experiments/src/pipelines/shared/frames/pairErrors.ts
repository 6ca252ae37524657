import type { Dataset } from '@sonograd/nn';
import { fromArray, noGrad } from '@sonograd/tensor';
import type { Labelled } from '../labelled.ts';
import type { FrameModel } from './model.ts';
import { neighbouringFrames } from './recursion.ts';
import { type Utterance, utterancesOf } from './utterances.ts';
import { walk } from './walk.ts';

export interface PairErrors {
  /** Of neighbouring frames. */
  readonly testMse: number;
  /** Of the pairs whose codes make up the utterances. */
  readonly visitedMse: number;
  /** Of neighbouring frames, if their mean stood for all of them: what a coder must beat. */
  readonly meanPairMse: number;
}

/** Mean squared errors over all pairs of some clips. */
export function pairErrors(model: FrameModel, clips: Dataset<Labelled>): PairErrors {
  const [frames, visited] = [new Mean(), new Mean()];
  const spread = new Spread(2 * model.coder.bands);
  for (const utterances of utterancesOf(clips)) {
    for (const pairs of neighbouringFrames(utterances, model.coder.bands)) {
      frames.add(errorsOf(model, pairs));
      spread.add(pairs);
    }
    visited.add(chosenErrors(model, utterances));
  }
  return { testMse: frames.value, visitedMse: visited.value, meanPairMse: spread.value };
}

function errorsOf({ coder }: FrameModel, pairs: Float32Array): Float32Array {
  const width = 2 * coder.bands;
  return noGrad(() => coder.press(fromArray(pairs, [pairs.length / width, width])).errors);
}

function chosenErrors({ coder, walking }: FrameModel, utterances: readonly Utterance[]): number[] {
  return Array.from(walk(coder, utterances, walking), ({ errors, chosen }) =>
    Array.from(chosen, (kind, row) => errors[kind * chosen.length + row]!),
  ).flat();
}

class Mean {
  private sum = 0;
  private count = 0;

  add(values: ArrayLike<number>): void {
    for (let at = 0; at < values.length; at++) this.sum += values[at]!;
    this.count += values.length;
  }

  get value(): number {
    return this.sum / Math.max(1, this.count);
  }
}

/** How far rows of some width are from their mean. */
class Spread {
  private readonly sum: Float64Array;
  private readonly squares: Float64Array;
  private count = 0;

  constructor(private readonly width: number) {
    this.sum = new Float64Array(width);
    this.squares = new Float64Array(width);
  }

  add(rows: Float32Array): void {
    for (let at = 0; at < rows.length; at++) {
      this.sum[at % this.width]! += rows[at]!;
      this.squares[at % this.width]! += rows[at]! ** 2;
    }
    this.count += rows.length / this.width;
  }

  get value(): number {
    const total = this.squares.reduce(
      (sum, squares, at) => sum + squares / this.count - (this.sum[at]! / this.count) ** 2,
      0,
    );
    return total / this.width;
  }
}
