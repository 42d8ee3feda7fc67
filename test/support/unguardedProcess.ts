/*
 * What the limits of a process must hold without any inspection before: told on standard input what to do, it does it.
 */
import { readFileSync, writeSync } from 'node:fs';
import { getPriority } from 'node:os';
import { createSession } from '../../src/inference/ortRuntime.js';
import { beganSign, replyDescriptor } from '../../src/registry/admission/trialProtocol.js';

writeSync(replyDescriptor, beganSign);
const { act, model } = JSON.parse(readFileSync(0, 'utf8')) as { act: string; model?: string };
const reply = (text: string): void => void writeSync(replyDescriptor, text);

const acts: Record<string, () => unknown> = {
  surroundings: () => reply(JSON.stringify({ env: process.env, cwd: process.cwd(), priority: getPriority() })),
  silence: () => {},
  babble: () => {
    for (;;) reply('x'.repeat(4096));
  },
  spin: () => {
    for (;;);
  },
  hoard: () => {
    const hoard: Uint8Array[] = [];
    for (;;) hoard.push(new Uint8Array(2 ** 24).fill(1));
  },
  sleep: () => new Promise((resolve) => setTimeout(resolve, 600_000)),
  async run() {
    const session = await createSession(Buffer.from(model!, 'base64'));
    const { y } = await session.run({});
    reply(`${y.dims}`);
  },
};

await acts[act]();
process.exit(0);
