import type { Command } from 'commander';
import type { Config } from '../config/config.js';
import type { ConfigFlags } from '../config/configFlags.js';
import { loadConfig } from '../config/loadConfig.js';
import type { Context } from './context.js';
import { hangUps } from './hangUps.js';
import { collect } from './optionParsers.js';
import { untilSignal } from './untilSignal.js';

export function addRun(program: Command, { io, bodies }: Context): void {
  program
    .command('run')
    .description('the daemon: reads sensors from a broker, publishes and stores forecasts')
    .option('--config <file>', 'configuration in YAML; flags stand above it')
    .option('--broker <url>', 'broker, such as mqtt://localhost:1883 or mqtts://broker.example:8883')
    .option('--topic <filter>', 'topic filter to listen to; may be given several times (default: sensors/#)', collect)
    .option('--db <file>', 'SQLite file (default: ./stepcast.db)')
    .option('--models <dir>', 'folder of the model files')
    .option('--http <host:port>', 'where the dashboard listens, or off')
    .addHelpText(
      'after',
      `
Examples:
  stepcast run                                          broker on this machine, topic sensors/#
  stepcast run --broker mqtt://hub --topic 'zigbee2mqtt/+'
  stepcast run --config /etc/stepcast.yaml              every key: docs/configuration.md

SIGTERM or Ctrl-C ends it cleanly: what was acknowledged is on disk. A second Ctrl-C ends it at once.
SIGHUP reads the configuration again: streams, learn, log.level and most of publish change at once, and what
waits for the next start is named in the log. A file that cannot be used changes nothing.`,
    )
    .action(async ({ config: file, ...flags }: ConfigFlags & { config?: string }) => {
      const read = (): Config => loadConfig({ file, flags, env: io.env, hostName: io.hostName });
      const config = read();
      // A terminal that is closed sends SIGHUP too: what runs in it is to end.
      const heard = io.stderr.isTTY || io.stdout.isTTY ? undefined : hangUps();
      const reload = heard && { read, listen: heard.listen };
      try {
        await untilSignal((signal) => bodies.runDaemon(config, { ...io, signal, reload }));
      } finally {
        heard?.stop();
      }
    });
}
