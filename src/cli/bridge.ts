import type { Command } from 'commander';
import { parseListenAddress } from '../config/listenAddress.js';
import { loadConfig } from '../config/loadConfig.js';
import type { Context } from './context.js';
import { collect, wholeNumber } from './optionParsers.js';
import { untilSignal } from './untilSignal.js';
import { usageError } from './usageError.js';

interface Flags {
  serial?: string[];
  baud: number;
  tcp?: string[];
  broker?: string;
  config?: string;
  node?: string;
  state: string;
}

export function addBridge(program: Command, { io, bodies }: Context): void {
  program
    .command('bridge')
    .description('brings microcontrollers on a serial line to a broker: readings up, forecasts down')
    .option(
      '--serial <path>',
      'serial port such as /dev/ttyACM0 or /dev/serial/by-id/*; may be given several times',
      collect,
    )
    .option('--baud <n>', 'bits a second', wholeNumber(300, 4_000_000), 115_200)
    .option('--tcp <host:port>', 'a line that is served over TCP; may be given several times', collect)
    .option('--broker <url>', 'broker, such as mqtt://hub or mqtts://broker.example:8883')
    .option('--config <file>', 'broker, node and devices from a configuration; flags stand above it')
    .option('--node <id>', 'name of this machine in topics (default: the host name)')
    .option('--state <file>', 'where the clocks of devices are kept', 'stepcast-bridge.json')
    .addHelpText(
      'after',
      `
For a machine with devices at its ports and the daemon elsewhere. Where both are on one machine, leave this out: \`devices:\` in the
configuration of \`stepcast run\` takes them without a broker between.

Readings go to sensors/DEVICE as SenML with their times (QoS 1), so the daemon's series are sensors/DEVICE.CHANNEL. A device keeps a reading
until the broker has it: nothing is lost when the line, the broker or this program is away for a while, up to what the device has room for.
Forecasts of these series go back to the device. stepcast/NODE/device/DEVICE/status says online or offline.

A port need not be there yet, and may come and go. SIGTERM or Ctrl-C ends it. Exit code 1 when the broker refuses it, 2 for bad usage.

Examples:
  stepcast bridge --serial /dev/ttyACM0 --broker mqtt://hub
  stepcast bridge --serial '/dev/serial/by-id/*' --broker mqtts://user:secret@broker.example:8883 --node cellar
  stepcast bridge --tcp 127.0.0.1:7000 --broker mqtt://hub          a simulated device, or a serial server`,
    )
    .action(async ({ serial = [], baud, tcp = [], broker, config: file, node, state }: Flags) => {
      const bad = (message: string): Error => usageError('stepcast bridge', message);
      if (broker === undefined && file === undefined) throw bad('--broker, or a --config, is needed');
      if (node !== undefined && !/^[^/+#]{1,256}$/.test(node)) throw bad(`--node ${node}: a name without / + #`);
      const config = loadConfig({
        file,
        flags: { ...(broker !== undefined && { broker }) },
        env: io.env,
        hostName: io.hostName,
      });
      const sockets = tcp.map((text) => {
        const address = parseListenAddress(text);
        if (!address) throw bad(`--tcp ${text}: expected HOST:PORT such as 127.0.0.1:7000`);
        return { tcp: address };
      });
      const given = [...serial.map((port) => ({ port, baud })), ...sockets];
      const devices = given.length > 0 ? given : config.devices;
      if (devices.length === 0) throw bad('--serial PATH, or --tcp HOST:PORT, is needed');
      const { broker: settings, publish, log } = config;
      const command = {
        ...{ devices, broker: settings, prefix: publish.prefix, node: node ?? config.node, state, log },
      };
      await untilSignal((signal) => bodies.runBridge(command, { ...io, signal }));
    });
}
