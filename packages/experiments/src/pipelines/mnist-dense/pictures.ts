import { RandomStream } from '@sonograd/dsp';
import { type Dataset, listDataset } from '@sonograd/nn';
import { foldIn, permutation, randomKey } from '@sonograd/tensor';
import type { Part } from '../../corpora/corpus.ts';
import { openDrawn } from '../../corpora/drawnDigits.ts';
import { type ImageCorpus, type ImageSet, openMnist } from '../../corpora/mnist.ts';
import type { Moments } from '../../features/moments.ts';
import { InputError } from '../../inputError.ts';
import type { ReportData } from '../../runs/reportData.ts';
import type { Prepared, PrepareOptions, Tools } from '../pipeline.ts';
import { seedOf } from '../shared/augment.ts';
import type { EpochItems } from '../shared/augmentEpochs.ts';
import type { Labelled } from '../shared/labelled.ts';
import type { MnistDenseConfig } from './config.ts';

/** Some pictures of a set, by their places in it. */
export interface Pictures {
  readonly set: ImageSet;
  readonly places: Int32Array;
}

/** Pictures of digits by what they are for. */
export interface PictureData extends Prepared, Readonly<Record<Part, Pictures>> {
  readonly corpus: ImageCorpus;
  readonly moments: Moments;
  /** In one picture. */
  readonly pixels: number;
}

type Settings = Pick<MnistDenseConfig, 'corpus' | 'validationShare' | 'seed'>;

/**
 * Corpus, split, moments. The test is the corpus's own; of a folder that is nothing but a test, whatever is in it:
 * its test pictures where there are any, else its training pictures.
 */
export async function preparePictures(
  { corpus: config, validationShare, seed }: Settings,
  _: Tools,
  { moments, everythingIsTest = false }: PrepareOptions = {},
): Promise<PictureData> {
  const corpus = config.name === 'synth' ? openDrawn(config) : openMnist(config.folder);
  const test = whole(corpus.images(everythingIsTest && !corpus.has('test') ? 'train' : 'test'));
  if (test.places.length === 0) throw new InputError(`pictures: there is no picture for the test, 0 of them`);
  const none = { set: test.set, places: new Int32Array(0) };
  const all = everythingIsTest ? none : whole(corpus.images('train'));
  const order = permutation(all.places.length, foldIn(randomKey(seed), 'validation'));
  const held = Math.round(validationShare * order.length);
  const train = { set: all.set, places: order.slice(held).sort() };
  if (!everythingIsTest) requireAlike(train, test);
  return {
    ...{ corpus, test, train, validation: { set: all.set, places: order.slice(0, held).sort() } },
    moments: moments ?? measure(train),
    pixels: test.set.height * test.set.width,
  };
}

const whole = (set: ImageSet): Pictures => ({
  set,
  places: Int32Array.from({ length: set.count }, (_, n) => n),
});

function requireAlike(train: Pictures, test: Pictures): void {
  if (train.places.length === 0)
    throw new InputError('pictures: no picture is left for training, take a smaller validationShare');
  const sizes = [train, test].map(({ set }) => `${set.height} x ${set.width}`);
  if (sizes[0] !== sizes[1]) throw new InputError(`pictures: they differ in size, ${sizes.join(' and ')}`);
}

/** Below this a spread is rounding. */
const smallestSpread = 1e-6;

/** Mean and deviation of all training pixels, black 0, white 1. */
function measure({ set, places }: Pictures): Moments {
  const size = set.height * set.width;
  let [sum, squares] = [0, 0];
  for (const place of places) {
    for (let i = place * size; i < (place + 1) * size; i++) {
      const value = set.pixels[i]! / 255;
      sum += value;
      squares += value * value;
    }
  }
  const count = Math.max(1, places.length * size);
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
  return { per: 'all', offset: [mean], scale: [deviation > smallestSpread ? deviation : 1] };
}

