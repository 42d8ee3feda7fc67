import { closeSync, fstatSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLogger, sampled } from '../../src/log.js';

function output(isTTY: boolean) {
  const texts: string[] = [];
  return { write: (text: string) => texts.push(text), isTTY, texts };
}

describe('createLogger', () => {
  it('writes one JSON object a line when standard error is no terminal', () => {
    const stderr = output(false);
    createLogger({ level: 'info', format: 'auto' }, stderr).info({ series: 3 }, 'ready');
    const [line] = stderr.texts;
    expect(line).toMatch(/\n$/);
    expect(JSON.parse(line!)).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      series: 3,
      msg: 'ready',
    });
  });

  it('writes for people on a terminal, without colour under NO_COLOR', () => {
    const plain = output(true);
    createLogger({ level: 'info', format: 'auto' }, plain, { NO_COLOR: '1' }).warn({ series: 3 }, 'gap');
    expect(plain.texts.join('')).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: gap \{"series":3\}\n$/);
    const coloured = output(true);
    createLogger({ level: 'info', format: 'auto' }, coloured).warn('gap');
    expect(coloured.texts.join('')).toContain('\x1b[');
  });

  it('follows the format that is asked for, terminal or not', () => {
    const terminal = output(true);
    createLogger({ level: 'info', format: 'json' }, terminal).info('x');
    expect(JSON.parse(terminal.texts[0]!)).toMatchObject({ msg: 'x' });
    const file = output(false);
    createLogger({ level: 'info', format: 'pretty' }, file).info('x');
    expect(file.texts[0]).toMatch(/INFO: x\n$/);
  });

  it('puts the syslog priority before each line where standard error is the journal, and only there', () => {
    const path = join(tmpdir(), `stepcast-log-${process.pid}`);
    const fd = openSync(path, 'w');
    const { dev, ino } = fstatSync(fd);
    const written = (journal: string) => {
      const stderr = { ...output(false), fd };
      const log = createLogger({ level: 'trace', format: 'auto' }, stderr, { JOURNAL_STREAM: journal });
      for (const level of ['fatal', 'error', 'warn', 'info', 'debug'] as const) log[level]('x');
      return stderr.texts;
    };
    const here = written(`${dev}:${ino}`);
    expect(here.map((line) => line.slice(0, 3))).toEqual(['<2>', '<3>', '<4>', '<6>', '<7>']);
    expect(JSON.parse(here[1].slice(3))).toMatchObject({ level: 'error', msg: 'x' });
    expect(written('1:1')[0]).toMatch(/^\{/);
    closeSync(fd);
    rmSync(path);
  });

  it('leaves out what is below its level', () => {
    const stderr = output(false);
    const log = createLogger({ level: 'warn', format: 'json' }, stderr);
    log.info('no');
    log.warn('yes');
    expect(stderr.texts).toHaveLength(1);
  });
});

describe('sampled', () => {
  function warnings() {
    const lines: object[] = [];
    let nowMs = 0;
    const warn = sampled({ warn: ((details: object) => void lines.push(details)) as never }, 2, () => nowMs);
    return { lines, warn, wait: (ms: number) => (nowMs += ms) };
  }

  it('logs each reason at most so many times a minute, and then says how many it left out', () => {
    const { lines, warn, wait } = warnings();
    for (let i = 0; i < 5; i++) warn('json_syntax', { i }, 'bad payload');
    warn('empty', {}, 'bad payload');
    wait(60_000);
    warn('json_syntax', { i: 5 }, 'bad payload');
    warn('json_syntax', { i: 6 }, 'bad payload');
    expect(lines).toEqual([
      { reason: 'json_syntax', i: 0 },
      { reason: 'json_syntax', i: 1 },
      { reason: 'empty' },
      { reason: 'json_syntax', i: 5, leftOut: 3 },
      { reason: 'json_syntax', i: 6 },
    ]);
  });

  it('lets many different reasons share one allowance, so that their number bounds nothing', () => {
    const { lines, warn } = warnings();
    for (let i = 0; i < 1_000; i++) warn(`reason-${i}`, {}, 'bad payload');
    expect(lines).toHaveLength(102);
  });
});
