import { engineNames, setEngine } from '@sonograd/tensor';
import { afterAll, expect, test } from 'vitest';
import { parityRows, parityTable } from './parityTable.ts';

afterAll(() => setEngine('simd'));

/** `SONOGRAD_PARITY=1 npx vitest run test/nn/parityTable.test.ts` prints the table. */
test('no layer, loss or model is further from PyTorch than 1e-4, on any engine', () => {
  const rows = parityRows();
  if (process.env.SONOGRAD_PARITY === '1') console.log(parityTable(rows));
  expect(rows.length).toBeGreaterThan(50);
  for (const { kind, name, largest, problems } of rows) {
    expect(problems, `${kind} ${name}`).toEqual([]);
    for (const engine of engineNames)
      expect(largest[engine], `${kind} ${name} on ${engine}`).toBeLessThan(1e-4);
  }
});
