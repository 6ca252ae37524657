import type { FeatureStore } from '../../features/store.ts';
import { figure } from '../../reports/format.ts';
import type { FinalMetrics, ReportSettings } from '../../runs/reportData.ts';
import { pictureOf } from '../shared/examples.ts';
import { latentPoints } from '../shared/latent.ts';
import { speakersOf } from './clips.ts';
import { allPairs, missRate, pairAccuracy, type Trials, type Verification, verify } from './verification.ts';

export interface VerificationWork {
  readonly store: FeatureStore;
  /** Places of the clips that are compared, and of those that were trained on. */
  readonly clips: Int32Array;
  readonly train: Int32Array;
  /** Where each judge puts each clip. */
  readonly judges: readonly (readonly Float32Array[])[];
  readonly thresholds: readonly number[];
}

interface Judge extends Verification {
  readonly name: string;
  readonly trials: Trials;
  readonly accuracy: number;
}

const names = ['the network', 'LDA on mean spectra', 'LDA on silence'];

/** Every test clip against every other, by the network and by both baselines. */
export function reportVerification(work: VerificationWork): {
  readonly metrics: FinalMetrics;
  readonly report: Omit<ReportSettings, 'corpus'>;
} {
  const { store, clips, thresholds } = work;
  const speakers = speakersOf(store, clips);
  const judges = work.judges.map((rows, which): Judge => {
    const trials = allPairs(rows, speakers);
    const accuracy = pairAccuracy(trials, thresholds[which] ?? 0);
    return { name: names[which]!, trials, ...verify(trials), accuracy };
  });
  const [network, lda, silence] = judges as [Judge, Judge, Judge];
  return {
    metrics: {
      testEer: network.equalErrorRate,
      testAuc: network.auc,
      testPairAccuracy: network.accuracy,
      ldaEer: lda.equalErrorRate,
      ldaAuc: lda.auc,
      ldaPairAccuracy: lda.accuracy,
      silenceEer: silence.equalErrorRate,
      testClips: clips.length,
      testSpeakers: new Set(speakers).size,
    },
    report: {
      title: 'One speaker or two?',
      summary: `${warning(speakers, speakersOf(store, work.train))} ${ofSilence(silence)}`,
      perSpeaker: perSpeaker(network.trials, speakers, thresholds[0] ?? 0),
      tables: [comparison(judges), rocTable(judges), likeness(network.trials, speakers)],
      examples: examples(work, network.trials, speakers),
      latent: latentPoints(
        Array.from(clips, (place) => store.items[place]!),
        work.judges[0]!,
      ),
    },
  };
}

/** How far the microphone alone goes. */
const ofSilence = ({ equalErrorRate }: Judge): string =>
  `By the quietest tenth of each clip alone, in which hardly anybody speaks, straight lines tell speakers apart with an equal error rate of ${figure(equalErrorRate)}.`;

/** What the figures mean depends on who was heard before, and on how many. */
function warning(tested: readonly string[], trained: readonly string[]): string {
  const [heard, asked] = [new Set(trained), new Set(tested)];
  const known = [...asked].filter((speaker) => heard.has(speaker)).length;
  const of = `${asked.size} speakers, ${known} of them heard in training`;
  if (heard.size === 0) return `Clips of ${asked.size} speakers from elsewhere.`;
  const what =
    known > 0
      ? 'Each speaker of a small corpus has one microphone, one room and one day: a low error on unseen takes says that these were told apart, and little of the voice.'
      : 'None of these voices was ever heard: this is the figure that tells of voices.';
  return `Pairs of clips of ${of}, out of ${heard.size}. ${what}`;
}

type Table = NonNullable<ReportSettings['tables']>[number];

const comparison = (judges: readonly Judge[]): Table => ({
  title: 'One speaker or two: all pairs of test clips',
  head: ['', 'equal error rate', 'area under the ROC', 'pair accuracy'],
  rows: judges.map(({ name, equalErrorRate, auc, accuracy }) => [name, equalErrorRate, auc, accuracy]),
});

const falseShares = [0.001, 0.01, 0.05, 0.1, 0.2];

/** Points of the ROC: what strictness costs. */
const rocTable = (judges: readonly Judge[]): Table => ({
  title: 'ROC: refused of one speaker, where so many of two are accepted',
  head: ['wrongly accepted', ...judges.map(({ name }) => name)],
  rows: falseShares.map((share) => [String(share), ...judges.map(({ curve }) => missRate(curve, share))]),
});

const mostNamed = 12;

/** Who sounds like whom: the mean cosine of all pairs. */
function likeness({ scores, first, second }: Trials, speakers: readonly string[]): Table {
  const names = [...new Set(speakers)].sort().slice(0, mostNamed);
  const sums = new Map<string, { sum: number; count: number }>();
  scores.forEach((score, pair) => {
    const [a, b] = [speakers[first[pair]!]!, speakers[second[pair]!]!];
    const key = pairKey(a, b);
    const own = sums.get(key) ?? { sum: 0, count: 0 };
    sums.set(key, { sum: own.sum + score, count: own.count + 1 });
  });
  const mean = (a: string, b: string) => {
    const own = sums.get(pairKey(a, b));
    return own === undefined ? '–' : Number((own.sum / own.count).toFixed(3));
  };
  return {
    title: 'How alike voices sound to the network: mean cosine',
    head: ['', ...names],
    rows: names.map((a) => [a, ...names.map((b) => mean(a, b))]),
  };
}

const pairKey = (a: string, b: string): string => (a < b ? `${a}\n${b}` : `${b}\n${a}`);

function perSpeaker(trials: Trials, speakers: readonly string[], threshold: number) {
  const names = [...new Set(speakers)].sort();
  return names.map((name) => {
    const concerns = (pair: number) =>
      speakers[trials.first[pair]!] === name || speakers[trials.second[pair]!] === name;
    return {
      name,
      count: speakers.filter((speaker) => speaker === name).length,
      accuracy: pairAccuracy(trials, threshold, concerns),
    };
  });
}

const shownOfEach = 3;

/** The hardest pairs: clips of one speaker that sound least alike, of two that sound most alike. */
function examples({ store, clips }: VerificationWork, trials: Trials, speakers: readonly string[]) {
  const { scores, same, first, second } = trials;
  const byScore = Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  const least = byScore.filter((pair) => same[pair] === 1).slice(0, shownOfEach);
  const most = byScore.filter((pair) => same[pair] === 0).slice(-shownOfEach);
  return [...least, ...most.reverse()].map((pair) => {
    const [a, b] = [first[pair]!, second[pair]!];
    const who = same[pair] === 1 ? `${speakers[a]} twice` : `${speakers[a]} and ${speakers[b]}`;
    return {
      title: who,
      caption: `cosine ${scores[pair]!.toFixed(3)}, ${same[pair] === 1 ? 'least alike of one' : 'most alike of two'}`,
      pictures: [a, b].map((clip) => ({
        title: store.items[clips[clip]!]!.id,
        picture: pictureOf(store.feature(clips[clip]!)),
      })),
    };
  });
}
