import type { Command } from 'commander';
import type { Context } from './context.js';
import { port, positive } from './optionParsers.js';
import { untilSignal } from './untilSignal.js';

export function addDemo(program: Command, { io, bodies }: Context): void {
  program
    .command('demo')
    .description('shows it at work: a broker, real data and this machine as sensors; nothing else to install')
    .option('--port <n>', 'port of the broker (default: any free one)', port)
    .option('--speed <x>', 'steps of the replayed data set a second', positive, 10)
    .option('--duration <seconds>', 'end after this many seconds (default: until Ctrl-C)', positive)
    .addHelpText(
      'after',
      `
Examples:
  stepcast demo
  stepcast demo --duration 30
  stepcast demo --port 1883 --speed 50     and beside it: mosquitto_sub -t 'stepcast/#' -v`,
    )
    .action(async (options: { port?: number; speed: number; duration?: number }) => {
      const command = { port: options.port, speed: options.speed, durationSeconds: options.duration };
      await untilSignal((signal) => bodies.runDemo(command, { ...io, signal }));
    });
}
