export { type Corpus, type CorpusItem, type Part, parts, type SpeakerFacts } from './corpora/corpus.ts';
export { digitNames, parseDigit } from './corpora/digit.ts';
export { type ImageCorpus, type ImageSet, openMnist } from './corpora/mnist.ts';
export { type CorpusConfig, type CorpusName, corpora, corpusConfig, openCorpus } from './corpora/open.ts';
export { type Audio, type AudioSource, readAudio, type Source } from './corpora/source.ts';
export type { Split } from './corpora/split.ts';
export { type SplitConfig, splitConfig, splitItems } from './corpora/splitConfig.ts';
export { explainSystemError, firstLine, InputError } from './inputError.ts';
