import { all, call, f32, f32x4, f64, get, i32, loopWhile, select, set, when } from './wasmCode.js';
import { type Code, type WasmFunction, wasmModule } from './wasmModule.js';

declare const WebAssembly: {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  Instance: new (module: object) => { exports: unknown };
};

/**
 * The arithmetic of DirectLeastSquares, four float32 at a time (WebAssembly's fixed-width SIMD gives the same everywhere). Addresses
 * are bytes in `memory`; rows are padded with zeros to a multiple of four numbers.
 */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /** x_i = z(place_i + h) − z(h) for the first `count` of a row: limited, 0 where it is not known. Reads and writes whole fours. */
  gather(z: number, places: number, count: number, h: number, x: number): void;
  /** e = clip(label − w·x); w ← w + k·e, and the running mean of |e| at `error`. */
  learn(w: number, k: number, x: number, width: number, label: number, error: number, clip: number): void;
  /**
   * `learn` for h = 1…horizon, row h of `w` with the row of h ticks before `slot`, if one `waits`: its gain in `k`, its first `rebuilt` numbers from
   * `gather`, the others in `kept`.
   */
  learnAll(
    w: number,
    k: number,
    kept: number,
    waits: number,
    error: number,
    labels: number,
    z: number,
    places: number,
    x: number,
    width: number,
    rebuilt: number,
    horizon: number,
    slot: number,
    clip: number,
  ): void;
  /** One Bierman update of U and D by the row x; `gain` becomes P·x / (λ + xᵀ·P·x). */
  take(U: number, D: number, x: number, width: number, gain: number, forgetting: number, most: number): void;
  /** answers_r = w_r·x for `count` rows w. */
  answer(w: number, x: number, width: number, answers: number, count: number): void;
}

const largest = 1e6; // of a regressor
const errorFloor = 1e-3; // of the unit: an error scale of 0 would stop the learning after a constant start
const leastVariance = 1e-20;
const four = i32.const(16); // bytes
const up = (address: number, by: Code): Code => set(address, i32.add(get(address), by));
const bytes = (count: Code): Code => i32.shl(count, i32.const(2));
/** Bytes of `count` numbers, padded. */
const padded = (count: Code): Code => i32.and(bytes(i32.add(count, i32.const(3))), i32.const(-16));
const sum = (place: number): Code => {
  const lane = (i: number) => f32x4.lane(get(place), i);
  return f64.ofF32(f32.add(f32.add(lane(0), lane(1)), f32.add(lane(2), lane(3))));
};
const zeros: Code = f32x4.splat(f32.ofF64(f64.const(0)));

/** Leaves in `total` the products of what lies at a and b, up to `end`, four by four. */
const dot = (p: (name: string) => number, a: string, b: string, end: string, total: string): Code =>
  all(
    set(p(total), zeros),
    loopWhile(
      i32.less(get(p(a)), get(p(end))),
      set(p(total), f32x4.add(get(p(total)), f32x4.mul(f32x4.load(get(p(a))), f32x4.load(get(p(b)))))),
      up(p(a), four),
      up(p(b), four),
    ),
  );

const gather: WasmFunction = {
  name: 'gather',
  parameters: { z: 'i32', places: 'i32', count: 'i32', h: 'i32', x: 'i32' },
  locals: { end: 'i32', at: 'i32', newest: 'f32', v: 'v128' },
  body: (p) =>
    all(
      set(p('z'), i32.add(get(p('z')), bytes(get(p('h'))))),
      set(p('newest'), f32.load(get(p('z')))),
      set(p('at'), get(p('x'))),
      set(p('end'), i32.add(get(p('x')), bytes(get(p('count'))))),
      loopWhile(
        i32.less(get(p('at')), get(p('end'))),
        f32.store(
          get(p('at')),
          f32.sub(f32.load(i32.add(get(p('z')), bytes(i32.load(get(p('places')))))), get(p('newest'))),
        ),
        up(p('at'), i32.const(4)),
        up(p('places'), i32.const(4)),
      ),
      loopWhile(
        i32.less(get(p('x')), get(p('end'))),
        set(p('v'), f32x4.load(get(p('x')))),
        set(p('v'), f32x4.and(get(p('v')), f32x4.equal(get(p('v')), get(p('v'))))),
        f32x4.store(
          get(p('x')),
          f32x4.max(
            f32x4.splat(f32.ofF64(f64.const(-largest))),
            f32x4.min(f32x4.splat(f32.ofF64(f64.const(largest))), get(p('v'))),
          ),
        ),
        up(p('x'), four),
      ),
    ),
};

