import type { Pipeline } from '../pipeline.ts';
import { recogniser } from '../shared/recognise.ts';
import type { SpeechData } from '../shared/speechData.ts';
import { defaults, quick, type RecogniseTransformerConfig, schema } from './config.ts';
import { TransformerRecogniser } from './model.ts';

export const recogniseTransformer: Pipeline<RecogniseTransformerConfig, SpeechData> = recogniser({
  name: 'recognise-transformer',
  title: 'Digits by attention',
  summary: 'log-mel frames as tokens; each looks at all others; ten answers from their mean',
  ...{ schema, defaults, quick },
  build: ({ model }, options) => new TransformerRecogniser({ ...model, ...options }),
});
