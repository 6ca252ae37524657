import { ByteReader, bytesOfUnsigned } from './byteReader.ts';

/**
 * Gives the locals of WebAssembly functions new numbers, so that those in use at different times share one. Engines
 * do not care, but a module that names fewer things packs better: a fifth of its bytes tell locals apart.
 */
export function withFewerLocals(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = [...module.subarray(0, 8)];
  const reader = new ByteReader(module.subarray(8));
  while (!reader.isDone()) {
    const id = reader.byte();
    const section = reader.part(reader.unsigned());
    const content = id === codeSection ? rewriteCode(section) : section;
    out.push(id, ...bytesOfUnsigned(content.length), ...content);
  }
  return Uint8Array.from(out);
}

const codeSection = 10;

/** Every kernel has three, which keep their numbers. */
const parameters = 3;

interface Instruction {
  readonly bytes: Uint8Array;
  readonly opcode: number;
  /** Where it is local.get, set or tee. */
  readonly local: number | undefined;
}

interface FunctionBody {
  /** The type of each local, parameters not counted. */
  readonly types: readonly number[];
  readonly instructions: readonly Instruction[];
}

/** First and last instruction, both counted. */
interface Span {
  readonly first: number;
  readonly last: number;
}

function rewriteCode(section: Uint8Array): number[] {
  const reader = new ByteReader(section);
  const bodies = Array.from({ length: reader.unsigned() }, () => readBody(reader.part(reader.unsigned())));
  const sharings = bodies.map(shareNumbers);
  // The same room for each type in every function: a number then says the type, and functions look alike.
  const types = [...new Set(bodies.flatMap((body) => body.types))].sort((a, b) => b - a);
  const rooms = types.map((type) => Math.max(...sharings.map(({ sizes }) => sizes.get(type) ?? 0)));
  const firsts = new Map(
    types.map((type, i) => [type, parameters + rooms.slice(0, i).reduce((sum, room) => sum + room, 0)]),
  );
  const declarations = [types.length, ...types.flatMap((type, i) => [...bytesOfUnsigned(rooms[i]), type])];
  const out = bytesOfUnsigned(bodies.length);
  bodies.forEach(({ types, instructions }, i) => {
    const code = instructions.flatMap(({ bytes, opcode, local }) => {
      if (local === undefined) return [...bytes];
      if (local < parameters) return [opcode, local];
      const first = firsts.get(types[local - parameters]) as number;
      return [opcode, ...bytesOfUnsigned(first + (sharings[i].numbers.get(local) as number))];
    });
    out.push(...bytesOfUnsigned(declarations.length + code.length), ...declarations, ...code);
  });
  return out;
}

function readBody(bytes: Uint8Array): FunctionBody {
  const reader = new ByteReader(bytes);
  const types: number[] = [];
  for (let groups = reader.unsigned(); groups > 0; groups--) {
    const count = reader.unsigned();
    types.push(...new Array<number>(count).fill(reader.byte()));
  }
  const instructions: Instruction[] = [];
  while (!reader.isDone()) instructions.push(readInstruction(reader));
  return { types, instructions };
}

function readInstruction(reader: ByteReader): Instruction {
  const start = reader.at;
  const opcode = reader.byte();
  const local = opcode >= 0x20 && opcode <= 0x22 ? reader.unsigned() : undefined;
  if (local === undefined) skipImmediates(reader, opcode);
  return { bytes: reader.since(start), opcode, local };
}

/** What follows an opcode that kernels use (WebAssembly 2.0, section 5.4). */
function skipImmediates(reader: ByteReader, opcode: number): void {
  if (opcode === 0xfd) skipLaneImmediates(reader, reader.unsigned());
  else if (opcode === 0x44) reader.part(8);
  else if (opcode === 0x43) reader.part(4);
  else if ((opcode >= 0x02 && opcode <= 0x04) || opcode === 0x0c || opcode === 0x0d || opcode === 0x41)
    reader.unsigned();
  else if (opcode >= 0x28 && opcode <= 0x3e) {
    reader.unsigned();
    reader.unsigned();
  } else if (![0x05, 0x0b, 0x0f, 0x1a, 0x1b].includes(opcode) && !(opcode >= 0x45 && opcode <= 0xc4)) {
    throw new Error(`fewerLocals: unknown opcode, ${opcode}`);
  }
}

function skipLaneImmediates(reader: ByteReader, opcode: number): void {
  const hasAddress = opcode <= 0x0b || (opcode >= 0x54 && opcode <= 0x5d);
  if (hasAddress) {
    reader.unsigned();
    reader.unsigned();
  }
  if (opcode === 0x0c || opcode === 0x0d) reader.part(16);
  if ((opcode >= 0x15 && opcode <= 0x22) || (opcode >= 0x54 && opcode <= 0x5b)) reader.byte();
}

/** For each local the lowest number that no other of its type has at the same time. */
function shareNumbers(body: FunctionBody): { numbers: Map<number, number>; sizes: Map<number, number> } {
  const spans = [...spansInUse(body)].sort(([, a], [, b]) => a.first - b.first);
  const numbers = new Map<number, number>();
  const busyUntil = new Map<number, number[]>();
  for (const [local, { first, last }] of spans) {
    const type = body.types[local - parameters];
    const busy = busyUntil.get(type) ?? [];
    busyUntil.set(type, busy);
    const free = busy.findIndex((end) => end < first);
    const number = free < 0 ? busy.length : free;
    busy[number] = last;
    numbers.set(local, number);
  }
  return { numbers, sizes: new Map([...busyUntil].map(([type, busy]) => [type, busy.length])) };
}

/** From where to where each local must keep its value. */
function spansInUse({ instructions }: FunctionBody): Map<number, Span> {
  const blocks = blocksOf(instructions);
  const loops = blocks.filter(({ first }) => instructions[first].opcode === 0x03);
  const spans = new Map<number, Span>();
  instructions.forEach(({ local }, i) => {
    if (local !== undefined && local >= parameters)
      spans.set(local, { first: spans.get(local)?.first ?? i, last: i });
  });
  for (const [local, { first, last }] of spans) {
    const isWholeInside = (block: Span) => block.first <= first && last <= block.last;
    const mayBeSkipped = blocks.some((b) => b.first < first && first < b.last && !isWholeInside(b));
    // What is read before it is written, or perhaps not written at all, is kept throughout: rare, and safe.
    if (instructions[first].opcode === 0x20 || mayBeSkipped) {
      spans.set(local, { first: 0, last: instructions.length });
      continue;
    }
    // What a loop finds and does not make itself must be there again the next time round.
    const ends = loops
      .filter((b) => b.first <= last && !isWholeInside(b) && first < b.last)
      .map((b) => b.last);
    spans.set(local, { first, last: Math.max(last, ...ends) });
  }
  return spans;
}

/** Every block, loop and branch with its end; of a branch with `else` also its two halves. */
function blocksOf(instructions: readonly Instruction[]): Span[] {
  const found: Span[] = [];
  const open: number[] = [];
  instructions.forEach(({ opcode }, i) => {
    if (opcode >= 0x02 && opcode <= 0x04) open.push(i);
    if (opcode === 0x0b || opcode === 0x05) {
      const first = open.pop();
      if (first !== undefined) found.push({ first, last: i });
      if (opcode === 0x05) open.push(i);
    }
  });
  return found;
}
