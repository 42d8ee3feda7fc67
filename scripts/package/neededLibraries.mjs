import { readFileSync } from 'node:fs';

/** The GCC whose libstdc++ first had GLIBCXX_3.4.n (its ABI history), for n from 21. */
const gccOf = {
  21: '5',
  22: '6',
  23: '7',
  24: '7',
  25: '8',
  26: '9',
  27: '9',
  28: '9',
  29: '11',
  30: '12',
  31: '13',
  32: '13',
  33: '14',
};

/** `Depends` of the ELF files: the oldest libc6 and libstdc++6 that have every symbol version they ask for. */
export function neededLibraries(files) {
  const highest = (pattern) =>
    files
      .flatMap((file) => [...readFileSync(file, 'latin1').matchAll(pattern)].map(([, minor]) => Number(minor)))
      .reduce((most, minor) => Math.max(most, minor), 0);
  const libc = highest(/\0GLIBC_2\.(\d+)(?=[.\0])/g);
  const gcc = gccOf[Math.max(21, highest(/\0GLIBCXX_3\.4\.(\d+)(?=\0)/g))];
  if (!gcc) throw new Error('these files ask for a libstdc++ newer than is known here');
  return `libc6 (>= 2.${libc}), libstdc++6 (>= ${gcc})`;
}
