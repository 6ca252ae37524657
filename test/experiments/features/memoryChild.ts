import { openSynth } from '../../../packages/experiments/src/corpora/synth.ts';
import { computeFeatures } from '../../../packages/experiments/src/features/compute.ts';
import { featureConfig } from '../../../packages/experiments/src/features/config.ts';

/** Makes features of so many speakers' clips without keeping them in memory, and prints the peak in MB. */
const [cacheFolder = '', speakers = '2'] = process.argv.slice(2);
const { items } = openSynth({ speakers: Number(speakers), takes: 10, sampleRate: 48_000, seed: 0 });
const config = featureConfig.parse({
  sampleRate: 48_000,
  spectrum: { kind: 'log-mel', nFft: 2048, winLength: 1024, hopLength: 480, nMels: 128 },
  size: { fit: 'resize', bins: 112, frames: 112 },
  normalise: { kind: 'min-max' },
});
const store = await computeFeatures(items(), config, { cacheFolder, threads: 1, inMemoryBytes: 0 });
store.close();
console.log(process.resourceUsage().maxRSS / 1024);
