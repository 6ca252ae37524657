import type { Pipeline } from '../pipeline.ts';
import { recogniser } from '../shared/recognise.ts';
import type { SpeechData } from '../shared/speechData.ts';
import { defaults, quick, type RecogniseLstmConfig, schema } from './config.ts';
import { LstmRecogniser } from './model.ts';

export const recogniseLstm: Pipeline<RecogniseLstmConfig, SpeechData> = recogniser({
  name: 'recognise-lstm',
  title: 'Digits by memory',
  summary: 'an LSTM reads log-mel frames from both ends; ten answers from its last states',
  ...{ schema, defaults, quick },
  build: ({ model }, options) => new LstmRecogniser({ ...model, ...options }),
});
