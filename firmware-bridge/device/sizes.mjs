// Compiles the library and its examples for every target, strictly, and prints flash and RAM as the table of docs/firmware.md.
//   node firmware-bridge/device/sizes.mjs [--write]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const arm = (...flags) => ({
  prefix: 'arm-none-eabi-',
  flags: [...flags, '-mthumb'],
  link: ['--specs=nano.specs', '--specs=nosys.specs'],
});

/** Constants of a network are read like memory. */
const forecasting = ['Forecaster'];

export const targets = {
  'Cortex-M0+': arm('-mcpu=cortex-m0plus'),
  'Cortex-M3': arm('-mcpu=cortex-m3'),
  'Cortex-M4F': arm('-mcpu=cortex-m4', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16'),
  RV32IMC: {
    prefix: 'riscv64-unknown-elf-',
    flags: ['-march=rv32imc', '-mabi=ilp32', '--specs=picolibc.specs'],
    link: [],
  },
  ATmega328P: {
    prefix: 'avr-',
    flags: ['-mmcu=atmega328p'],
    link: [],
    entry: [],
    flash: 32_256,
    ram: 2_048,
    omits: forecasting,
  },
  ATmega2560: {
    prefix: 'avr-',
    flags: ['-mmcu=atmega2560'],
    link: [],
    entry: [],
    flash: 253_952,
    ram: 8_192,
    omits: forecasting,
  },
  POSIX: { prefix: '', flags: [], link: [], entry: [] },
};

/** Parts of the library, from what every device needs to what only some do. */
const parts = {
  line: ['sc_check', 'sc_frame', 'sc_link', 'sc_message'],
  slots: ['sc_sha256', 'sc_slots'],
};

const strict = ['-std=c99', '-Os', '-Wall', '-Wextra', '-Werror', '-pedantic', '-ffp-contract=off'];
const sections = ['-ffunction-sections', '-fdata-sections'];
const isFor = (part) => (file) => part.includes(basename(file, '.o'));

/** Bytes of text, data and bss of each file. */
function sizesOf(prefix, files) {
  const rows = execFileSync(`${prefix}size`, files, { encoding: 'utf8' }).trim().split('\n').slice(1);
  return rows.map((row) => {
    const [text, data, bss] = row.trim().split(/\s+/).map(Number);
    return { flash: text + data, ram: data + bss, text };
  });
}

const flashOf = (prefix, files) => sizesOf(prefix, files).reduce((sum, { flash }) => sum + flash, 0);

/** Objects of the library, compiled as strictly as a compiler can; throws what the compiler says. */
export function compileLibrary({ prefix, flags }, into) {
  const sources = readdirSync(join(here, 'src')).filter((name) => name.endsWith('.c'));
  return sources.map((name) => {
    const object = join(into, `${name.slice(0, -2)}.o`);
    execFileSync(`${prefix}gcc`, [...flags, ...strict, ...sections, '-c', join(here, 'src', name), '-o', object]);
    return object;
  });
}

function linkExample({ prefix, flags, link, entry = ['-nostartfiles', '-Wl,-e,main'] }, name, objects, into) {
  const cpp = ['-std=gnu++11', '-fno-exceptions', '-fno-rtti', '-Os', '-Wall', '-Wextra', '-Werror', ...sections];
  const include = [join(here, 'src'), join(here, 'test/arduino')].map((folder) => `-I${folder}`);
  const folder = join(here, 'examples', name);
  const sources = [join(folder, `${name}.ino`), join(here, 'test/arduino/Arduino.cpp')];
  const compiled = sources.map((source) => {
    const object = join(into, `${basename(source)}.o`);
    const args = [...flags, ...cpp, ...include, '-include', 'Arduino.h', '-x', 'c++', '-c', source, '-o', object];
    execFileSync(`${prefix}gcc`, args);
    return object;
  });
  const carried = readdirSync(folder).filter((file) => file.endsWith('.c'));
  for (const file of carried) {
    const object = join(into, `${file}.o`);
    execFileSync(`${prefix}gcc`, [
      ...flags,
      ...strict,
      ...sections,
      ...include,
      '-c',
      join(folder, file),
      '-o',
      object,
    ]);
    compiled.push(object);
  }
  const elf = join(into, `${name}.elf`);
  execFileSync(`${prefix}gcc`, [
    ...flags,
    ...entry,
    '-Wl,--gc-sections',
    ...compiled,
    ...objects,
    ...link,
    '-lm',
    '-o',
    elf,
  ]);
  return sizesOf(prefix, [elf])[0];
}

const allExamples = readdirSync(join(here, 'examples')).sort();

/** What the library and its examples take on a target. */
export function measure(name) {
  const target = targets[name];
  const examples = allExamples.filter((example) => !target.omits?.includes(example));
  const into = mkdtempSync(join(tmpdir(), 'stepcast-sizes-'));
  try {
    const objects = compileLibrary(target, into);
    const flash = (part) => flashOf(target.prefix, objects.filter(isFor(part)));
    return {
      line: flash(parts.line),
      slots: flash(parts.slots),
      examples: Object.fromEntries(examples.map((example) => [example, linkExample(target, example, objects, into)])),
    };
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}

const count = (bytes) => bytes.toLocaleString('en');

function table() {
  const names = Object.keys(targets).filter((name) => name !== 'POSIX');
  const measured = names.map((name) => [name, measure(name)]);
  const heads = allExamples.flatMap((example) => [`${example}: flash`, 'RAM']);
  const rows = measured.map(([name, { line, slots, examples: linked }]) => {
    const cells = allExamples.flatMap((example) => {
      const taken = linked[example];
      return taken ? [count(taken.flash), count(taken.ram)] : ['–', '–'];
    });
    return `| ${[name, count(line), count(slots), ...cells].join(' | ')} |`;
  });
  const columns = ['target', 'line: flash', 'slots: flash', ...heads];
  return [`| ${columns.join(' | ')} |`, `|${columns.map((_, i) => (i ? ' ---: ' : ' --- ')).join('|')}|`, ...rows].join(
    '\n',
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = table();
  console.log(text);
  if (process.argv.includes('--write')) {
    const page = join(here, '../../docs/firmware.md');
    const before = readFileSync(page, 'utf8');
    const marks = /(<!-- sizes -->)[\s\S]*?(<!-- \/sizes -->)/;
    if (!marks.test(before)) throw new Error(`sizes: ${page} has no place for the table`);
    writeFileSync(page, before.replace(marks, `$1\n\n${text}\n\n$2`));
  }
}
