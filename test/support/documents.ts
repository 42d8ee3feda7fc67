import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectDir = fileURLToPath(new URL('../../', import.meta.url));

/** What people read, by path from the project. */
export const documentNames: readonly string[] = [
  'README.md',
  'models/README.md',
  ...readdirSync(join(projectDir, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .sort(),
];

export const readDocument = (name: string): string => readFileSync(join(projectDir, name), 'utf8');

export interface Block {
  readonly language: string; // as written after the fence; empty: formulas and output
  readonly text: string;
  readonly line: number;
}

export const blocksOf = (name: string): Block[] => {
  const document = readDocument(name);
  return [...document.matchAll(/^```(\w*)\n(.*?)^```/gms)].map(({ 1: language, 2: text, index }) => ({
    language: language!,
    text: text!,
    line: document.slice(0, index).split('\n').length,
  }));
};

/** The commands of a block of shell, each as its words: comments, `sudo` and the assignments before a program are left out. */
export const commandsOf = (block: string): string[][] =>
  block
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((line) => separate(line))
    .map((words) => words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word))))
    .map((words) => (words[0] === 'sudo' ? words.slice(words[1] === '-u' ? 3 : 1) : words))
    .filter(({ length }) => length > 0);

const separate = (line: string): string[][] => {
  const commands: string[][] = [[]];
  for (const [token] of line.matchAll(/#.*$|&&|[|;]|(?:'[^']*'|"[^"]*"|[^\s'"|;&])+/g)) {
    if (token.startsWith('#')) break;
    if (/^(&&|[|;])$/.test(token)) commands.push([]);
    else commands.at(-1)!.push(token.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'));
  }
  return commands;
};
