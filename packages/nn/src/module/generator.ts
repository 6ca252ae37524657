import { foldIn, type RandomKey } from '@sonograd/tensor';

/** Where a generator stands, as plain data for checkpoints. */
export interface GeneratorState {
  readonly high: number;
  readonly low: number;
  readonly calls: number;
}

/** The random stream of one layer: a key, and how often it was drawn from. Each draw gets a key of its own. */
export class Generator {
  #key: RandomKey;
  #calls = 0;

  constructor(key: RandomKey) {
    this.#key = key;
  }

  next(): RandomKey {
    this.#calls += 1;
    return foldIn(this.#key, this.#calls - 1);
  }

  get state(): GeneratorState {
    return { high: this.#key.high, low: this.#key.low, calls: this.#calls };
  }

  restore({ high, low, calls }: GeneratorState): void {
    this.#key = { high, low };
    this.#calls = calls;
  }
}
