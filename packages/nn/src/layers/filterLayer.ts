import { foldIn, type PerAxis, type RandomKey, type ShapeFunction, type Tensor } from '@sonograd/tensor';
import { uniformByFan } from '../initialise/uniform.ts';
import { parameter } from '../module/fields.ts';
import { layerKey } from '../module/keys.ts';
import { Layer } from '../module/layer.ts';

/** What convolutions of both kinds take. */
export interface FilterOptions {
  readonly bias?: boolean;
  readonly key?: RandomKey;
  readonly stride?: PerAxis;
  readonly padding?: PerAxis;
  readonly dilation?: PerAxis;
  readonly outputPadding?: PerAxis;
  readonly groups?: number;
}

/** What the ops take in turn. */
type Movement = Omit<FilterOptions, 'bias' | 'key'> & { readonly activation?: 'relu' };

/** The options that decide shapes; groups are already counted in the channels. */
export type Placement<Options> = Omit<Options, 'groups' | 'bias' | 'key'>;

/** Down and across, as types. */
export type Square<Kernel extends PerAxis> = Kernel extends number
  ? [Kernel, Kernel]
  : Kernel extends readonly [infer Down extends number, infer Across extends number]
    ? [Down, Across]
    : [number, number];

export function square(kernel: PerAxis): readonly number[] {
  return typeof kernel === 'number' ? [kernel, kernel] : kernel;
}

/** A layer of filters and a bias, drawn as PyTorch draws them. */
export abstract class FilterLayer<Shapes extends ShapeFunction> extends Layer<Shapes> {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
  readonly movement: Movement;

  constructor(
    readonly inChannels: number,
    readonly outChannels: number,
    shape: readonly number[],
    { bias = true, key, ...movement }: FilterOptions = {},
  ) {
    super();
    this.requireGroups(movement.groups ?? 1);
    this.movement = movement;
    const own = layerKey(key);
    const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
    this.weight = parameter(uniformByFan(shape, fanIn, foldIn(own, 'weight')));
    this.bias = bias ? parameter(uniformByFan([outChannels], fanIn, foldIn(own, 'bias'))) : undefined;
  }

  /** The op of the layer. */
  protected abstract filtered(x: Tensor, movement: Movement): Tensor;

  protected override run(x: Tensor): Tensor {
    return this.filtered(x, this.movement);
  }

  override runWithRelu(x: Tensor): Tensor {
    return this.filtered(x, { ...this.movement, activation: 'relu' });
  }

  /** `3 -> 5, kernel 3x3, stride 2, no bias`: what is not as usual is said. */
  override describe(): string {
    const options = Object.entries(this.movement).map(([name, value]) => `, ${name} ${String(value)}`);
    const kernel = this.weight.shape.slice(2).join('x');
    const bias = this.bias === undefined ? ', no bias' : '';
    return `${this.inChannels} -> ${this.outChannels}, kernel ${kernel}${options.join('')}${bias}`;
  }

  private requireGroups(groups: number): void {
    const { inChannels, outChannels } = this;
    if (groups >= 1 && inChannels % groups === 0 && outChannels % groups === 0) return;
    throw new RangeError(
      `${this.constructor.name}: groups must divide the channels, groups=${groups} for ${inChannels} -> ${outChannels}`,
    );
  }
}
