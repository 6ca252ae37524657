import type { Source } from '../corpora/source.ts';
import { firstLine } from '../inputError.ts';
import type { Alteration } from './alter.ts';
import type { FeatureConfig } from './config.ts';
import { extractFrom } from './extract.ts';
import type { Feature } from './fit.ts';

/** What is needed of an item to make its feature, as plain data for another thread. */
export interface Job {
  readonly id: string;
  readonly source: Source;
  readonly alteration?: Alteration | undefined;
}

/** The size of one feature, or why there is none. */
export type Outcome = Omit<Feature, 'data'> | { readonly failure: string };

/** The features of some items: sizes or failures one by one, values one after the other. */
export interface Chunk {
  readonly outcomes: readonly Outcome[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** An item that cannot be read or used does not stop the others. */
export function extractChunk(jobs: readonly Job[], config: FeatureConfig): Chunk {
  const results = jobs.map((job) => tryExtract(job, config));
  const features = results.filter((result) => 'data' in result);
  const data = new Float32Array(features.reduce((size, feature) => size + feature.data.length, 0));
  let at = 0;
  for (const feature of features) {
    data.set(feature.data, at);
    at += feature.data.length;
  }
  return { outcomes: results.map(outcomeOf), data };
}

function tryExtract({ id, source, alteration }: Job, config: FeatureConfig): Feature | { failure: string } {
  try {
    return extractFrom(source, config, id, alteration).feature;
  } catch (error) {
    return { failure: firstLine(error) };
  }
}

function outcomeOf(result: Feature | { failure: string }): Outcome {
  if ('failure' in result) return result;
  const { bins, frames, start, validFrames } = result;
  return { bins, frames, start, validFrames };
}
