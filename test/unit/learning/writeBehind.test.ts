import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WriteBehind } from '../../../src/learning/writeBehind.js';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'stepcast-behind-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('ends with the last of many texts, and leaves nothing beside it', async () => {
  const file = new WriteBehind(join(folder, 'a'));
  for (let i = 0; i < 200; i++) file.write(`text ${i}`);
  await file.settled();
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('text 199');
  expect(readdirSync(folder)).toEqual(['a']);
});

it('goes on after a write that failed', async () => {
  const file = new WriteBehind(join(folder, 'missing', 'a'));
  file.write('one');
  await expect(file.settled()).resolves.toBeUndefined();
});
