import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from './packages.js';

/** The commands under README's heading about the Pi that are meant for the Pi: what is typed there, `sudo` left out, for the tests are root. */
export const commandsOfReadme = (): string[] => {
  const readme = readFileSync(join(project, 'README.md'), 'utf8');
  const section = /^## A Raspberry Pi in five minutes\n(.*?)^## /ms.exec(readme)?.[1] ?? '';
  const block =
    [...section.matchAll(/^```sh\n(.*?)^```/gms)]
      .map(([, text]) => text!)
      .find((text) => text.includes('apt install')) ?? '';
  return block
    .trim()
    .split('\n')
    .map((line) =>
      line
        .replace(/ +# .*$/, '')
        .replace(/^sudo (-u \w+ )?/, (_, user) =>
          user ? `setpriv --reuid=${user.slice(3).trim()} --regid=${user.slice(3).trim()} --init-groups ` : '',
        ),
    );
};
