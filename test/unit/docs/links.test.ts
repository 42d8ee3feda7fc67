import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import { documentNames, projectDir, readDocument } from '../../support/documents.js';

it('a link leads nowhere that is not there', () => {
  const broken = documentNames.flatMap((name) =>
    [...readDocument(name).matchAll(/\]\(([^)\s#]*)(?:#([^)\s]+))?\)/g)]
      .filter(([, path]) => !/^[a-z]+:/.test(path!))
      .filter(([, path, anchor]) => {
        const target = path ? normalize(join(dirname(name), path)) : name;
        return !existsSync(join(projectDir, target)) || (anchor !== undefined && !headingsOf(target).includes(anchor));
      })
      .map(([link]) => `${name}: ${link}`),
  );
  expect(broken).toEqual([]);
});

const headingsOf = (name: string): string[] =>
  [...readDocument(name).matchAll(/^#+ (.*)$/gm)].map(([, text]) =>
    text!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
