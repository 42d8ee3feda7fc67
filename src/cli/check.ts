import type { Command } from 'commander';
import type { Config } from '../config/config.js';
import type { ConfigFlags } from '../config/configFlags.js';
import { configWarnings } from '../config/configWarnings.js';
import { loadConfig } from '../config/loadConfig.js';
import { StepcastError } from '../errors.js';
import type { Io } from '../io.js';
import { type Finding, findingLine } from './checks/finding.js';
import type { Context } from './context.js';
import { exitCode } from './exitCode.js';
import { oneLine } from './oneLine.js';
import { collect } from './optionParsers.js';

interface Flags extends ConfigFlags {
  config?: string;
  json?: boolean;
}

export function addCheck(program: Command, { io, bodies, setExitCode }: Context): void {
  program
    .command('check')
    .description('says what is wrong with a set-up and what to do: configuration, broker, models, database, disk')
    .option('--config <file>', 'configuration in YAML')
    .option('--broker <url>', 'as for run')
    .option('--topic <filter>', 'as for run', collect)
    .option('--db <file>', 'as for run')
    .option('--models <dir>', 'as for run')
    .option('--http <host:port>', 'as for run')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      `
Each line is ok, warn or fail, a subject, and what to do. It changes nothing, at the broker or on disk.
Exit code 0 without a fail, 2 when the configuration is bad, 1 when something else fails.

Examples:
  stepcast check --config /etc/stepcast.yaml
  stepcast check --broker mqtts://broker.example:8883 --json`,
    )
    .action(async ({ config: file, json, ...flags }: Flags) => {
      let failed = 0;
      const report = (finding: Finding): void => {
        if (finding.level === 'fail') failed++;
        io.stdout.write(json ? `${JSON.stringify(finding)}\n` : `${findingLine(finding, io)}\n`);
      };
      const config = configured(file, flags, io, report);
      for await (const finding of bodies.checkSurroundings(config)) report(finding);
      if (failed === 0) return;
      io.stderr.write(
        `stepcast: check: ${failed} ${failed === 1 ? 'failure' : 'failures'}, listed on standard output\n`,
      );
      setExitCode(1);
    });
}

/** Loads the configuration and reports on it; what makes it unusable is reported line by line, and then thrown. */
function configured(file: string | undefined, flags: ConfigFlags, io: Io, report: (finding: Finding) => void): Config {
  const subject = 'configuration';
  try {
    const config = loadConfig({ file, flags, env: io.env, hostName: io.hostName });
    report({ level: 'ok', subject, message: file ?? 'the defaults and the flags' });
    for (const message of configWarnings(config)) report({ level: 'warn', subject, message });
    return config;
  } catch (error) {
    if (exitCode(error) === 2) {
      const problems = error instanceof StepcastError && Array.isArray(error.cause) ? error.cause : [oneLine(error)];
      for (const message of problems as string[]) report({ level: 'fail', subject, message });
    }
    throw error;
  }
}