/** The moments that every checkpoint of a net on pictures holds. */
export function momentsOf({ moments }: { moments: Moments | undefined }): Moments {
  if (moments === undefined) throw new InputError('pictures: the checkpoint holds no moments, train again');
  return moments;
}

/** A picture as a model sees it. */
export function normalised(pixels: ArrayLike<number>, { offset, scale }: Moments): Float32Array {
  return Float32Array.from(pixels, (value) => (value / 255 - offset[0]!) / scale[0]!);
}

/** Pictures with their digits, each made when it is asked for. */
export function pictureRows({ set, places }: Pictures, moments: Moments): Dataset<Labelled> {
  const size = set.height * set.width;
  return {
    length: places.length,
    get(index) {
      const place = places[index]!;
      const pixels = set.pixels.subarray(place * size, (place + 1) * size);
      return { x: normalised(pixels, moments), y: set.labels[place]! };
    },
  };
}

/** The same, read once and kept. */
export function pictureRowsInMemory(pictures: Pictures, moments: Moments): Dataset<Labelled> {
  const rows = pictureRows(pictures, moments);
  return listDataset(Array.from({ length: rows.length }, (_, index) => rows.get(index) as Labelled));
}

/** The same, bent otherwise in each epoch: how, follows from the seed, the epoch and the picture's place alone. */
export function bentPictures(
  { set, places }: Pictures,
  moments: Moments,
  { strength, seed }: { strength: number; seed: number },
): EpochItems<Labelled> {
  const size = set.height * set.width;
  return {
    length: places.length,
    get(index, epoch) {
      const place = places[index]!;
      const random = new RandomStream(seedOf(seed, epoch, place));
      const pixels = bent(set.pixels.subarray(place * size, (place + 1) * size), set, strength, random);
      return { x: normalised(pixels, moments), y: set.labels[place]! };
    },
  };
}

/** Turned, leaned, stretched and moved a little; what comes in from outside is black. */
export function bent(
  pixels: Uint8Array,
  { height, width }: Pick<ImageSet, 'height' | 'width'>,
  strength: number,
  random: RandomStream,
): Uint8Array {
  const draw = (deviation: number) => strength * deviation * random.normal();
  const [turn, lean, wider, taller] = [draw(0.1), draw(0.1), 1 + draw(0.06), 1 + draw(0.06)];
  const [right, down] = [draw(1), draw(1)];
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const [sine, cosine] = [Math.sin(turn), Math.cos(turn)];
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : pixels[y * width + x]!;
  return Uint8Array.from(pixels, (_, pixel) => {
    const u = (pixel % width) - middleX - right;
    const v = Math.floor(pixel / width) - middleY - down;
    const x = middleX + wider * (cosine * u + sine * v) + lean * v;
    const y = middleY + taller * (cosine * v - sine * u);
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [across, below] = [x - left, y - top];
    const upper = (1 - across) * at(left, top) + across * at(left + 1, top);
    const lower = (1 - across) * at(left, top + 1) + across * at(left + 1, top + 1);
    return Math.round((1 - below) * upper + below * lower);
  });
}

/** One picture, as tables of results name it. */
export interface PictureItem {
  readonly id: string;
  readonly digit: number;
  readonly speaker: string;
}

export function itemsOf({ set, places }: Pictures): PictureItem[] {
  return Array.from(places, (place) => {
    const digit = set.labels[place]!;
    const speaker = set.writers?.[place] ?? 'all hands';
    return { id: `${digit}, picture ${place}`, digit, speaker };
  });
}

/** The corpus as the report shows it. */
export function describePictures({ corpus, train, validation, test }: PictureData): ReportData['corpus'] {
  const hands = new Set([train, validation, test].flatMap(({ set }) => set.writers ?? []));
  return {
    ...{ name: corpus.name, licence: corpus.licence, home: corpus.home },
    ...{ train: train.places.length, validation: validation.places.length, test: test.places.length },
    speakers: hands.size,
    skipped: [],
  };
}
