import {
  type Flatten as Flattened,
  flatten,
  type InputOf,
  type ShapeFunction,
  type Tensor,
} from '@sonograd/tensor';
import { Layer } from '../module/layer.ts';

export interface FlattenShape<Start extends number, End extends number> extends ShapeFunction {
  readonly output: Flattened<InputOf<this>, Start, End>;
}

/** All axes from `startAxis` to `endAxis` as one; all but the batch unless said otherwise. */
export class Flatten<const Start extends number = 1, const End extends number = -1> extends Layer<
  FlattenShape<Start, End>
> {
  constructor(
    readonly startAxis: Start = 1 as Start,
    readonly endAxis: End = -1 as End,
  ) {
    super();
  }

  protected override run(x: Tensor): Tensor {
    return flatten(x, this.startAxis as number, this.endAxis as number);
  }
}
