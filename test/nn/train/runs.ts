import {
  adam,
  adamW,
  BatchNorm1d,
  type BatchOf,
  cosine,
  crossEntropy,
  DataLoader,
  Dropout,
  ema,
  type FitOptions,
  Linear,
  type Optimizer,
  oneCycle,
  type RowsOf,
  reduceOnPlateau,
  rmsprop,
  Sequential,
  sgd,
  stateDict,
  step,
  Tanh,
  Trainer,
  type TrainerOptions,
  tensorDataset,
} from '@sonograd/nn';
import { fromArray, randn, randomIntegers, randomKey, type Tensor } from '@sonograd/tensor';

/** Rows of noise whose label is the place of the largest of their first three numbers. */
export function toyData(rows: number, seed = 1) {
  const x = randn([rows, 6], { key: randomKey(seed) });
  const labels = Int32Array.from({ length: rows }, (_, row) => {
    const own = [...x.data.subarray(6 * row, 6 * row + 3)];
    return own.indexOf(Math.max(...own));
  });
  return tensorDataset({ x, y: fromArray(labels, [rows]) });
}

export type ToyBatch = BatchOf<RowsOf<{ x: Tensor<[number, 6]>; y: Tensor<[number], 'int32'> }>>;

/** Dropout and batch statistics: everything that has a state of its own. */
export function toyModel(dropout = 0.3) {
  const key = randomKey(2);
  return new Sequential(
    new Linear(6, 16, { key }),
    new BatchNorm1d(16),
    new Tanh(),
    new Dropout(dropout, { key }),
    new Linear(16, 3, { key }),
  );
}

export type ToyModel = ReturnType<typeof toyModel>;

/** Each optimizer with a schedule of another kind. */
export const optimizers: Record<string, (model: ToyModel) => Optimizer> = {
  adam: (model) => adam(model, { rate: cosine({ rate: 0.02, totalSteps: 40, warmUpSteps: 5 }) }),
  'adam with amsgrad': (model) => adam(model, { rate: 0.01, amsgrad: true, weightDecay: 0.01 }),
  adamW: (model) => adamW(model, { rate: oneCycle({ rate: 0.02, totalSteps: 40 }) }),
  sgd: (model) => sgd(model, { rate: step({ rate: 0.1, stepSize: 6 }), momentum: 0.9, nesterov: true }),
  rmsprop: (model) => rmsprop(model, { rate: 0.003, momentum: 0.5, centered: true }),
  plateau: (model) => adam(model, { rate: reduceOnPlateau({ rate: 0.05, patience: 1, factor: 0.5 }) }),
  groups: (model) =>
    adamW(model, { rate: 0.01, groups: [{ parameters: (name) => name.endsWith('bias'), weightDecay: 0 }] }),
};

export type ToyOptions = Partial<TrainerOptions<ToyModel, ToyBatch>> & {
  readonly optimizer: Optimizer;
  readonly model: ToyModel;
};

export function toyTrainer(options: ToyOptions): Trainer<ToyModel, ToyBatch> {
  return new Trainer<ToyModel, ToyBatch>({
    loss: (model, { x, y }) => crossEntropy(model.forward(x), y),
    ...options,
  });
}

export interface Setting {
  readonly optimizer?: keyof typeof optimizers;
  readonly accumulate?: number;
  readonly averaged?: boolean;
  /** Validates on batches that come in another order each time. */
  readonly shuffledHeld?: boolean;
  readonly fit?: Partial<FitOptions<ToyModel, ToyBatch, { x: Tensor; y: Tensor<[], 'int32'> }>>;
  readonly trainer?: Partial<TrainerOptions<ToyModel, ToyBatch>>;
}

/** Makes everything anew, as another process would, and trains: the result as plain data. */
export async function train({ optimizer = 'adam', accumulate = 1, averaged, ...setting }: Setting) {
  const model = toyModel();
  const average = averaged === true ? { average: ema(model, { decay: 0.9 }) } : {};
  const made = toyTrainer({
    model,
    optimizer: optimizers[optimizer]!(model),
    accumulate,
    ...average,
    ...setting.trainer,
  });
  const loader = new DataLoader(toyData(50), { batchSize: 8, key: randomKey(3) });
  const held = new DataLoader(toyData(20, 9), { batchSize: 3, key: randomKey(4) });
  const { ending, history } = await made.fit(loader, {
    epochs: 4,
    ...(setting.shuffledHeld === true && { validate: { with: held } }),
    ...setting.fit,
  });
  return {
    ending,
    steps: history.steps,
    validations: history.validations,
    state: stateDict(model),
    average: average.average?.state(),
  };
}

export function randomNumbers(count: number, low: number, high: number, seed: number): number[] {
  return [...randomIntegers(new Int32Array(count), randomKey(seed), low, high)];
}
