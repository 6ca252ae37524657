import { crossEntropy, predictions, type Summary, summary } from '@sonograd/nn';
import { fromArray, noGrad, type Tensor } from '@sonograd/tensor';
import { decodePicture } from '../../corpora/pictureFile.ts';
import { readBytes } from '../../corpora/source.ts';
import type { Moments } from '../../features/moments.ts';
import { InputError } from '../../inputError.ts';
import type { FinalMetrics, ReportSettings } from '../../runs/reportData.ts';
import type { Prediction } from '../pipeline.ts';
import { reportClassification } from '../shared/classification.ts';
import { shownClips } from '../shared/examples.ts';
import { layerHealth, modelRows } from '../shared/inspect.ts';
import { firstRows, forAllRows } from '../shared/labelled.ts';
import { latentPoints, roundForFile, rowsOf } from '../shared/latent.ts';
import type { DenseNet } from './model.ts';
import {
  describePictures,
  itemsOf,
  normalised,
  type PictureData,
  type Pictures,
  pictureRows,
} from './pictures.ts';

/** What a net says of every picture. */
export const answersOf = (net: DenseNet, pictures: Pictures, moments: Moments): Promise<number[]> =>
  forAllRows(pictureRows(pictures, moments), (x) => predictions(net.forward(x)));

export async function accuracyOf(net: DenseNet, pictures: Pictures, moments: Moments): Promise<number> {
  const answers = await answersOf(net, pictures, moments);
  const right = answers.filter((answer, index) => answer === pictures.set.labels[pictures.places[index]!]);
  return right.length / answers.length;
}

export interface NetReport {
  readonly metrics: FinalMetrics;
  readonly report: Omit<ReportSettings, 'title'>;
  readonly about: Summary;
}

/** Everything that can be said of one net and the test pictures. */
export async function reportNet(net: DenseNet, data: PictureData, name: string): Promise<NetReport> {
  requireSize(net, data.pixels);
  const rows = pictureRows(data.test, data.moments);
  const items = itemsOf(data.test);
  const answers = await answersOf(net, data.test, data.moments);
  const codes = await forAllRows(rows, (x) => rowsOf(net.forward(x)));
  const classification = reportClassification(items, answers);
  const about = summary(net, [1, data.pixels]);
  const loss = () => {
    const { x, y } = firstRows(rows);
    return crossEntropy(net.forward(x), y);
  };
  return {
    about,
    metrics: {
      ...classification.metrics,
      ...{ parameters: about.parameters, multiplyAdds: about.multiplyAdds },
    },
    report: {
      corpus: describePictures(data),
      ...classification.report,
      models: [modelRows(name, about)],
      examples: examplesOf(data.test, answers),
      latent: latentPoints(items, codes),
      layers: layerHealth(net, loss, name),
    },
  };
}

function requireSize(net: DenseNet, pixels: number): void {
  const wanted = inputsOf(net);
  if (wanted !== pixels)
    throw new InputError(`pictures: the net knows pictures of ${wanted} pixels, these have ${pixels}`);
}

const inputsOf = ({ layers }: DenseNet): number => {
  const [first] = layers;
  return first !== undefined && 'inFeatures' in first ? Number(first.inFeatures) : 0;
};

/** Pictures taken for another digit first, then others evenly. */
function examplesOf({ set, places }: Pictures, answers: readonly number[]): ReportSettings['examples'] {
  const all = [...answers.keys()];
  const wrong = all.filter((index) => answers[index] !== set.labels[places[index]!]);
  const step = Math.max(1, Math.floor(all.length / shownClips));
  const others = all.filter((index) => index % step === 0 && !wrong.includes(index));
  const shown = [...wrong.slice(0, shownClips / 2), ...others].slice(0, shownClips);
  return shown.map((index) => {
    const place = places[index]!;
    const digit = set.labels[place]!;
    const verdict = answers[index] === digit ? 'named right' : `taken for ${answers[index]}`;
    return {
      title: `a ${digit}`,
      caption: `picture ${place}, ${verdict}`,
      pictures: [{ title: 'input', picture: asPicture(set, place) }],
    };
  });
}

/** Spectrograms have their lowest row first, pictures their highest. */
function asPicture({ pixels, height, width }: Pictures['set'], place: number) {
  const data = Array.from({ length: height * width }, (_, n) => {
    const row = height - 1 - Math.floor(n / width);
    return roundForFile(pixels[(place * height + row) * width + (n % width)]! / 255);
  });
  return { bins: height, frames: width, data };
}

/** Names the digits in PNG files, white on black, of the size that the net knows. */
export function predictPictures(net: DenseNet, moments: Moments, files: readonly string[]): Prediction[] {
  return files.map((file) => {
    if (!file.toLowerCase().endsWith('.png'))
      throw new InputError(`predict: this net knows pictures, give a .png file, ${file}`);
    const { data, bins, frames } = decodePicture(readBytes(file), file);
    requireSize(net, bins * frames);
    const upright = data.map(
      (_, n) => 255 * data[(bins - 1 - Math.floor(n / frames)) * frames + (n % frames)]!,
    );
    const x = fromArray(normalised(upright, moments), [1, upright.length]) as Tensor;
    const scores = noGrad(() => Array.from((net.forward(x).softmax(-1) as Tensor).data));
    const confidence = Math.max(...scores);
    return { file, digit: scores.indexOf(confidence), confidence, scores };
  });
}
