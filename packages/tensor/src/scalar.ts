/** An input of a Value, and how fast the Value changes with it. */
type Source = readonly [input: Value, slope: number];

let births = 0;

/**
 * Autograd on single numbers, small enough to read aloud. A Value remembers what it was made of; `backward`
 * walks from the result to everything it depends on and multiplies slopes along the way: the chain rule.
 * The methods have the names they have on a Tensor.
 */
export class Value {
  data: number;
  grad = 0;
  readonly sources: readonly Source[];
  readonly birth = births++;

  constructor(data: number, ...sources: Source[]) {
    this.data = data;
    this.sources = sources;
  }

  add(other: Value | number): Value {
    const b = asValue(other);
    return new Value(this.data + b.data, [this, 1], [b, 1]);
  }
  mul(other: Value | number): Value {
    const b = asValue(other);
    return new Value(this.data * b.data, [this, b.data], [b, this.data]);
  }
  pow(other: Value | number): Value {
    const b = asValue(other);
    const power = this.data ** b.data;
    const baseSlope = b.data === 0 ? 0 : b.data * this.data ** (b.data - 1);
    const exponentSlope = this.data > 0 ? power * Math.log(this.data) : 0;
    return new Value(power, [this, baseSlope], [b, exponentSlope]);
  }
  sub(other: Value | number): Value {
    return this.add(asValue(other).neg());
  }
  div(other: Value | number): Value {
    return this.mul(asValue(other).pow(-1));
  }
  neg(): Value {
    return this.mul(-1);
  }
  square(): Value {
    return this.mul(this);
  }
  sqrt(): Value {
    return this.pow(0.5);
  }
  exp(): Value {
    return new Value(Math.exp(this.data), [this, Math.exp(this.data)]);
  }
  log(): Value {
    return new Value(Math.log(this.data), [this, 1 / this.data]);
  }
  sin(): Value {
    return new Value(Math.sin(this.data), [this, Math.cos(this.data)]);
  }
  cos(): Value {
    return new Value(Math.cos(this.data), [this, -Math.sin(this.data)]);
  }
  tanh(): Value {
    return new Value(Math.tanh(this.data), [this, 1 - Math.tanh(this.data) ** 2]);
  }
  sigmoid(): Value {
    const share = 1 / (1 + Math.exp(-this.data));
    return new Value(share, [this, share * (1 - share)]);
  }
  abs(): Value {
    return new Value(Math.abs(this.data), [this, Math.sign(this.data)]);
  }
  relu(): Value {
    return new Value(Math.max(this.data, 0), [this, this.data > 0 ? 1 : 0]);
  }
  silu(): Value {
    return this.mul(this.sigmoid());
  }

  item(): number {
    return this.data;
  }
  /** A Value is born after its inputs: from the youngest down, each one's grad is complete when its turn comes. */
  backward(): void {
    const graph = new Set<Value>([this]);
    for (const value of graph) for (const [input] of value.sources) graph.add(input);
    for (const value of graph) if (value.sources.length > 0) value.grad = 0;
    this.grad += 1;
    for (const value of [...graph].sort((a, b) => b.birth - a.birth)) {
      for (const [input, slope] of value.sources) input.grad += slope * value.grad;
    }
  }
}

function asValue(x: Value | number): Value {
  return x instanceof Value ? x : new Value(x);
}
