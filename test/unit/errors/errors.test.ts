import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorCodes, StepcastError } from '../../../src/errors.js';

const sections = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  .split(/^## /m)
  .slice(1);

describe('docs/errors.md', () => {
  it('has a section for every code, and for nothing else', () => {
    const documented = sections.map((section) => section.split('\n', 1)[0]);
    expect([...documented].sort()).toEqual([...errorCodes].sort());
  });

  it.each(sections.map((section) => [section.split('\n', 1)[0], section]))(
    'says cause and cure of %s',
    (_, section) => {
      expect(section).toMatch(/\n\*\*Cause\.\*\* \S/);
      expect(section).toMatch(/\n\*\*Cure\.\*\* \S/);
    },
  );
});

describe('StepcastError', () => {
  const details = { code: 'STORE_FULL', op: 'commit to', subject: 'a.db', message: 'no space left' } as const;

  it('is one line with its context, its next step and its code', () => {
    expect(new StepcastError({ ...details, hint: 'free some' }).line).toBe(
      'commit to a.db: no space left — free some [STORE_FULL]',
    );
    expect(new StepcastError(details).line).toBe('commit to a.db: no space left [STORE_FULL]');
  });

  it('keeps what caused it', () => {
    const cause = new Error('ENOSPC');
    expect(new StepcastError({ ...details, cause }).cause).toBe(cause);
  });
});
