/** What a package is built for, and the Node that it carries: Debian 12 has 18, too old; 22 is maintained until April 2027. */
export const node = {
  version: '22.23.3',
  integrity: {
    arm64: 'sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
    x64: 'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  },
};

/** Node's name of an architecture → Debian's, and the prefix of the tools that compile for it elsewhere. */
export const targets = {
  arm64: { debian: 'arm64', prefix: 'aarch64-linux-gnu-', crossPackage: 'g++-aarch64-linux-gnu' },
  x64: { debian: 'amd64', prefix: 'x86_64-linux-gnu-', crossPackage: 'g++-x86-64-linux-gnu' },
};

/** The program of that name which makes or reads files for `arch`. */
export const toolFor = (arch, program) => (arch === process.arch ? program : `${targets[arch].prefix}${program}`);
