import { Linear, LowRankLinear, Module, replaceModules } from '@sonograd/nn';
import { noGrad, type Tensor } from '@sonograd/tensor';
import { type DenseNet, denseOf } from '../mnist-dense/model.ts';
import { type MnistLowRankConfig, ranksOf } from './config.ts';
import { topSingular } from './topSingular.ts';

type Config = Pick<MnistLowRankConfig, 'model' | 'seed' | 'rank' | 'curve'>;

/**
 * A net, and what is left of it at each rank. `factors` are the singular vectors of its weights, as many as the
 * largest rank wants; `nets` begin with the first few of them and learn on.
 */
export class LowRankFamily extends Module {
  readonly dense: DenseNet;
  readonly factors: DenseNet;
  readonly nets: readonly DenseNet[];
  /** Of each of the nets; the last is the one that a run is known by. */
  readonly ranks: readonly number[];
  readonly #config: Config;
  readonly #pixels: number;

  constructor(config: Config, pixels: number) {
    super();
    this.#config = config;
    this.#pixels = pixels;
    this.ranks = ranksOf(config);
    this.dense = denseOf(config, pixels);
    this.factors = this.lowRank(Math.max(...this.ranks));
    this.nets = this.ranks.map((rank) => this.lowRank(rank));
  }

  get chosen(): DenseNet {
    return this.nets.at(-1)!;
  }

  /** Takes the weights of the dense net apart, and gives every net its share. */
  compress(onLayer: (done: number, total: number) => void = () => undefined): void {
    const layers = pairsOf(this.dense, this.factors);
    layers.forEach(([whole, factored], index) => {
      factor(whole as Linear<number, number>, factored as Factored);
      onLayer(index + 1, layers.length);
    });
    copyLinear(this.dense, this.factors);
    this.nets.forEach((net, index) => {
      copyFirst(this.factors, net, this.ranks[index]!);
    });
  }

  /** The net of a rank as it was before it learned again. */
  before(rank: number): DenseNet {
    const net = this.lowRank(rank);
    copyFirst(this.factors, net, rank);
    return net.eval();
  }

  /** Every layer but the last, whose ten rows are few as they are. */
  private lowRank(rank: number): DenseNet {
    const net = denseOf(this.#config, this.#pixels);
    replaceModules(net, (name, layer) =>
      name.startsWith('layers') && layer instanceof Linear
        ? new LowRankLinear(layer.inFeatures, layer.outFeatures, rank)
        : undefined,
    );
    return net;
  }
}

type Factored = LowRankLinear<number, number>;

const pairsOf = (a: DenseNet, b: DenseNet) =>
  a.layers.map((layer, index) => [layer, b.layers[index]!] as const);

/** The nearest product of two thin matrices (Eckart and Young, 1936); each gets the root of every singular value. */
function factor(whole: Linear<number, number>, { up, down, bias, rank }: Factored): void {
  noGrad(() => {
    const { u, s, v } = topSingular(whole.weight, rank);
    const roots = s.sqrt();
    up.assign(u.mul(roots) as Tensor);
    down.assign(v.mul(roots).transpose(0, 1) as Tensor);
    bias?.assign(whole.bias!);
  });
}

/** The first singular vectors are those of every smaller rank. */
function copyFirst(from: DenseNet, to: DenseNet, rank: number): void {
  noGrad(() => {
    for (const pair of pairsOf(from, to)) {
      const [more, fewer] = pair as readonly [Factored, Factored];
      fewer.up.assign(more.up.slice(1, 0, rank) as Tensor);
      fewer.down.assign(more.down.slice(0, 0, rank) as Tensor);
      fewer.bias?.assign(more.bias!);
    }
  });
  copyLinear(from, to);
}

/** The last layer, which stays as it is. */
function copyLinear(from: DenseNet, to: DenseNet): void {
  noGrad(() => {
    const [source, target] = [from.out, to.out] as Linear<number, number>[];
    target!.weight.assign(source!.weight);
    target!.bias?.assign(source!.bias!);
  });
}
