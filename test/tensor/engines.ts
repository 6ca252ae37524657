import { engineNames, setEngine } from '@sonograd/tensor';
import { afterAll, beforeAll, describe } from 'vitest';

/** The same tests on every engine: no exclusion lists. */
export function onEveryEngine(title: string, tests: () => void): void {
  describe.each(engineNames)(`${title} on %s`, (name) => {
    beforeAll(() => setEngine(name, { threads: 2 }));
    afterAll(() => setEngine('simd'));
    tests();
  });
}
