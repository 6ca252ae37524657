/**
 * Is the built-in voice understood? By the simplest of all recognisers: a clip means what most of its five nearest
 * examples mean. Once the examples are recordings of people and the clips are the voice's, once the other way round.
 *
 *     npx tsx --conditions=sonograd-source packages/experiments/examples/understood.ts [folder of FSDD]
 */
import {
  type CorpusItem,
  computeFeatures,
  corpusConfig,
  type FeatureStore,
  featureConfig,
  openCorpus,
} from '../src/index.ts';

const [folder = 'data/fsdd'] = process.argv.slice(2);

/** Words without the silence around them, each as a picture of 24 bands and 20 moments on a scale of its own. */
const config = featureConfig.parse({
  sampleRate: 8000,
  trimDb: 30,
  spectrum: {
    kind: 'log-mel',
    nFft: 256,
    winLength: 256,
    hopLength: 80,
    nMels: 24,
    lowHz: 80,
    scale: 'htk',
    topDb: 50,
  },
  size: { fit: 'resize', bins: 24, frames: 20 },
  normalise: { kind: 'mean-variance', over: 'utterance', per: 'all' },
});

const people = openCorpus(corpusConfig.parse({ name: 'fsdd', folder })).items();
const voices = (speakers: number, seed: number) =>
  openCorpus(corpusConfig.parse({ name: 'synth', speakers, takes: 1, seed })).items();

/** The share of clips that are named right. */
async function understood(examples: readonly CorpusItem[], clips: readonly CorpusItem[]): Promise<number> {
  const [known, heard] = [await computeFeatures(examples, config), await computeFeatures(clips, config)];
  const rows = known.items.map((_, index) => known.feature(index).data);
  const right = heard.items.filter(
    ({ digit }, index) => name(known, rows, heard.feature(index).data) === digit,
  );
  return right.length / heard.length;
}

function name(known: FeatureStore, rows: readonly Float32Array[], clip: Float32Array): number {
  const nearest = rows
    .map((row, index) => ({ far: distance(row, clip), digit: known.items[index]?.digit ?? -1 }))
    .sort((a, b) => a.far - b.far)
    .slice(0, 5);
  const votes = Array.from({ length: 10 }, (_, digit) => nearest.filter((one) => one.digit === digit).length);
  return votes.indexOf(Math.max(...votes));
}

function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return sum;
}

const show = (what: string, share: number) => console.log(`${share.toFixed(3)}  ${what}`);
const train = people.filter(({ part }) => part === 'train');
const test = people.filter(({ part }) => part === 'test');
show(
  'of 1,000 digits by 100 voices, named from recordings of people',
  await understood(train, voices(100, 2)),
);
show('of the test recordings, named from digits by 40 voices', await understood(voices(40, 1), test));
show('of the test recordings, named from digits by 200 voices', await understood(voices(200, 3), test));
show(
  'of 1,000 digits by 100 voices, named from 40 other voices',
  await understood(voices(40, 1), voices(100, 2)),
);
show('of the test recordings, named from recordings of the same people', await understood(train, test));
