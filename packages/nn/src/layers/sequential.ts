import type { ChainShape, FitChain, ShapeLayer, Tensor } from '@sonograd/tensor';
import { stateName } from '../module/fields.ts';
import { Layer } from '../module/layer.ts';
import { ReLU } from './activations.ts';

/** Layers in a row. The compiler refuses a layer that cannot follow the one before it, and names it. */
export class Sequential<const Layers extends readonly ShapeLayer[]> extends Layer<ChainShape<Layers>> {
  readonly layers: readonly Layer[];

  constructor(...layers: FitChain<Layers>) {
    super();
    this.layers = layers as readonly ShapeLayer[] as readonly Layer[];
  }

  protected override run(x: Tensor): Tensor {
    let value = x;
    for (let index = 0; index < this.layers.length; index++) {
      const [layer, next] = [this.layers[index] as Layer, this.layers[index + 1]];
      if (layer.runWithRelu !== undefined && isPlainRelu(next) && !layer.observed) {
        value = layer.runWithRelu(value);
        index += 1;
      } else {
        value = layer.forward(value);
      }
    }
    return value;
  }

  /** As in PyTorch the children are called 0, 1, 2. */
  protected override stateName(field: string): string {
    return field === 'layers' ? '' : stateName(field);
  }
}

/** A ReLU that nobody looks at and that is not a layer of its own made from one. */
function isPlainRelu(layer: Layer | undefined): boolean {
  return layer !== undefined && !layer.observed && layer.constructor === ReLU;
}
