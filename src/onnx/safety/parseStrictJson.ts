const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/gs;

/**
 * A JSON document that every reader reads alike: `JSON.parse`, without keys that an object has twice, of which some readers take the first and others the
 * last, and without `__proto__`.
 *
 * @throws {SyntaxError} what is no JSON.
 * @throws {RangeError} such a key.
 */
export function parseStrictJson(text: string): unknown {
  const document: unknown = JSON.parse(text);
  const open: Set<string>[] = []; // keys of the objects and arrays around
  let last = '';
  for (const [found] of text.matchAll(token)) {
    if (found === '{' || found === '[') open.push(new Set());
    else if (found === '}' || found === ']') open.pop();
    else if (found === ':') {
      const key = JSON.parse(last) as string;
      const keys = open.at(-1)!;
      if (keys.has(key) || key === '__proto__')
        throw new RangeError(`a key that may not be there, or is twice: ${key}`);
      keys.add(key);
    }
    last = found;
  }
  return document;
}
