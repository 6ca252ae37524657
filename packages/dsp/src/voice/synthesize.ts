import type { RandomStream } from '../random.ts';
import { Glottis } from './glottis.ts';
import { AntiResonator, NoiseBand, Resonator } from './resonator.ts';
import type { Score } from './score.ts';
import type { Speaker } from './speaker.ts';

/** The rate at which all voices are made; 16 samples to the millisecond. */
export const voiceRate = 16000;
const samplesPerStep = voiceRate / 1000;

/** Above the three that speech moves, a tube has a resonance every kilohertz. */
const fixedFormants = [3500, 4500, 5500, 6500, 7500];
const fixedBandwidths = [200, 260, 340, 420, 500];

const nasalPoleHz = 270;

/** Runs the score: voice and breath through the tract, one resonance after the other; hisses beside it. */
export function synthesize(score: Score, speaker: Speaker, random: RandomStream): Float32Array {
  const glottis = new Glottis({ ...speaker, sampleRate: voiceRate }, random.split(1));
  const noise = random.split(2);
  const tract = new Tract(speaker.tractScale);
  const mouth = [0, 1, 2].map(() => new NoiseBand(voiceRate));
  const out = new Float32Array(score.length * samplesPerStep);
  for (let t = 0, n = 0; t < score.length; t++) {
    const { peaks, beside } = score.shape[t];
    tract.tune(score, t);
    for (const [k, [hz, bandwidth, gain]] of peaks.entries()) {
      mouth[k].tune(hz * Math.sqrt(speaker.tractScale), bandwidth, gain);
    }
    const breath = score.breath[t] + 0.06 * speaker.breathiness * score.voice[t];
    for (let i = 0; i < samplesPerStep; i++, n++) {
      const pulse = score.voice[t] * glottis.next(score.pitchHz[t]);
      const puff = noise.normal() * (score.voice[t] > 0.05 && !glottis.isOpen ? 0.4 : 1);
      const hiss = score.hiss[t] * puff;
      let sample = tract.next(pulse + 0.25 * breath * puff) + beside * hiss;
      for (const band of mouth) sample += band.next(hiss);
      out[n] = sample;
    }
  }
  return out;
}

/** The vocal tract from glottis to lips, with the nose beside it. */
class Tract {
  private readonly moving = [0, 1, 2].map(() => new Resonator(voiceRate));
  private readonly fixed: Resonator[];
  private readonly nasalPole = new Resonator(voiceRate);
  private readonly nasalZero = new AntiResonator(voiceRate);

  constructor(private readonly scale: number) {
    this.nasalPole.tune(nasalPoleHz, 100);
    this.fixed = fixedFormants
      .filter((hz) => hz * scale < 0.48 * voiceRate)
      .map((hz, k) => {
        const resonator = new Resonator(voiceRate);
        resonator.tune(hz * scale, fixedBandwidths[k]);
        return resonator;
      });
  }

  tune({ formants, bandwidths, nasal }: Score, t: number): void {
    for (const [k, resonator] of this.moving.entries()) {
      resonator.tune(formants[k][t] * this.scale, bandwidths[k][t]);
    }
    // Pole and zero cancel while the nose is shut.
    this.nasalZero.tune(nasalPoleHz + 190 * nasal[t], 100);
  }

  next(input: number): number {
    let sample = this.nasalPole.next(this.nasalZero.next(input));
    for (const resonator of this.moving) sample = resonator.next(sample);
    for (const resonator of this.fixed) sample = resonator.next(sample);
    return sample;
  }
}
