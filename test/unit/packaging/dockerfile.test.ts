import { validate } from 'dockerfile-utils';
import { expect, it } from 'vitest';
import { readDocument } from '../../support/documents.js';

const dockerfile = readDocument('packaging/Dockerfile');

it('the Dockerfile passes the linter, which does find fault', () => {
  expect(validate(dockerfile)).toEqual([]);
  expect(validate(dockerfile.replace('WORKDIR /build', 'WORKDIR'))).not.toEqual([]);
});

it('the Dockerfile asks for everything the build reads, and for nothing with an architecture', () => {
  const asked = readDocument('.dockerignore')
    .match(/^!.*$/gm)!
    .map((line) => line.slice(1));
  const filesOfBuild = [
    'package.json',
    'package-lock.json',
    'scripts',
    'src',
    'models',
    'packaging',
    'docs',
    'README.md',
    'CHANGELOG.md',
  ];
  expect(filesOfBuild.filter((name) => !asked.includes(name))).toEqual([]);
  expect(dockerfile).not.toMatch(/^(?!#).*\b(arm64|amd64|x64|aarch64)\b/m);
});

it('the image runs as the user of the package, in its folder, and tells its health', () => {
  const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM'));
  expect(last).toMatch(/^USER stepcast$/m);
  expect(last).toMatch(/^VOLUME \/var\/lib\/stepcast$/m);
  expect(last).toMatch(/^HEALTHCHECK .*\n\s+CMD .*\/healthz/m);
  expect(last.indexOf('USER')).toBeGreaterThan(last.lastIndexOf('RUN'));
});
