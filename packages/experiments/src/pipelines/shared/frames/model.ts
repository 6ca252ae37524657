import {
  buffer,
  type Dataset,
  Linear,
  loadStateDict,
  Module,
  ReLU,
  Sequential,
  type StateDict,
} from '@sonograd/nn';
import { ones, type RandomKey, type Tensor } from '@sonograd/tensor';
import type { Labelled } from '../labelled.ts';
import { Standardise } from '../standardise.ts';
import { type CodeActivation, PairCoder } from './coder.ts';
import { meanCodes, tallyCandidates } from './recursion.ts';
import type { Utterance } from './utterances.ts';
import type { Candidate, WalkOptions } from './walk.ts';

export interface FrameModelOptions {
  readonly bands: number;
  readonly activation: CodeActivation;
  readonly candidates: readonly Candidate[];
  readonly hidden: number;
  readonly key: RandomKey;
}

/** Utterances pressed frame by frame into codes of one frame's width; their mean names the digit. */
export class FrameModel extends Module {
  readonly coder: PairCoder;
  /** For each candidate; ones as long as errors are compared as they are. */
  readonly usualErrors: Tensor;
  readonly standardise: Standardise;
  readonly classifier: Sequential<[Linear<number, number>, ReLU, Linear<number, 10>]>;
  readonly #candidates: readonly Candidate[];

  constructor({ bands, activation, candidates, hidden, key }: FrameModelOptions) {
    super();
    this.#candidates = candidates;
    this.coder = new PairCoder({ bands, activation, key });
    this.usualErrors = buffer(ones([candidates.length]) as Tensor);
    this.standardise = new Standardise(bands);
    this.classifier = new Sequential(
      new Linear(bands, hidden, { key }),
      new ReLU(),
      new Linear(hidden, 10, { key }),
    );
  }

  /** How this model walks over utterances. */
  get walking(): WalkOptions {
    return { candidates: this.#candidates, usualErrors: this.usualErrors.data.slice() };
  }

  /** Utterances to the mean of their codes. */
  embed(utterances: readonly Utterance[]): Float32Array[] {
    return meanCodes(this.coder, utterances, this.walking);
  }

  /** Mean codes [clips, bands] to logits [clips, 10]. */
  forward(codes: Tensor): Tensor {
    return this.shown(codes, this.classifier.forward(this.standardise.forward(codes)) as Tensor);
  }

  /**
   * Takes what each candidate's error usually is. Which codes come about depends on the choices, and those on what is
   * usual: three rounds are enough for the two to agree.
   */
  measureUsualErrors(clips: Dataset<Labelled>): void {
    for (let round = 0; round < 3; round++) {
      this.usualErrors.data.set(
        tallyCandidates(this.coder, clips, this.walking).map(({ meanError }) => meanError || 1),
      );
    }
  }
}

/** A model of the size that its weights have, in use. */
export function loadFrameModel(state: StateDict, make: (bands: number) => FrameModel): FrameModel {
  const model = make(state.get('standardise.mean')?.shape[0] ?? 1);
  loadStateDict(model, state);
  return model.eval();
}
