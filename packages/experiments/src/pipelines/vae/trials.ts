import { foldIn, noGrad, randomKey, type Tensor } from '@sonograd/tensor';
import type { ReportData } from '../../runs/reportData.ts';
import type { Heard } from '../pipeline.ts';
import { hear } from './hear.ts';
import { drawPrior, toldFor } from './make.ts';
import type { VaeSystem } from './model.ts';

/** How many pictures of each digit are made for the judge to hear. */
const madePerDigit = 25;

/** A picture before the judge: which digit it should be, where there is one, and which it seems to be. */
export interface Trial {
  readonly wanted: number | undefined;
  readonly heard: Heard;
}

export type Trials = Readonly<Record<'real' | 'regenerated' | 'ordered' | 'prior', readonly Trial[]>>;

/** What the judge hears in a test clip itself, and in what the code remembers of it. */
export interface HeardClip {
  readonly digit: number;
  readonly before: Heard;
  readonly after: Heard;
}

/** Test clips, what the code makes of them, and pictures out of nothing: by order, and from the prior. */
export function judged(system: VaeSystem, looks: readonly HeardClip[], seed: number): Trials {
  const key = foldIn(randomKey(seed), 'made for the judge');
  const { codes, vae, judge } = system;
  const digits = Array.from({ length: 10 }, (_, digit) => digit);
  const told = (digit: number) =>
    toldFor(
      system,
      Array.from({ length: madePerDigit }, () => digit),
    );
  const made = (wanted: number | undefined, digit: number, points: Tensor): Trial[] =>
    hear(judge, vae.decode(points, told(digit))).map((heard) => ({ wanted, heard }));
  return noGrad(() => ({
    real: looks.map(({ digit, before }) => ({ wanted: digit, heard: before })),
    regenerated: looks.map(({ digit, after }) => ({ wanted: digit, heard: after })),
    ordered: digits.flatMap((digit) =>
      made(digit, digit, codes.draw(digit, madePerDigit, foldIn(foldIn(key, 'by order'), digit))),
    ),
    prior: digits.flatMap((digit) =>
      made(
        vae.conditional ? digit : undefined,
        digit,
        drawPrior(system, madePerDigit, foldIn(foldIn(key, 'prior'), digit)),
      ),
    ),
  }));
}

export const rightShare = (trials: readonly Trial[]): number =>
  trials.filter(({ wanted, heard }) => heard.digit === wanted).length / trials.length;

export const sureness = (trials: readonly Trial[]): number =>
  mean(trials.map(({ heard }) => heard.confidence));

export function verdicts({ real, regenerated, ordered, prior }: Trials): ReportData['tables'][number] {
  const row = (title: string, trials: readonly Trial[]): (string | number)[] => [
    title,
    trials.length,
    trials[0]?.wanted === undefined ? 'nobody asked' : rightShare(trials),
    sureness(trials),
  ];
  return {
    title: 'What the judge hears',
    head: ['', 'pictures', 'named right', 'how sure it is'],
    rows: [
      row('test clips as they are', real),
      row('test clips as the code gives them back', regenerated),
      row('made by order, from where a digit’s training clips lie', ordered),
      row('drawn from the prior', prior),
    ],
  };
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
