import { engine as dspEngine, setEngine as setDspEngine } from '@sonograd/dsp';
import { seedLayers } from '@sonograd/nn';
import { engine, manualSeed, setEngine } from '@sonograd/tensor';
import { beforeAll } from 'vitest';

// Files share a process, one after the other: each finds engines and series of random numbers as the first one did.
const kept = globalThis as { enginesAtStart?: Engines };
kept.enginesAtStart ??= readEngines();
const atStart = kept.enginesAtStart;

type Engines = ReturnType<typeof readEngines>;

function readEngines() {
  return { tensor: engine().name, dsp: dspEngine() };
}

beforeAll(() => {
  if (engine().name !== atStart.tensor) setEngine(atStart.tensor);
  if (dspEngine() !== atStart.dsp) setDspEngine(atStart.dsp);
  manualSeed(0);
  seedLayers(0);
});
