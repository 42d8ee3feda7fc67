import type { Decoded } from './decoder.js';
import { Draft, maxRecords } from './draft.js';
import { epochMs } from './epochMs.js';
import { parseDecimalText } from './parseDecimal.js';
import { utf8 } from './utf8.js';

const newline = 10;
const space = 32;
const quote = 34;
const comma = 44;
const equals = 61;
const backslash = 92;
const unsignedOrInteger = /^[+-]?\d+[iu]$/;
const boolean = /^(?:[tTfF]|true|True|TRUE|false|False|FALSE)$/;
const notFinite = /^[+-]?(?:nan|inf|infinity)$/i;
const timestamp = /^ +-?\d{1,19}\s*$/;

/** Numbers of line protocol: `measurement[,tag=value…].field`, tags in the order of their names, without escapes. */
export const decodeInflux = (payload: Uint8Array): Decoded => decodeLines(payload).draft;

/** The same, and how many lines are line protocol. */
export const decodeLines = (payload: Uint8Array): { readonly draft: Draft; readonly lines: number } => {
  const draft = new Draft(maxRecords);
  const parser = new LineParser(utf8(payload), draft);
  const lines = parser.run();
  if (parser.blank) draft.reject('empty', 'there is no line');
  else if (draft.samples.length === 0 && draft.rejects.length === 0)
    draft.reject('no_numeric_field', 'no line holds a number');
  return { draft, lines };
};

/** One pass over the text; a line that is wrong costs itself only. */
class LineParser {
  blank = true;
  readonly #text: string;
  readonly #draft: Draft;
  #at = 0;
  #openQuote = false; // a quote without an end was met: there is none behind it either, so nobody looks again

  constructor(text: string, draft: Draft) {
    this.#text = text;
    this.#draft = draft;
  }

  run(): number {
    const text = this.#text;
    let lines = 0;
    while (this.#at < text.length) {
      const start = this.#at;
      const code = text.charCodeAt(start);
      if (code <= space) this.#at++;
      else if (code === 35) this.#toNextLine();
      else {
        this.blank = false;
        const problem = this.#line();
        if (problem === undefined) lines++;
        else {
          this.#draft.reject('influx_syntax', `${problem}: ${text.slice(start, start + 60)}`);
          this.#toNextLine();
        }
        if (this.#draft.full && this.#at < text.length) {
          this.#draft.tooMany();
          break;
        }
      }
    }
    return lines;
  }

  #toNextLine(): void {
    this.#at = this.#lineEnd() + 1;
  }

  #lineEnd(): number {
    const end = this.#text.indexOf('\n', this.#at);
    return end < 0 ? this.#text.length : end;
  }

  #line(): string | undefined {
    const measurement = this.#name(false);
    if (measurement === '') return 'no measurement';
    const tags: string[] = [];
    while (this.#take(comma)) {
      const key = this.#name(true);
      if (key === '' || !this.#take(equals)) return 'a tag is NAME=VALUE';
      const value = this.#name(true);
      if (value === '') return 'a tag is NAME=VALUE';
      tags.push(`,${key}=${value}`);
    }
    if (!this.#take(space)) return 'no fields';
    this.#blanks();
    const series = measurement + tags.sort().join('');
    const found: { readonly field: string; readonly y: number }[] = [];
    do {
      const key = this.#name(true);
      if (key === '' || !this.#take(equals)) return 'a field is NAME=VALUE';
      const y = this.#value();
      if (typeof y === 'string') return y;
      if (y !== undefined) found.push({ field: `${series}.${key}`, y });
    } while (this.#take(comma));
    const end = this.#lineEnd();
    const time = this.#text.slice(this.#at, end);
    if (time.trim() !== '' && !timestamp.test(time)) return 'a timestamp is an integer behind a blank';
    this.#at = end;
    const tMs = time.trim() === '' ? undefined : epochMs(Number(time));
    for (const { field, y } of found) this.#draft.add(field, tMs, y);
    return undefined;
  }

  #take(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false;
    this.#at++;
    return true;
  }

  #blanks(): void {
    while (this.#text.charCodeAt(this.#at) === space) this.#at++;
  }

  /** A name up to an unescaped comma, blank or line end, and equals sign where those are special. */
  #name(equalsEnds: boolean): string {
    const text = this.#text;
    const start = this.#at;
    let escaped = false;
    for (; this.#at < text.length; this.#at++) {
      const code = text.charCodeAt(this.#at);
      if (code === backslash) {
        const next = text.charCodeAt(this.#at + 1);
        if (next === comma || next === space || next === equals) {
          escaped = true;
          this.#at++;
        }
      } else if (code === comma || code === space || code === newline || (equalsEnds && code === equals)) break;
    }
    const name = text.slice(start, this.#at);
    return escaped ? name.replace(/\\([, =])/g, '$1') : name;
  }

  /** A number; undefined for text and booleans; a string says what is wrong. */
  #value(): number | undefined | string {
    const text = this.#text;
    if (text.charCodeAt(this.#at) === quote) return this.#string() ? undefined : 'a quote without an end';
    const start = this.#at;
    for (; this.#at < text.length; this.#at++) {
      const code = text.charCodeAt(this.#at);
      if (code === comma || code <= space) break;
    }
    const token = text.slice(start, this.#at);
    const y = parseDecimalText(unsignedOrInteger.test(token) ? token.slice(0, -1) : token);
    if (!Number.isNaN(y)) return y;
    if (boolean.test(token)) return undefined;
    return notFinite.test(token) ? Number.NaN : 'a field is a number, a boolean or quoted text';
  }

  #string(): boolean {
    if (this.#openQuote) return false;
    const text = this.#text;
    for (let at = this.#at + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === backslash) at++;
      else if (code === quote) {
        this.#at = at + 1;
        return true;
      }
    }
    this.#openQuote = true;
    return false;
  }
}
