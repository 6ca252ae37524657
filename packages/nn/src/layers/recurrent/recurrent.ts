import {
  type AnyTensor,
  concat,
  foldIn,
  fromArray,
  type RandomKey,
  type RecurrentWeights,
  type Shape,
  stack,
  Tensor,
} from '@sonograd/tensor';
import { uniformByFan } from '../../initialise/uniform.ts';
import { parameter, stateName } from '../../module/fields.ts';
import { Generator } from '../../module/generator.ts';
import { layerKey } from '../../module/keys.ts';
import { Module, type Named } from '../../module/module.ts';
import { showShape } from '../../module/shape.ts';
import { dropped, requireRate } from '../dropout.ts';

export interface RecurrentOptions {
  readonly numLayers?: number;
  readonly bias?: boolean;
  /** [batch, steps, features] instead of [steps, batch, features]. */
  readonly batchFirst?: boolean;
  /** What share of each layer's output the next one does not see. */
  readonly dropout?: number;
  readonly bidirectional?: boolean;
  readonly key?: RandomKey;
}

/** How many steps each row of a padded batch has. */
export type Lengths = readonly number[] | Tensor<readonly number[], 'int32'>;

/** The axes of x with the features of the output. */
export type Sequences<S extends Shape> = [S[0], S[1], number];

/** [layers · directions, batch, units]. */
export type LastStates = [number, number, number];

interface Direction {
  readonly suffix: string;
  readonly reverse: boolean;
  readonly weights: RecurrentWeights;
}

/** What one direction of one layer is asked. */
export interface DirectionCall {
  readonly reverse: boolean;
  readonly lengths: AnyTensor | undefined;
}

/** What the recurrent layers share: weights by PyTorch's names, layers above each other, both directions. */
export abstract class Recurrent extends Module {
  readonly batchFirst: boolean;
  readonly bidirectional: boolean;
  readonly dropout: number;
  readonly dropoutGenerator: Generator;
  private readonly stacked: readonly (readonly Direction[])[];

  constructor(
    private readonly gates: number,
    readonly inputSize: number,
    readonly hiddenSize: number,
    options: RecurrentOptions = {},
  ) {
    super();
    const { numLayers = 1, bias = true, batchFirst = false, bidirectional = false, dropout = 0 } = options;
    requireRate(this.constructor.name, dropout);
    this.batchFirst = batchFirst;
    this.bidirectional = bidirectional;
    this.dropout = dropout;
    const key = layerKey(options.key);
    this.dropoutGenerator = new Generator(foldIn(key, 'dropout'));
    this.stacked = Array.from({ length: numLayers }, (_, layer) =>
      (bidirectional ? [false, true] : [false]).map((reverse) => {
        const suffix = `_l${layer}${reverse ? '_reverse' : ''}`;
        const features = layer === 0 ? inputSize : hiddenSize * (bidirectional ? 2 : 1);
        return { suffix, reverse, weights: this.draw(features, bias, foldIn(key, suffix)) };
      }),
    );
  }

  get numLayers(): number {
    return this.stacked.length;
  }

  /** One direction of one layer: the output of all steps, then the last states. */
  protected abstract runDirection(
    x: Tensor,
    weights: RecurrentWeights,
    states: readonly (Tensor | undefined)[],
    call: DirectionCall,
  ): readonly Tensor[];

  /** Output of all steps, then the last states of all layers and directions; `states` are those to begin with. */
  protected runLayers(x: Tensor, states: readonly Tensor[], lengths: Lengths | undefined): readonly Tensor[] {
    this.requireInput(x);
    const steps = lengthsTensor(lengths);
    const last: (readonly Tensor[])[] = [];
    let value = this.batchFirst ? x : x.transpose(0, 1);
    for (const directions of this.stacked) {
      if (last.length > 0) value = dropped(value, this.dropout, this);
      const outputs = directions.map(({ weights, reverse }) => {
        const given = states.map((state) => state.slice(0, last.length, last.length + 1).squeeze(0));
        const [output, ...ends] = this.runDirection(value, weights, given, { reverse, lengths: steps });
        last.push(ends);
        return output as Tensor;
      });
      value = outputs.length === 1 ? (outputs[0] as Tensor) : (concat(outputs, 2) as Tensor);
    }
    const ends = (last[0] ?? []).map((_, kind) => stack(last.map((own) => own[kind] as Tensor)) as Tensor);
    return [this.batchFirst ? value : value.transpose(0, 1), ...ends];
  }

  override describe(): string {
    const { numLayers, bidirectional, dropout } = this;
    const layers = numLayers > 1 ? `, ${numLayers} layers` : '';
    const drops = dropout > 0 ? `, dropout ${dropout}` : '';
    return `${this.inputSize} -> ${this.hiddenSize}${layers}${bidirectional ? ', bidirectional' : ''}${drops}`;
  }

  override multiplyAdds(input: readonly number[]): number {
    const perStep = this.stacked.flat().map(({ weights }) => weights.weightIh.size + weights.weightHh.size);
    return (input[0] ?? 0) * (input[1] ?? 0) * perStep.reduce((total, own) => total + own, 0);
  }

  protected override ownTensors(): Named<AnyTensor>[] {
    return this.stacked
      .flat()
      .flatMap(({ suffix, weights }) =>
        Object.entries(weights).flatMap(([field, tensor]): Named<AnyTensor>[] =>
          tensor === undefined ? [] : [[stateName(field) + suffix, tensor]],
        ),
      );
  }

  private draw(features: number, bias: boolean, key: RandomKey): RecurrentWeights {
    const [rows, units] = [this.gates * this.hiddenSize, this.hiddenSize];
    const uniform = (name: string, ...shape: number[]) =>
      parameter(uniformByFan(shape, units, foldIn(key, name)));
    return {
      weightIh: uniform('weightIh', rows, features),
      weightHh: uniform('weightHh', rows, units),
      biasIh: bias ? uniform('biasIh', rows) : undefined,
      biasHh: bias ? uniform('biasHh', rows) : undefined,
    };
  }

  private requireInput(x: Tensor): void {
    if (x.rank === 3 && x.shape[2] === this.inputSize) return;
    const axes = this.batchFirst ? 'batch, steps' : 'steps, batch';
    throw new RangeError(
      `${this.constructor.name}: x must be [${axes}, ${this.inputSize}], got ${showShape(x.shape)}`,
    );
  }
}

function lengthsTensor(lengths: Lengths | undefined): AnyTensor | undefined {
  if (lengths === undefined || lengths instanceof Tensor) return lengths;
  return fromArray(Int32Array.from(lengths), [lengths.length]);
}
