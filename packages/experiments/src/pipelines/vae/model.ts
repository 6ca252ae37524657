import {
  BatchNorm2d,
  Conv2d,
  ConvTranspose2d,
  Flatten,
  type Layer,
  Linear,
  Module,
  ReLU,
  Sequential,
  Sigmoid,
} from '@sonograd/nn';
import { concat, foldIn, type RandomKey, randn, type Tensor } from '@sonograd/tensor';
import { CodeMap } from './codes.ts';
import { Judge } from './judge.ts';

export interface VaeOptions {
  /** Both a multiple of 8: they are halved three times. */
  readonly bins: number;
  readonly frames: number;
  /** Of the three convolutions on the way in; the way back mirrors them. */
  readonly channels: readonly [number, number, number];
  readonly latent: number;
  /** Whether encoder and decoder are told the digit. */
  readonly conditional: boolean;
  /** Whether each channel inside gets mean 0 and variance 1 over a batch. */
  readonly batchNorm: boolean;
  readonly key: RandomKey;
}

/** Where a clip lies in the code: not a point but a cloud, [clips, latent] each. */
export interface Cloud {
  readonly mean: Tensor;
  readonly logVariance: Tensor;
}

/** [clips, 10], ones where the digit is; or nothing, for a model that is not told. */
export type Told = Tensor | undefined;

const stride = { stride: 2, padding: 1 } as const;

/** A variational autoencoder on pictures of sounds (Kingma and Welling, 2013). Pictures come and go as flat rows. */
export class Vae extends Module {
  readonly encoder: Layer;
  readonly mean: Layer;
  readonly logVariance: Layer;
  readonly unfold: Layer;
  readonly decoder: Layer;
  readonly conditional: boolean;
  readonly #picture: readonly [number, number];
  /** What the last convolution leaves of a picture. */
  readonly #core: readonly [channels: number, bins: number, frames: number];

  constructor({ bins, frames, channels, latent, conditional, batchNorm, key }: VaeOptions) {
    super();
    const [first, second, third] = channels;
    const named = (name: string) => ({ key: foldIn(key, name) });
    const norm = (size: number): Layer[] => (batchNorm ? [new BatchNorm2d(size)] : []);
    this.conditional = conditional;
    this.#picture = [bins, frames];
    this.#core = [third, bins / 8, frames / 8];
    const inside = (third * bins * frames) / 64;
    const digits = conditional ? 10 : 0;
    this.encoder = inRow(
      new Conv2d(1, first, 3, { ...stride, ...named('in 1') }),
      ...norm(first),
      new ReLU(),
      new Conv2d(first, second, 3, { ...stride, ...named('in 2') }),
      ...norm(second),
      new ReLU(),
      new Conv2d(second, third, 3, { ...stride, ...named('in 3') }),
      ...norm(third),
      new ReLU(),
      new Flatten(),
    );
    this.mean = new Linear(inside + digits, latent, named('mean'));
    this.logVariance = new Linear(inside + digits, latent, named('log-variance'));
    this.unfold = new Linear(latent + digits, inside, named('unfold'));
    this.decoder = inRow(
      new ReLU(),
      new ConvTranspose2d(third, second, 4, { ...stride, ...named('out 1') }),
      ...norm(second),
      new ReLU(),
      new ConvTranspose2d(second, first, 4, { ...stride, ...named('out 2') }),
      ...norm(first),
      new ReLU(),
      new ConvTranspose2d(first, 1, 4, { ...stride, ...named('out 3') }),
      new Sigmoid(),
    );
  }

  /** Pictures [clips, bins × frames] to clouds. */
  encode(x: Tensor, told?: Told): Cloud {
    const features = this.withDigits(
      this.encoder.forward(x.reshape([-1, 1, ...this.#picture]) as Tensor),
      told,
    );
    return { mean: this.mean.forward(features), logVariance: this.logVariance.forward(features) };
  }

  /** Points of the code [clips, latent] to pictures. */
  decode(codes: Tensor, told?: Told): Tensor {
    const core = this.unfold.forward(this.withDigits(codes, told)).reshape([-1, ...this.#core]) as Tensor;
    return this.decoder.forward(core).flatten(1) as Tensor;
  }

  /** What the code remembers of pictures: the middle of each cloud, decoded. */
  regenerate(x: Tensor, told?: Told): Tensor {
    return this.decode(this.encode(x, told).mean, told);
  }

  private withDigits(x: Tensor, told: Told): Tensor {
    if ((told !== undefined) !== this.conditional) {
      throw new Error(`Vae: digits are told where the model is conditional, ${this.conditional}`);
    }
    return told === undefined ? x : (concat([x, told], 1) as Tensor);
  }
}

/** A point of each cloud: mean + deviation · noise, so that gradients reach both (the reparameterisation trick). */
export function drawFrom({ mean, logVariance }: Cloud, key: RandomKey): Tensor {
  const noise = randn(mean.shape, { key });
  return mean.add(noise.mul(logVariance.mul(0.5).exp())) as Tensor;
}

/** Everything that a run learns, in one checkpoint. */
export class VaeSystem extends Module {
  readonly judge: Judge;
  readonly vae: Vae;
  readonly codes: CodeMap;

  constructor(options: VaeOptions & { readonly judgeKey: RandomKey }) {
    super();
    this.judge = new Judge(options);
    this.vae = new Vae(options);
    this.codes = new CodeMap(options.latent);
  }
}

/** Sizes are known at run time alone, so the chain is not one for the compiler. */
const inRow = (...layers: Layer[]): Layer => new (Sequential as new (...layers: Layer[]) => Layer)(...layers);
