import type { Pipeline } from '../pipeline.ts';
import { recogniser } from '../shared/recognise.ts';
import type { SpeechData } from '../shared/speechData.ts';
import { defaults, quick, type RecogniseCnnConfig, schema } from './config.ts';
import { CnnRecogniser } from './model.ts';

export const recogniseCnn: Pipeline<RecogniseCnnConfig, SpeechData> = recogniser({
  name: 'recognise-cnn',
  title: 'Digits by convolution',
  summary:
    'blocks of convolution, batch-norm and ReLU on log-mel pictures; the mean over the picture; ten answers',
  ...{ schema, defaults, quick },
  build: ({ model }, options) => new CnnRecogniser({ ...model, ...options }),
});
