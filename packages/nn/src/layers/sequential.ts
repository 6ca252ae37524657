import type { ChainShape, FitChain, ShapeLayer, Tensor } from '@sonograd/tensor';
import { stateName } from '../module/fields.ts';
import { Layer } from '../module/layer.ts';

/** Layers in a row. The compiler refuses a layer that cannot follow the one before it, and names it. */
export class Sequential<const Layers extends readonly ShapeLayer[]> extends Layer<ChainShape<Layers>> {
  readonly layers: readonly Layer[];

  constructor(...layers: FitChain<Layers>) {
    super();
    this.layers = layers as readonly ShapeLayer[] as readonly Layer[];
  }

  protected override run(x: Tensor): Tensor {
    return this.layers.reduce<Tensor>((value, layer) => layer.forward(value), x);
  }

  /** As in PyTorch the children are called 0, 1, 2. */
  protected override stateName(field: string): string {
    return field === 'layers' ? '' : stateName(field);
  }
}
