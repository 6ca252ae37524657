export { type Corpus, type CorpusItem, type Part, parts, type SpeakerFacts } from './corpora/corpus.ts';
export { digitNames, parseDigit } from './corpora/digit.ts';
export { type ImageCorpus, type ImageSet, openMnist } from './corpora/mnist.ts';
export { type CorpusConfig, type CorpusName, corpora, corpusConfig, openCorpus } from './corpora/open.ts';
export { type Audio, type AudioSource, readAudio, type Source } from './corpora/source.ts';
export type { Split } from './corpora/split.ts';
export { type SplitConfig, splitConfig, splitItems } from './corpora/splitConfig.ts';
export { computeFeatures, type FeatureOptions, type FeatureProgress } from './features/compute.ts';
export {
  type FeatureConfig,
  type FeatureSettings,
  featureConfig,
  type NormaliseConfig,
} from './features/config.ts';
export { type FeatureExample, featureDataset } from './features/dataset.ts';
export { type ExportOptions, exportPictures, pictureSettings } from './features/exportPictures.ts';
export { type Extracted, extract, extractFrom } from './features/extract.ts';
export type { Feature } from './features/fit.ts';
export { applyMoments, type Moments, undoMoments } from './features/moments.ts';
export { resizeBilinear } from './features/resize.ts';
export { melOptions } from './features/spectrum.ts';
export { type FeatureItem, FeatureStore, normaliseOver, type Skipped } from './features/store.ts';
export type { DownloadProgress } from './fetch/download.ts';
export { type FetchOptions, fetchableCorpora, fetchCorpus } from './fetch/fetchCorpus.ts';
export type { FetchableCorpus } from './fetch/homes.ts';
export { explainSystemError, firstLine, InputError } from './inputError.ts';
export { configure, evaluateRun, performRun } from './pipelines/perform.ts';
export { findPipeline, pipelines } from './pipelines/registry.ts';
export { writeReport } from './reports/writeReport.ts';
export type { ReportData } from './runs/reportData.ts';
export { RunFolder } from './runs/runFolder.ts';
