import type { RandomStream } from '../random.ts';

export interface GlottisOptions {
  sampleRate: number;
  openQuotient: number;
  tiltDb: number;
  jitter: number;
  shimmer: number;
}

/**
 * The voice at its source: the slope of the air's flow through the glottis, which is Rosenberg's pulse
 * t² (1 − t) while it is open (JASA 1971; Klatt and Klatt, JASA 1990). The sudden close excites the tract.
 */
export class Glottis {
  private phase = 0;
  private step = 1;
  private loudness = 1;
  private smoothed = 0;
  private readonly smoothing: number;

  constructor(
    private readonly options: GlottisOptions,
    private readonly random: RandomStream,
  ) {
    this.smoothing = tiltPole(options.tiltDb, options.sampleRate);
  }

  /** 1 while air can pass: breath is heard then. */
  get isOpen(): boolean {
    return this.phase < this.options.openQuotient;
  }

  next(pitchHz: number): number {
    this.phase += (pitchHz / this.options.sampleRate) * this.step;
    if (this.phase >= 1) {
      this.phase -= 1;
      this.step = 1 + this.options.jitter * this.random.normal();
      this.loudness = 1 + this.options.shimmer * this.random.normal();
    }
    const share = this.phase / this.options.openQuotient;
    const slope = share < 1 ? this.loudness * (2 * share - 3 * share * share) : 0;
    this.smoothed = slope + this.smoothing * (this.smoothed - slope);
    return this.smoothed;
  }
}

/**
 * The pole d of the one-pole low-pass that loses so much at 3 kHz, out of
 * |H|² = (1 − d)² / (1 − 2 d cos ω + d²).
 */
function tiltPole(tiltDb: number, sampleRate: number): number {
  if (tiltDb <= 0) return 0;
  const power = 10 ** (-tiltDb / 10);
  const cosine = Math.cos((2 * Math.PI * 3000) / sampleRate);
  const b = (1 - power * cosine) / (1 - power);
  return b - Math.sqrt(b * b - 1);
}
