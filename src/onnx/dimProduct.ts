import type { Dim } from './shape.js';

interface Monomial {
  readonly factor: number;
  readonly symbols: readonly string[];
}

/** `6·batch` is 6 times the axis `batch`. */
function monomial(dims: readonly Dim[]): Monomial {
  let factor = 1;
  const symbols: string[] = [];
  for (const part of dims.flatMap((dim): Dim[] => (typeof dim === 'string' ? dim.split('·') : [dim]))) {
    if (typeof part === 'string' && !/^\d+$/.test(part)) symbols.push(part);
    else factor *= Number(part);
  }
  return { factor, symbols };
}

const dimOf = ({ factor, symbols }: Monomial): Dim => {
  if (symbols.length === 0) return factor;
  return (factor === 1 ? symbols : [factor, ...symbols]).join('·');
};

/** The size of several axes laid into one. */
export const dimProduct = (dims: readonly Dim[]): Dim => dimOf(monomial(dims));

/** The axis that is left when those of `parts` are taken out of `whole`. @throws {RangeError} when they do not divide it. */
export function dimQuotient(whole: readonly Dim[], parts: readonly Dim[]): Dim {
  const [all, some] = [monomial(whole), monomial(parts)];
  const symbols = [...all.symbols];
  for (const symbol of some.symbols) {
    const at = symbols.indexOf(symbol);
    if (at < 0) throw new RangeError(`[${parts}] does not divide [${whole}]`);
    symbols.splice(at, 1);
  }
  const factor = some.factor === 0 ? 0 : all.factor / some.factor;
  if (!Number.isInteger(factor)) throw new RangeError(`[${parts}] does not divide [${whole}]`);
  return dimOf({ factor, symbols });
}
