import { run } from './run.mjs';

const literal = (text) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1')
    .trimEnd();

/** stepcast(1): the help of the program, and of each of its commands. `program` is the bundle. */
export async function manPage(program, version) {
  const help = (...args) => run(process.execPath, [program, ...args, '--help']);
  const overview = await help();
  const commands = [...overview.matchAll(/^ {2}(\w[\w-]*) .*$/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help' && name !== 'stepcast');
  const sections = [];
  for (const name of commands) sections.push(`.SS stepcast ${literal(name)}\n.nf\n${literal(await help(name))}\n.fi`);
  return `.TH STEPCAST 1 "" "stepcast ${version}" "User Commands"
.SH NAME
stepcast \\- forecasts sensor streams on the device that hears them
.SH DESCRIPTION
.nf
${literal(overview)}
.fi
.SH COMMANDS
${sections.join('\n')}
.SH FILES
.TP
.I /etc/stepcast/stepcast.yaml
configuration of the service
.TP
.I /var/lib/stepcast
its database, and models that were learned or pushed
.TP
.I /usr/share/doc/stepcast
documentation; the configuration, errors and recipes first
`;
}
