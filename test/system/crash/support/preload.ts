import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = join(dirname(fileURLToPath(import.meta.url)), '../../support');

/** Compiles one of the C files of the system tests to a library for LD_PRELOAD, and gives its path. */
export const compilePreload = (name: 'powercut' | 'stall' | 'clock', dir: string): string => {
  const library = join(dir, `${name}.so`);
  const source = join(sources, `${name}.c`);
  execFileSync('gcc', ['-O2', '-Wall', '-Werror', '-shared', '-fPIC', '-o', library, source, '-ldl', '-pthread']);
  return library;
};
