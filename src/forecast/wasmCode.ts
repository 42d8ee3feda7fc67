import { type Code, signed, unsigned } from './wasmModule.js';

type Binary = (a: Code, b: Code) => Code;
type Unary = (a: Code) => Code;

const binary =
  (...operation: number[]): Binary =>
  (a, b) => [...a, ...b, ...operation];
const unary =
  (...operation: number[]): Unary =>
  (a) => [...a, ...operation];
const simd = (operation: number): number[] => [0xfd, ...unsigned(operation)];
const double = (value: number): number[] => [...new Uint8Array(Float64Array.of(value).buffer)];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  load: (address: Code): Code => [...address, 0x28, 2, 0],
  ...{ add: binary(0x6a), sub: binary(0x6b), mul: binary(0x6c), shl: binary(0x74), and: binary(0x71) },
  ...{ less: binary(0x48), isZero: unary(0x45) },
};

export const f32 = {
  load: (address: Code): Code => [...address, 0x2a, 2, 0],
  store: (address: Code, value: Code): Code => [...address, ...value, 0x38, 2, 0],
  ...{ add: binary(0x92), sub: binary(0x93), ofF64: unary(0xb6) },
};

export const f64 = {
  const: (value: number): Code => [0x44, ...double(value)],
  ...{
    add: binary(0xa0),
    sub: binary(0xa1),
    mul: binary(0xa2),
    div: binary(0xa3),
    min: binary(0xa4),
    max: binary(0xa5),
  },
  ...{ abs: unary(0x99), neg: unary(0x9a), less: binary(0x63), equal: binary(0x61), ofF32: unary(0xbb) },
};

/** Four float32 at once. */
export const f32x4 = {
  load: (address: Code): Code => [...address, ...simd(0), 0, 0],
  store: (address: Code, value: Code): Code => [...address, ...value, ...simd(11), 0, 0],
  splat: unary(...simd(19)),
  lane: (value: Code, lane: number): Code => [...value, ...simd(31), lane],
  ...{ add: binary(...simd(228)), sub: binary(...simd(229)), mul: binary(...simd(230)), div: binary(...simd(231)) },
  ...{ min: binary(...simd(232)), max: binary(...simd(233)), equal: binary(...simd(65)), and: binary(...simd(78)) },
};

/** `whenTrue` if `condition` holds, else `whenFalse`; both are computed. */
export const select = (whenTrue: Code, whenFalse: Code, condition: Code): Code => [
  ...whenTrue,
  ...whenFalse,
  ...condition,
  0x1b,
];

/** Calls the function in place `index` of the module. */
export const call = (index: number, ...values: readonly Code[]): Code => [...values.flat(), 0x10, ...unsigned(index)];
export const get = (place: number): Code => [0x20, ...unsigned(place)];
export const set = (place: number, value: Code): Code => [...value, 0x21, ...unsigned(place)];
/** Statements one after the other. */
export const all = (...statements: readonly Code[]): Code => statements.flat();
export const when = (condition: Code, ...statements: readonly Code[]): Code => [
  ...condition,
  0x04,
  0x40,
  ...statements.flat(),
  0x0b,
];
/** Runs `statements` while `condition` holds, which is asked first. */
export const loopWhile = (condition: Code, ...statements: readonly Code[]): Code => [
  ...[0x02, 0x40, 0x03, 0x40],
  ...i32.isZero(condition),
  ...[0x0d, 1],
  ...statements.flat(),
  ...[0x0c, 0, 0x0b, 0x0b],
];
