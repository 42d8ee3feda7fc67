import type { Command } from 'commander';
import { Option } from 'commander';
import { parseDuration } from '../config/duration.js';
import { loadConfig } from '../config/loadConfig.js';
import type { Context } from './context.js';
import { collect, time, wholeNumber } from './optionParsers.js';
import { untilSignal } from './untilSignal.js';
import { usageError } from './usageError.js';

interface Flags {
  name: string;
  version: number;
  key?: string[];
  unsigned?: boolean;
  broker?: string;
  config?: string;
  prefix?: string;
  node: string;
  expires?: number;
  activate: 'trial' | 'now';
  canary?: number;
  chunkSize: number;
  wait: number;
  json?: boolean;
  device?: string;
}

const day = 86_400_000;
const plainChunkBytes = 65_536;

export function addPush(program: Command, { io, bodies, setExitCode }: Context): void {
  program
    .command('push')
    .description('signs a model and sends it to nodes; waits for their answers')
    .argument('<model.onnx>', 'the file; a document MODEL.json beside it is put into it when it has none')
    .requiredOption('--name <name>', 'name of the model on the nodes: what streams[].model says')
    .requiredOption('--version <n>', 'its version there: higher than any before', wholeNumber(1, 999_999_999))
    .option('--key <file>', 'private key (stepcast keygen); give two while one takes the place of the other', collect)
    .option('--unsigned', 'without a key, for nodes with models.allowUnsigned')
    .option('--broker <url>', 'broker, such as mqtt://localhost:1883 or mqtts://USER:PASSWORD@broker.example:8883')
    .option('--config <file>', 'take broker, with its certificates, and publish.prefix from a configuration')
    .option('--prefix <topic>', 'first levels of the topics (default: stepcast)')
    .option('--node <id>', 'a node, or all', 'all')
    .option('--expires <t>', 'until when nodes may take it: +30d, or a time (default: +30d)', time(io.nowMs()))
    .addOption(
      new Option('--activate <how>', 'trial: used once it has won beside the model in use; now: used at once')
        .choices(['trial', 'now'])
        .default('trial'),
    )
    .option('--canary <n>', 'with --node all: n nodes first, the others once these use it', wholeNumber(1, 256))
    .option('--chunk-size <bytes>', 'largest message', wholeNumber(1024, 134_217_728), plainChunkBytes)
    .option('--device <id>', 'a blob of `export-c` for this device of --node, in place of a model for nodes')
    .option('--wait <duration>', 'how long to wait for answers', waiting, 120_000)
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      `
A node checks signature, version, expiry and hash, tries the model in a process of its own, steps it beside the model in use, and takes it when it
does no worse; a model that then does worse goes back by itself. Nodes that are offline take it when they return, until it expires: the broker
keeps it. Once every known node has answered, it is taken from the broker. Pushing the same file, name and version again is harmless:
it asks every node again.

Exit code 1 when a node refuses it, rolls it back, or does not answer in time.

Examples:
  stepcast push boiler.onnx --name boiler --version 3 --key fleet.key --broker mqtt://hub
  stepcast push boiler.onnx --name boiler --version 3 --key fleet.key --broker mqtt://hub --node cellar --activate now
  stepcast push boiler.onnx --name boiler --version 4 --key old.key --key new.key --config ops.yaml --canary 2 --wait 1h
  stepcast push boiler.blob --name boiler --version 3 --key fleet.key --broker mqtt://hub --node cellar --device boiler-sensor`,
    )
    .action(async (file: string, flags: Flags) => {
      const { name, version, node, key: keys = [], activate, canary, chunkSize, wait: waitMs, json = false } = flags;
      const bad = (message: string): Error => usageError('stepcast push', message);
      if (keys.length === 0 && !flags.unsigned) throw bad('a --key is needed; `stepcast keygen` makes one');
      if (keys.length > 0 && flags.unsigned) throw bad('--unsigned with a --key');
      if (flags.broker === undefined && flags.config === undefined) throw bad('--broker, or a --config, is needed');
      if (canary !== undefined && node !== 'all') throw bad('--canary goes with --node all');
      if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name) || name === 'auto')
        throw bad(`--name ${name}: letters, digits, dots, - and _, and not auto`);
      if (!/^[^/+#]{1,256}$/.test(node)) throw bad(`--node ${node}: a name without / + #`);
      const nowMs = io.nowMs();
      const expires = flags.expires ?? nowMs + 30 * day;
      if (expires <= nowMs) throw bad('--expires is in the past');
      if (flags.device !== undefined && node === 'all') throw bad('--device goes with the --node that it is at');
      if (flags.device !== undefined && !/^[A-Za-z0-9_.-]{1,24}$/.test(flags.device))
        throw bad(`--device ${flags.device}: letters, digits, dots, - and _, at most 24`);
      const config = loadConfig({
        file: flags.config,
        flags: { ...(flags.broker !== undefined && { broker: flags.broker }) },
        env: io.env,
        hostName: io.hostName,
      });
      const push = {
        ...{ file, name, version, keys, node, activate, canary, expires, chunkSize, waitMs, json },
        ...{ broker: config.broker, prefix: flags.prefix ?? config.publish.prefix },
      };
      if (flags.device !== undefined) {
        const toDevice = { ...push, device: flags.device };
        if (!(await untilSignal((signal) => bodies.runDevicePush(toDevice, { ...io, signal })))) setExitCode(1);
        return;
      }
      if (!(await untilSignal((signal) => bodies.runPush(push, { ...io, signal })))) setExitCode(1);
    });
}

function waiting(text: string): number {
  const ms = text === '0' ? 0 : parseDuration(text);
  if (ms === undefined) throw usageError('stepcast push', `--wait ${text}: expected a duration such as 30s or 1h`);
  return ms;
}
