import type { Spectrogram } from '@sonograd/dsp';
import type { Callback, StateDict } from '@sonograd/nn';
import type { z } from 'zod';
import type { Moments } from '../features/moments.ts';
import type { FinalMetrics, ReportSettings } from '../runs/reportData.ts';
import type { RunFolder } from '../runs/runFolder.ts';
import type { Settings } from '../settings/settings.ts';

/** What every pipeline's config has. */
export interface PipelineConfig {
  readonly seed: number;
}

/** How a pipeline says what it is doing. */
export interface Progress {
  note(line: string): void;
  /** A bar for work that can be counted; call what comes back as it goes on. */
  bar(title: string): (done: number, total: number) => void;
  /** A line for every phase of training. */
  training(phase: string): Callback;
}

/** What a pipeline works with, whatever it does. */
export interface Tools {
  readonly threads: number;
  readonly cacheFolder: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** Data with the numbers it was normalised by, where the training set gave them. */
export interface Prepared {
  readonly moments: Moments | undefined;
}

/** How data is prepared for a model that exists: by its moments, and all of it a test if asked. */
export interface PrepareOptions {
  readonly moments?: Moments | undefined;
  readonly everythingIsTest?: boolean;
}

export interface TrainingWork<Config, Data> extends Tools {
  readonly config: Config;
  readonly data: Data;
  readonly run: RunFolder;
}

/** What a checkpoint holds: the weights, and how sounds were prepared for them. */
export interface Trained<Config> {
  readonly config: Config;
  readonly moments: Moments | undefined;
  readonly state: StateDict;
}

export interface EvaluationWork<Config, Data> extends Tools, Trained<Config> {
  readonly data: Data;
}

export interface Evaluation {
  readonly metrics: FinalMetrics;
  readonly report: ReportSettings;
}

export interface ListeningWork<Config, Data> extends EvaluationWork<Config, Data> {
  readonly run: RunFolder;
}

export interface Prediction {
  readonly file: string;
  readonly digit: number;
  /** The share of certainty the model gives its answer, 0 to 1. */
  readonly confidence: number;
  /** The same for all ten. */
  readonly scores: readonly number[];
}

/** A WAV file to be freed of its noise, and where the answer goes. */
export interface DenoiseJob {
  readonly input: string;
  readonly output: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface DenoisedFile {
  readonly seconds: number;
  readonly channels: number;
  /** Of both files. */
  readonly sampleRate: number;
  /** Of the model: nothing above half of it comes through. */
  readonly modelRate: number;
}

/** What a recogniser makes of a sound. */
export interface Heard {
  readonly digit: number;
  /** The share of certainty it gives its answer, 0 to 1. */
  readonly confidence: number;
}

/** A sound that nobody spoke. */
export interface Made {
  /** For a file: `digit7-3`. */
  readonly name: string;
  readonly picture: Spectrogram;
  /** The values that are drawn black and white. */
  readonly range: readonly [low: number, high: number];
  readonly samples: Float32Array;
  readonly sampleRate: number;
  readonly heard: Heard;
}

export interface GenerateOptions {
  readonly count: number;
  /** Any if unsaid. */
  readonly digit?: number | undefined;
  readonly seed: number;
}

export interface InterpolateOptions {
  /** WAV files. */
  readonly from: string;
  readonly to: string;
  /** How many sounds, both ends counted. */
  readonly steps: number;
  /** Straight through the code, or along an arc, which keeps the distance from its middle. */
  readonly path: 'linear' | 'spherical';
}

/** A system from corpus to report. The command line knows pipelines by this alone. */
export interface Pipeline<Config extends PipelineConfig = PipelineConfig, Data extends Prepared = Prepared> {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  readonly schema: z.ZodType<Config>;
  /** Where the pipeline's own defaults differ from those of the schema's parts. */
  readonly defaults: Settings;
  /** On top of them: a run of a minute at most, to see that all works. */
  readonly quick: Settings;
  /** The fields that `--epochs` sets. */
  readonly epochFields: readonly string[];
  /** Finds everything that can be wrong with the data, before there is a run. */
  prepare(config: Config, tools: Tools, options?: PrepareOptions): Promise<Data>;
  /** Leaves `best.safetensors` and `last.safetensors`, and goes on from the latter if it is there. */
  train(work: TrainingWork<Config, Data>): Promise<void>;
  evaluate(work: EvaluationWork<Config, Data>): Promise<Evaluation>;
  predict?(trained: Trained<Config>, files: readonly string[]): readonly Prediction[];
  /** Writes sounds and pictures into `samples/`, and returns their paths. */
  listen?(work: ListeningWork<Config, Data>): readonly string[];
  /** Takes the noise from a file of any length, a piece at a time. */
  denoise?(trained: Trained<Config>, job: DenoiseJob): Promise<DenoisedFile>;
  /** Sounds out of nothing. */
  generate?(trained: Trained<Config>, options: GenerateOptions): readonly Made[];
  /** Sounds on the way from one to another. */
  interpolate?(trained: Trained<Config>, options: InterpolateOptions): readonly Made[];
}
