const zero = 48; // the character 0

/** Weights of 0…1 as text, a character each: that whose code is 48 more than the weight in percent. In SQL `unicode(…) - 48`. */
export const packWeights = (weights: Float64Array): string => {
  const codes = new Array<number>(weights.length);
  for (let i = 0; i < weights.length; i++) codes[i] = zero + Math.round(100 * weights[i]);
  return String.fromCharCode(...codes);
};

export const unpackWeights = (text: string): number[] =>
  Array.from(text, (character) => (character.charCodeAt(0) - zero) / 100);
