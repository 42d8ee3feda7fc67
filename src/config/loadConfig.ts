import { readFileSync } from 'node:fs';
import { StepcastError } from '../errors.js';
import { type Config, toConfig } from './config.js';
import { type ConfigFlags, withFlags } from './configFlags.js';
import { problemLines, problemsOf } from './configProblems.js';
import { fleetProblems, isGiven } from './fleetProblems.js';
import { furtherProblems } from './furtherProblems.js';
import { readYaml } from './readYaml.js';
import { configSchema } from './schema.js';

export interface ConfigSource {
  readonly file?: string;
  readonly text?: string; // in place of reading `file`
  readonly flags?: ConfigFlags;
  readonly env: NodeJS.ProcessEnv;
  readonly hostName: string;
}

/**
 * Reads and checks the configuration: the file, then the flags above it, then the defaults. The result is frozen through and through.
 *
 * @throws {StepcastError} CONFIG_UNREADABLE for the file; CONFIG_INVALID with every problem, joined by `; ` in the message, one each in its `cause`.
 */
export function loadConfig({ file, text, flags = {}, env, hostName }: ConfigSource): Config {
  const yaml = readYaml(text ?? (file === undefined ? '' : readConfigFile(file)), env);
  const { raw, flagOf } = withFlags(yaml.value, flags);
  const parsed = configSchema.safeParse(raw);
  const found = [
    ...yaml.problems,
    ...(parsed.success || !yaml.readable ? [] : problemsOf(parsed.error.issues, yaml.problems)),
    ...(parsed.success ? fleetProblems(parsed.data, raw, hostName) : []),
  ];
  const problems = parsed.success || !yaml.readable ? found : [...found, ...furtherProblems(raw, found, hostName)];
  if (parsed.success && problems.length === 0) {
    const given = { dirGiven: raw.models?.dir !== undefined, learnGiven: isGiven(raw, 'learn', 'enabled') };
    return deepFreeze(toConfig(parsed.data, { file, hostName, ...given }));
  }
  const lines = problemLines(problems, { raw, flagOf, locate: yaml.locate });
  throw new StepcastError({
    code: 'CONFIG_INVALID',
    op: 'read configuration',
    subject: file ?? (text === undefined ? 'of the command line' : 'given as text'),
    message: lines.join('; '),
    hint: 'every key is listed in docs/configuration.md',
    cause: lines,
  });
}

function readConfigFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code = 'EIO' } = cause as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EACCES: 'permission denied',
      EISDIR: 'it is a folder',
    };
    throw new StepcastError({
      code: 'CONFIG_UNREADABLE',
      op: 'read configuration',
      subject: file,
      message: reasons[code] ?? code,
      hint: 'give the path of a YAML file that this user may read, or leave --config out for the defaults',
      cause,
    });
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}
