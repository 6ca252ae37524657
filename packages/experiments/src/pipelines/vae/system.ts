import { loadStateDict } from '@sonograd/nn';
import { foldIn, randomKey } from '@sonograd/tensor';
import type { Trained } from '../pipeline.ts';
import { pictureSize, type VaeConfig } from './config.ts';
import { VaeSystem } from './model.ts';

/** The system as it is before it has learnt anything. */
export const makeSystem = ({ features, model, judge, seed }: VaeConfig): VaeSystem =>
  new VaeSystem({
    ...pictureSize(features),
    ...model,
    key: foldIn(randomKey(seed), 'weights'),
    judgeKey: foldIn(randomKey(judge.seed), 'judge'),
  });

/** The system of a checkpoint, ready for use. */
export function trainedSystem({ config, state }: Pick<Trained<VaeConfig>, 'config' | 'state'>): VaeSystem {
  const system = makeSystem(config);
  loadStateDict(system, state);
  return system.eval();
}
