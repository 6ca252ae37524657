/**
 * The text of a worker. It is a string because it must reach a thread without a file of its own, in Node and
 * in a bundled page alike; nothing is imported. After its start a worker receives no messages, since it never
 * returns to its event loop: everything it needs to know stands in the shared heap (see control.ts).
 *
 * A kernel is known by its record's pointer: module bytes, their length, export name, its length. A worker
 * compiles the module when it first owns a tile of it. V8 finds the machine code by the module's bytes, so
 * that this costs microseconds where the caller has compiled it already.
 */
export const workerSource = `'use strict';
function serve({ memory, control, layout, slotState, slot }, tellReady, onExit) {
  const { epoch, unclaimed, pending, sleeping, ready, spinMicroseconds, command, failure, slots } = layout;
  const words = new Int32Array(memory.buffer, control, layout.words);
  const state = slots.first + slot * slots.stride + slots.state;
  const owned = slots.first + slot * slots.stride + slots.tile;
  const instances = new Map();
  const kernels = new Map();

  // The module is copied, because a compiler does not read from memory that others may write.
  function instantiate(bytes, length) {
    const module = new WebAssembly.Module(new Uint8Array(memory.buffer, bytes, length).slice());
    const instance = new WebAssembly.Instance(module, { env: { memory } });
    instances.set(bytes, instance);
    return instance;
  }

  function load(record) {
    const [bytes, length, name, nameLength] = new Uint32Array(memory.buffer, record >>> 0, 4);
    const { exports } = instances.get(bytes) ?? instantiate(bytes, length);
    const kernel = exports[String.fromCharCode(...new Uint8Array(memory.buffer, name, nameLength))];
    kernels.set(record, kernel);
    return kernel;
  }

  function runTile(tile) {
    const begin = tile * words[command.grain];
    const record = words[command.kernel];
    const kernel = kernels.get(record) ?? load(record);
    kernel(words[command.args], begin, Math.min(begin + words[command.grain], words[command.items]));
  }

  function report(error) {
    if (Atomics.compareExchange(words, failure.by, 0, slot + 1) !== 0) return;
    const text = String(error).slice(0, failure.textWords * 2);
    const units = new Uint16Array(words.buffer, words.byteOffset + failure.text * 4, text.length);
    for (let at = 0; at < text.length; at++) units[at] = text.charCodeAt(at);
    words[failure.length] = text.length;
  }

  function takeTiles() {
    for (let left = Atomics.sub(words, unclaimed, 1); left > 0; left = Atomics.sub(words, unclaimed, 1)) {
      const tile = words[command.tiles] - left;
      Atomics.store(words, owned, tile + 1);
      try {
        runTile(tile);
      } catch (error) {
        report(error);
      }
      Atomics.store(words, owned, 0);
      if (Atomics.sub(words, pending, 1) === 1) Atomics.notify(words, pending);
    }
  }

  function rest(seen) {
    const sleepAt = performance.now() + words[spinMicroseconds] / 1000;
    while (performance.now() < sleepAt) {
      for (let turn = 0; turn < 100; turn++) if (Atomics.load(words, epoch) !== seen) return;
    }
    Atomics.add(words, sleeping, 1);
    Atomics.wait(words, epoch, seen);
    Atomics.sub(words, sleeping, 1);
  }

  function leave() {
    const before = Atomics.exchange(words, state, slotState.gone);
    if (isUp && before !== slotState.gone) Atomics.sub(words, ready, 1);
  }

  let isUp = false;
  onExit(leave);
  if (Atomics.compareExchange(words, state, slotState.starting, slotState.ready) === slotState.starting) {
    isUp = true;
    Atomics.add(words, ready, 1);
    tellReady();
    for (;;) {
      const seen = Atomics.load(words, epoch);
      if (Atomics.load(words, state) !== slotState.ready) break;
      takeTiles();
      rest(seen);
    }
  }
  leave();
}

if (typeof require === 'function') {
  const { parentPort, workerData } = require('node:worker_threads');
  serve(workerData, () => parentPort.postMessage('ready'), (leave) => process.once('exit', leave));
} else {
  self.onmessage = ({ data }) => {
    serve(data, () => self.postMessage('ready'), () => {});
    self.postMessage('gone');
    self.close();
  };
}
`;