const learn: WasmFunction = {
  name: 'learn',
  parameters: { w: 'i32', k: 'i32', x: 'i32', width: 'i32', label: 'f64', error: 'i32', clip: 'f64' },
  locals: { at: 'i32', end: 'i32', total: 'v128', e: 'f64', size: 'f64', mean: 'f64', known: 'f64', most: 'f64' },
  body: (p) => {
    const isFirst = f64.equal(get(p('mean')), f64.const(0));
    const next = f64.add(
      f64.mul(f64.const(0.99), get(p('mean'))),
      f64.mul(f64.const(0.01), f64.min(get(p('size')), f64.mul(f64.const(10), get(p('known'))))),
    );
    return all(
      set(p('at'), get(p('w'))),
      set(p('end'), i32.add(get(p('w')), padded(get(p('width'))))),
      dot(p, 'at', 'x', 'end', 'total'),
      set(p('e'), f64.sub(get(p('label')), sum(p('total')))),
      set(p('size'), f64.abs(get(p('e')))),
      when(
        f64.less(get(p('size')), f64.const(1e30)),
        set(p('mean'), f64.ofF32(f32.load(get(p('error'))))),
        set(p('known'), f64.max(select(get(p('size')), get(p('mean')), isFirst), f64.const(errorFloor))),
        f32.store(get(p('error')), f32.ofF64(select(get(p('size')), next, isFirst))),
        set(p('most'), f64.mul(get(p('clip')), get(p('known')))),
        set(p('e'), f64.min(get(p('most')), f64.max(f64.neg(get(p('most'))), get(p('e'))))),
        set(p('total'), f32x4.splat(f32.ofF64(get(p('e'))))),
        loopWhile(
          i32.less(get(p('w')), get(p('end'))),
          f32x4.store(
            get(p('w')),
            f32x4.add(f32x4.load(get(p('w'))), f32x4.mul(get(p('total')), f32x4.load(get(p('k'))))),
          ),
          up(p('w'), four),
          up(p('k'), four),
        ),
      ),
    );
  },
};

const learnAll: WasmFunction = {
  name: 'learnAll',
  parameters: {
    ...{
      w: 'i32',
      k: 'i32',
      kept: 'i32',
      waits: 'i32',
      error: 'i32',
      labels: 'i32',
      z: 'i32',
      places: 'i32',
      x: 'i32',
    },
    ...{ width: 'i32', rebuilt: 'i32', horizon: 'i32', slot: 'i32', clip: 'f64' },
  },
  locals: { h: 'i32', s: 'i32', from: 'i32', to: 'i32', end: 'i32' },
  body: (p) =>
    all(
      set(p('h'), i32.const(1)),
      set(p('s'), get(p('slot'))),
      loopWhile(
        i32.isZero(i32.less(get(p('horizon')), get(p('h')))),
        set(p('s'), i32.sub(select(get(p('s')), get(p('horizon')), get(p('s'))), i32.const(1))),
        when(
          i32.load(i32.add(get(p('waits')), bytes(get(p('s'))))),
          call(0, get(p('z')), get(p('places')), get(p('rebuilt')), get(p('h')), get(p('x'))),
          set(
            p('from'),
            i32.add(get(p('kept')), bytes(i32.mul(get(p('s')), i32.sub(get(p('width')), get(p('rebuilt')))))),
          ),
          set(p('to'), i32.add(get(p('x')), bytes(get(p('rebuilt'))))),
          set(p('end'), i32.add(get(p('x')), bytes(get(p('width'))))),
          loopWhile(
            i32.less(get(p('to')), get(p('end'))),
            f32.store(get(p('to')), f32.load(get(p('from')))),
            up(p('to'), i32.const(4)),
            up(p('from'), i32.const(4)),
          ),
          call(
            1,
            get(p('w')),
            i32.add(get(p('k')), i32.mul(get(p('s')), padded(get(p('width'))))),
            get(p('x')),
            get(p('width')),
            f64.ofF32(f32.load(get(p('labels')))),
            get(p('error')),
            get(p('clip')),
          ),
        ),
        up(p('w'), padded(get(p('width')))),
        up(p('error'), i32.const(4)),
        up(p('labels'), i32.const(4)),
        up(p('h'), i32.const(1)),
      ),
    ),
};

