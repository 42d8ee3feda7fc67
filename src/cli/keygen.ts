import type { Command } from 'commander';
import type { Context } from './context.js';

interface Flags {
  out?: string;
  json?: boolean;
}

export function addKeygen(program: Command, { io, bodies }: Context): void {
  program
    .command('keygen')
    .description('an Ed25519 key pair: models are signed with the one half, nodes are told the other')
    .option('--out <file>', 'write the private key to FILE (readable by you alone) and the public one to FILE.pub')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      `
Without --out the private key goes to standard output. Keep it where models are made, not on a node; whoever has it can push models to every
node that lists its public half:

  models:
    trust: [PUBLIC KEY]      # a second key may be listed before the first is taken away
    revoked: [KEY ID]        # refused, even when listed above

Examples:
  stepcast keygen --out fleet.key
  stepcast push model.onnx --name boiler --version 1 --key fleet.key --broker mqtt://hub`,
    )
    .action(async ({ out, json = false }: Flags) => {
      const made = await bodies.makeKey(out);
      const { keyId, publicKey, privateKey } = made;
      if (json) {
        io.stdout.write(`${JSON.stringify(made)}\n`);
        return;
      }
      const shown = `key id      ${keyId}\npublic key  ${publicKey}\n`;
      if (privateKey !== undefined) io.stdout.write(privateKey);
      (privateKey === undefined ? io.stdout : io.stderr).write(shown);
    });
}
