/** Code of a stack machine. An expression leaves one value; a statement none. */
export type Code = readonly number[];

/** A function of a module: `parameters` and `locals` by the names its body knows them by. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: Readonly<Record<string, ValueType>>;
  readonly locals: Readonly<Record<string, ValueType>>;
  readonly body: (place: (name: string) => number) => Code;
}

export type ValueType = keyof typeof valueTypes;
const valueTypes = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** The bytes of a module that exports `functions`, which return nothing, and `memory` of `pages` of 64 KiB, which can grow. WebAssembly core specification 2.0, chapter 5. */
export function wasmModule(functions: readonly WasmFunction[], pages: number): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, ...list(Object.values(parameters).map(typeByte)), 0]);
  const exports = functions.map(({ name }, i) => [...text(name), 0, ...unsigned(i)]);
  const bodies = functions.map(({ parameters, locals, body }) => {
    const names = [...Object.keys(parameters), ...Object.keys(locals)];
    const declared = list(Object.values(locals).map((type) => [1, ...typeByte(type)]));
    const code = [...declared, ...body((name) => found(names, name)), 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(3, list(functions.map((_, i) => unsigned(i)))),
    ...section(5, list([[0, ...unsigned(pages)]])),
    ...section(7, list([...exports, [...text('memory'), 2, 0]])),
    ...section(10, list(bodies)),
  ]);
}

/** LEB128, as `unsigned` and `signed` of the specification. */
export function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

export function signed(value: number): number[] {
  const low = value & 127;
  const rest = value >> 7;
  const isLast = (rest === 0 && low < 64) || (rest === -1 && low >= 64);
  return isLast ? [low] : [low | 128, ...signed(rest)];
}

const section = (id: number, content: Code): number[] => [id, ...unsigned(content.length), ...content];
const list = (items: readonly Code[]): number[] => [...unsigned(items.length), ...items.flat()];
const text = (name: string): number[] => list([...name].map((letter) => [letter.charCodeAt(0)]));
const typeByte = (type: ValueType): number[] => [valueTypes[type]];

function found(names: readonly string[], name: string): number {
  const at = names.indexOf(name);
  if (at < 0) throw new RangeError(`wasmModule: no parameter or local ${name}`);
  return at;
}
