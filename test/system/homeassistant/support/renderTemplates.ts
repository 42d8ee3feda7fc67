import { spawnSync } from 'node:child_process';

export interface Rendering {
  readonly template: string;
  readonly payload: string;
}

// value_json is there only when the payload is JSON; a name that is not defined is an error, as a wrong template must not go unnoticed.
const program = `
import json, sys
from jinja2 import Environment, StrictUndefined
env = Environment(undefined=StrictUndefined)
out = []
for item in json.load(sys.stdin):
    names = {'value': item['payload']}
    try:
        names['value_json'] = json.loads(item['payload'])
    except ValueError:
        pass
    out.append(env.from_string(item['template']).render(**names))
json.dump(out, sys.stdout)
`;

/** Templates as Home Assistant renders them: by Jinja, with `value` and `value_json`. Needs the Debian package python3-jinja2. */
export const renderTemplates = (renderings: readonly Rendering[]): string[] => {
  const { status, stdout, stderr } = spawnSync('/usr/bin/python3', ['-c', program], {
    input: JSON.stringify(renderings),
    encoding: 'utf8',
    maxBuffer: 64_000_000,
  });
  if (status !== 0) throw new Error(`python3 with jinja2: ${stderr}`);
  return JSON.parse(stdout) as string[];
};
