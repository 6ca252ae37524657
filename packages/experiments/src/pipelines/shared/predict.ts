import { noGrad, type Tensor } from '@sonograd/tensor';
import type { FeatureConfig } from '../../features/config.ts';
import { extractFrom } from '../../features/extract.ts';
import type { Feature } from '../../features/fit.ts';
import { applyMoments, type Moments } from '../../features/moments.ts';
import type { Prediction } from '../pipeline.ts';

/** A file as the model's training data was: extracted and normalised the same way. */
export function featureOfFile(path: string, config: FeatureConfig, moments: Moments | undefined): Feature {
  const kind = path.toLowerCase().endsWith('.png') ? 'picture' : 'wav';
  const { feature } = extractFrom({ kind, path }, config, path);
  if (moments !== undefined) applyMoments(feature, moments);
  return feature;
}

/** Asks a classifier about each file; `scoresOf` gives one row of ten logits. */
export function predictDigits(
  { config, moments }: { config: { features: FeatureConfig }; moments: Moments | undefined },
  files: readonly string[],
  scoresOf: (feature: Feature) => Tensor,
): Prediction[] {
  return files.map((file) => {
    const feature = featureOfFile(file, config.features, moments);
    const scores = noGrad(() => Array.from(scoresOf(feature).softmax(-1).data));
    const confidence = Math.max(...scores);
    return { file, digit: scores.indexOf(confidence), confidence, scores };
  });
}
