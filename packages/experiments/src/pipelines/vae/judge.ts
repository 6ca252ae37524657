import { BatchNorm2d, Conv2d, Layer, Linear, MaxPool2d, ReLU, Sequential } from '@sonograd/nn';
import { foldIn, type RandomKey, type Tensor } from '@sonograd/tensor';

interface JudgeOptions {
  readonly bins: number;
  readonly frames: number;
  readonly judgeKey: RandomKey;
}

/**
 * Who says whether a made sound is still a digit: a small recogniser that learns from real clips alone. What it is and
 * how it learns was settled before anything was made for it to hear, and no gradient of it ever reaches the generator.
 */
export class Judge extends Layer {
  readonly features: Sequential<never[]> & Layer;
  readonly head: Linear<number, 10>;
  readonly #picture: readonly [number, number];

  constructor({ bins, frames, judgeKey }: JudgeOptions) {
    super();
    const named = (name: string) => ({ key: foldIn(judgeKey, name) });
    this.#picture = [bins, frames];
    this.features = new Sequential(
      new Conv2d(1, 16, 3, { padding: 1, ...named('1') }),
      new BatchNorm2d(16),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(16, 32, 3, { padding: 1, ...named('2') }),
      new BatchNorm2d(32),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(32, 64, 3, { padding: 1, ...named('3') }),
      new BatchNorm2d(64),
      new ReLU(),
      new MaxPool2d(2),
    ) as never;
    // 64 channels, each an eighth as high and as wide: as many numbers as the picture had.
    this.head = new Linear(bins * frames, 10, named('head'));
  }

  /** Pictures [clips, bins × frames] to logits [clips, 10]. */
  protected override run(x: Tensor): Tensor {
    const features = this.features.forward(x.reshape([-1, 1, ...this.#picture]) as never) as Tensor;
    return this.head.forward(features.flatten(1) as Tensor<[number, number]>);
  }
}
