import {
  gelu,
  leakyRelu,
  logSoftmax,
  relu,
  type SameShape,
  sigmoid,
  silu,
  softmax,
  softplus,
  type Tensor,
  tanh,
} from '@sonograd/tensor';
import { Layer } from '../module/layer.ts';

export class ReLU extends Layer<SameShape> {
  protected override run(x: Tensor): Tensor {
    return relu(x);
  }
}

export class LeakyReLU extends Layer<SameShape> {
  constructor(readonly negativeSlope = 0.01) {
    super();
  }

  protected override run(x: Tensor): Tensor {
    return leakyRelu(x, this.negativeSlope);
  }

  override describe(): string {
    return `slope ${this.negativeSlope}`;
  }
}

export class GELU extends Layer<SameShape> {
  protected override run(x: Tensor): Tensor {
    return gelu(x);
  }
}

export class SiLU extends Layer<SameShape> {
  protected override run(x: Tensor): Tensor {
    return silu(x);
  }
}

export class Tanh extends Layer<SameShape> {
  protected override run(x: Tensor): Tensor {
    return tanh(x);
  }
}

export class Sigmoid extends Layer<SameShape> {
  protected override run(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

export class Softplus extends Layer<SameShape> {
  protected override run(x: Tensor): Tensor {
    return softplus(x);
  }
}

export class Softmax extends Layer<SameShape> {
  constructor(readonly axis = -1) {
    super();
  }

  protected override run(x: Tensor): Tensor {
    return softmax(x, this.axis);
  }

  override describe(): string {
    return `axis ${this.axis}`;
  }
}

export class LogSoftmax extends Layer<SameShape> {
  constructor(readonly axis = -1) {
    super();
  }

  protected override run(x: Tensor): Tensor {
    return logSoftmax(x, this.axis);
  }

  override describe(): string {
    return `axis ${this.axis}`;
  }
}
