/** What poolBrowser.test.ts runs inside a browser: in the page itself, and in a worker of the page. */
import { f32, heap, kernelFamily, poolReady, poolState, relaxedMadd, setThreads } from '@sonograd/wasm';

const { iterate } = kernelFamily('page', (family) => ({
  iterate: family.kernel({ out: 'i32', steps: 'i32', scale: 'f32' }, (k, { out, steps, scale }) => {
    k.for(k.begin, k.end, 1, (item) => {
      const x = k.variable(f32, item.add(1).toF32().div(1e6));
      k.for(0, steps, 1, () => x.set(scale.mul(x).mul(f32(1).sub(x))));
      k.store(out.add(item.shl(2)), x);
    });
  }),
}));

const items = 2000;

function iterated(grain?: number): string {
  const out = heap.allocate(items * 4);
  iterate.run(items, [out, 200, 3.7], grain);
  return [...heap.i32(out, items)].join();
}

async function tryThreads(): Promise<object> {
  const expected = iterated();
  setThreads(3);
  const whileStarting = iterated(10) === expected;
  const ready = await poolReady().then(
    () => 'ready',
    (error: Error) => error.message,
  );
  const state = poolState();
  let same = 0;
  for (let round = 0; round < 50; round++) same += Number(iterated(10 + round) === expected);
  heap.free(heap.allocate(heap.buffer.byteLength + 65_536));
  const afterGrowth = iterated(10) === expected;
  setThreads(1);
  return { whileStarting, ready, state, same, afterGrowth, relaxed: relaxedMadd() };
}

const report = (place: string, result: object): Promise<Response> =>
  fetch(`/report/${place}`, { method: 'POST', body: JSON.stringify(result) });

if (typeof document === 'undefined') await report('worker', await tryThreads());
else {
  new Worker('/page.js', { type: 'module' });
  await report('page', await tryThreads());
}