const take: WasmFunction = {
  name: 'take',
  parameters: { U: 'i32', D: 'i32', x: 'i32', width: 'i32', gain: 'i32', forgetting: 'f64', most: 'f64' },
  locals: {
    ...{
      j: 'i32',
      column: 'i32',
      row: 'i32',
      end: 'i32',
      at: 'i32',
      total: 'v128',
      u: 'v128',
      b: 'v128',
      slope: 'v128',
    },
    ...{ f: 'f64', v: 'f64', alpha: 'f64', before: 'f64', d: 'f64', grown: 'f64', step: 'v128' },
  },
  body: (p) =>
    all(
      set(p('at'), get(p('gain'))),
      set(p('end'), i32.add(get(p('gain')), padded(get(p('width'))))),
      loopWhile(i32.less(get(p('at')), get(p('end'))), f32x4.store(get(p('at')), zeros), up(p('at'), four)),
      set(p('alpha'), get(p('forgetting'))),
      set(p('j'), i32.const(0)),
      loopWhile(
        i32.less(get(p('j')), get(p('width'))),
        set(p('column'), get(p('U'))),
        set(p('row'), get(p('x'))),
        set(p('end'), i32.add(get(p('U')), padded(get(p('j'))))),
        dot(p, 'column', 'row', 'end', 'total'),
        set(p('f'), f64.add(f64.ofF32(f32.load(i32.add(get(p('x')), bytes(get(p('j')))))), sum(p('total')))),
        set(p('at'), i32.add(get(p('D')), bytes(get(p('j'))))),
        set(p('d'), f64.ofF32(f32.load(get(p('at'))))),
        set(p('v'), f64.mul(get(p('d')), get(p('f')))),
        set(p('before'), get(p('alpha'))),
        set(p('alpha'), f64.add(get(p('alpha')), f64.mul(get(p('f')), get(p('v'))))),
        set(p('d'), f64.mul(get(p('d')), f64.div(get(p('before')), get(p('alpha'))))),
        set(p('grown'), f64.div(get(p('d')), get(p('forgetting')))),
        set(p('d'), select(get(p('grown')), get(p('d')), f64.less(get(p('grown')), get(p('most'))))),
        f32.store(get(p('at')), f32.ofF64(f64.max(f64.const(leastVariance), get(p('d'))))),
        set(p('slope'), f32x4.splat(f32.ofF64(f64.div(f64.neg(get(p('f'))), get(p('before')))))),
        set(p('step'), f32x4.splat(f32.ofF64(get(p('v'))))),
        set(p('at'), get(p('gain'))),
        loopWhile(
          i32.less(get(p('U')), get(p('end'))),
          set(p('u'), f32x4.load(get(p('U')))),
          set(p('b'), f32x4.load(get(p('at')))),
          f32x4.store(get(p('U')), f32x4.add(get(p('u')), f32x4.mul(get(p('b')), get(p('slope'))))),
          f32x4.store(get(p('at')), f32x4.add(get(p('b')), f32x4.mul(get(p('u')), get(p('step'))))),
          up(p('U'), four),
          up(p('at'), four),
        ),
        f32.store(i32.add(get(p('gain')), bytes(get(p('j')))), f32.ofF64(get(p('v')))),
        up(p('j'), i32.const(1)),
      ),
      set(p('at'), get(p('gain'))),
      set(p('end'), i32.add(get(p('gain')), padded(get(p('width'))))),
      set(p('step'), f32x4.splat(f32.ofF64(get(p('alpha'))))),
      loopWhile(
        i32.less(get(p('at')), get(p('end'))),
        f32x4.store(get(p('at')), f32x4.div(f32x4.load(get(p('at'))), get(p('step')))),
        up(p('at'), four),
      ),
    ),
};

const answer: WasmFunction = {
  name: 'answer',
  parameters: { w: 'i32', x: 'i32', width: 'i32', answers: 'i32', count: 'i32' },
  locals: { end: 'i32', last: 'i32', row: 'i32', total: 'v128' },
  body: (p) =>
    all(
      set(p('last'), i32.add(get(p('answers')), bytes(get(p('count'))))),
      loopWhile(
        i32.less(get(p('answers')), get(p('last'))),
        set(p('row'), get(p('x'))),
        set(p('end'), i32.add(get(p('w')), padded(get(p('width'))))),
        dot(p, 'w', 'row', 'end', 'total'),
        f32.store(get(p('answers')), f32.ofF64(sum(p('total')))),
        up(p('answers'), i32.const(4)),
      ),
    ),
};

/** What a call is told and what it answers: numbers in `memory`, which hold nothing between calls. */
const room = { x: 64, gain: 64, places: 64, z: 512, labels: 64, state: 4096 };
type Area = keyof typeof room;

const exports = new WebAssembly.Instance(new WebAssembly.Module(wasmModule([gather, learn, learnAll, take, answer], 1)))
  .exports as Exports;

/** The kernel, its memory as numbers, and where each area begins in it. */
export const kernel = {
  ...exports,
  numbers: new Float32Array(0),
  integers: new Int32Array(0),
  at: {} as Record<Area, number>, // a number's place; its address is four times that
  generation: 0, // grows when `numbers` is another one than before
};

/** Makes room for `count` numbers in `area`. What the areas hold is lost. */
export function reserve(area: Area, count: number): void {
  if (room[area] >= count && kernel.generation > 0) return;
  room[area] = Math.max(room[area], padded4(count));
  let end = 0;
  for (const name of Object.keys(room) as Area[]) {
    kernel.at[name] = end;
    end += room[name];
  }
  const { memory } = exports;
  const missing = Math.ceil((4 * end) / 65_536 - memory.buffer.byteLength / 65_536);
  if (missing > 0) memory.grow(missing);
  kernel.numbers = new Float32Array(memory.buffer);
  kernel.integers = new Int32Array(memory.buffer);
  kernel.generation++;
}

/** `count`, rounded up to a multiple of four. */
export const padded4 = (count: number): number => (count + 3) & -4;

reserve('x', 0);
