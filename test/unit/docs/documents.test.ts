import { describe, expect, it } from 'vitest';
import type { Bodies } from '../../../src/cli/bodies.js';
import { runCli } from '../../../src/cli/runCli.js';
import { loadConfig } from '../../../src/config/loadConfig.js';
import { blocksOf, commandsOf, documentNames, readDocument } from '../../support/documents.js';

const scripts = Object.keys(JSON.parse(readDocument('package.json')).scripts);
const secrets = Object.fromEntries(['BROKER', 'RABBITMQ', 'POSTGRES'].map((of) => [`${of}_PASSWORD`, 'secret']));
const isStepcast = ([program, first]: string[]): boolean =>
  /(^|\/)stepcast$/.test(program!) || (program === 'node' && first === 'dist/stepcast.js');

/** Set to the name of the body that a command line comes to: it was understood to its end. */
const reach = async (words: string[]): Promise<string> => {
  let reached = '';
  let said = '';
  const bodies = new Proxy({} as Bodies, {
    get: (_, name) => () => {
      reached = String(name);
      throw new Error('reached');
    },
  });
  const output = { write: (text: string) => void (said += text) };
  const args = words
    .slice(words[0] === 'node' ? 2 : 1)
    .map((word) =>
      word.replace(/^\[(.*)\]$/, '$1').replace(/^(\/etc\/stepcast\/)?stepcast\.yaml$/, 'packaging/stepcast.yaml'),
    );
  await runCli(args, { stdout: output, stderr: output, env: {}, hostName: 'pi', nowMs: () => 0 }, '0.0.0', bodies);
  return reached || said;
};

const blocks = documentNames.flatMap((name) => blocksOf(name).map((block) => ({ name, ...block })));
const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ name, text }) => commandsOf(text).map((words) => ({ name, words, command: words.join(' ') })));

describe('a document', () => {
  it('has no command and no configuration in a block that no test reads', () => {
    const unread = blocks.filter(
      ({ language, text }) =>
        language === '' && /^(stepcast|node dist|npm|mosquitto_\w+|sudo) |^(broker|streams|store|publish):/m.test(text),
    );
    expect(unread.map(({ name, line }) => `${name}:${line}`)).toEqual([]);
  });

  it.each(commands.filter(({ words }) => isStepcast(words)))('$name: $command', async ({ words }) => {
    expect(await reach(words)).toMatch(/^[a-zA-Z]+$/);
  });

  it.each(commands.filter(({ words }) => words[0] === 'npm'))('$name: $command', ({ words }) => {
    const [, verb, name] = words;
    if (verb !== 'ci') expect(scripts).toContain(verb === 'run' ? name : verb);
  });

  it.each(blocks.filter(({ language }) => language === 'yaml'))('$name:$line is a valid configuration', ({ text }) => {
    expect(() => loadConfig({ text, env: secrets, hostName: 'pi' })).not.toThrow();
  });
});
