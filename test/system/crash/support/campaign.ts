import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../../../src/series/random.js';
import { type Mosquitto, startMosquitto } from '../../support/mosquitto.js';
import { Archive } from './archive.js';
import { startCutter } from './cutter.js';
import { type Daemon, startDaemon } from './daemon.js';
import { eventually } from './eventually.js';
import { cutPower } from './powerCut.js';
import { compilePreload } from './preload.js';
import { type Sender, startSender } from './sender.js';
import { type Published, startWitness } from './witness.js';
import { type SensorMessage, workloadStreams } from './workload.js';

const node = 'crash';

export interface CampaignOptions {
  readonly dir: string;
  readonly messages: readonly SensorMessage[];
  readonly seed: number;
  readonly deaths: number;
  /** kill: SIGKILL. powercut: the daemon goes on with what powercut.c leaves of its disk. */
  readonly by: 'kill' | 'powercut';
  /** Deaths after which the broker is restarted, the connection is cut, or goes silent. */
  readonly brokerRestartsAfter?: readonly number[];
  readonly cutsAfter?: readonly number[];
  readonly silencesAfter?: readonly number[];
}

export interface CampaignOutcome {
  readonly dbPath: string;
  readonly published: readonly Published[];
  readonly malformed: readonly string[]; // see Witness
  /** What `PRAGMA integrity_check` said of each image, powercut only. */
  readonly integrity: readonly string[];
  /** One line a death: when, and how far the database was. */
  readonly diary: readonly string[];
}

/** A save writes everything that is queued: at every change it would be all that the broker does. It saves when it is stopped. */
export const brokerConfig = ['max_queued_messages 0', 'max_inflight_messages 0', 'autosave_interval 2000'];

const configOf = (port: number) => ({
  node,
  broker: { url: `mqtt://127.0.0.1:${port}`, keepalive: '2s' },
  store: { path: 'disk/stepcast.db', flush: '100ms', retention: { readings: 'forever', forecasts: 'forever' } },
  streams: workloadStreams,
  learn: { enabled: false },
  http: { listen: 'off' },
});

/** Publishes `messages` while the daemon dies again and again; ends with everything stored and a clean stop. */
export const runCampaign = async (options: CampaignOptions): Promise<CampaignOutcome> => {
  const { dir, messages, deaths } = options;
  const random = new Random(options.seed);
  const diary: string[] = [];
  const integrity: string[] = [];
  const undo: (() => unknown)[] = [];
  let lastLog = () => '';
  try {
    mkdirSync(dir, { recursive: true });
    const broker = await startMosquitto({ persistence: true, config: brokerConfig });
    undo.push(() => broker.stop());
    const network = await startCutter(broker.port);
    undo.push(() => network.close());
    const witness = await startWitness(broker.port, node);
    undo.push(() => witness.end());

    // The disk takes its time before each sync: a cut then falls between a write and its sync often enough.
    const libraries = options.by === 'powercut' && [compilePreload('stall', dir), compilePreload('powercut', dir)];
    let generation = 0;
    const home = () => join(dir, `life-${generation}`);
    const dbPath = () => join(home(), 'disk/stepcast.db');
    const start = (): Daemon => {
      const disk = join(home(), 'disk');
      const kept = join(home(), 'kept');
      for (const folder of [disk, kept]) mkdirSync(folder, { recursive: true });
      const env: Record<string, string> = libraries
        ? {
            ...{ LD_PRELOAD: libraries.join(' '), POWERCUT_DIR: disk, POWERCUT_KEPT: kept },
            ...{ STALL_DIR: disk, STALL_MS: '120' },
          }
        : {};
      return startDaemon({ dir: home(), config: configOf(network.port), env });
    };
    const moveToImage = () => {
      const before = home();
      generation++;
      mkdirSync(home());
      const { strays } = cutPower(join(before, 'disk'), join(before, 'kept'), join(home(), 'disk'), random);
      integrity.push(integrityOf(join(home(), 'disk'), join(home(), 'examined')));
      return `${strays} stray sectors`;
    };

    let daemon = start();
    lastLog = () => daemon.log();
    undo.push(() => daemon.kill());
    await daemon.connected();
    const senders = await startSenders(broker, messages);
    for (const sender of senders) undo.push(() => sender.end());

    for (let death = 1; death <= deaths; death++) {
      allow(senders, messages, (death - 0.6) / (deaths + 1)); // a backlog, while it starts
      const moment = random.pick(['start', 'connection', 'commit', 'commit'] as const);
      const before = Archive.count(dbPath());
      if (moment !== 'start') {
        await daemon.connected();
        allow(senders, messages, death / (deaths + 1)); // and a stream to die in
      }
      if (moment === 'commit') await eventually(`a commit after ${before}`, () => Archive.count(dbPath()) > before);
      const afterMs = Math.round(random.between(0, moment === 'start' ? 1_200 : 600));
      await delay(afterMs);
      if (options.brokerRestartsAfter?.includes(death)) await restartBroker(broker, senders[1]);
      if (options.silencesAfter?.includes(death)) {
        network.silence();
        await daemonNotices(daemon);
      }
      if (options.cutsAfter?.includes(death)) {
        network.cut();
        await delay(700);
        network.mend();
        await delay(300);
      }
      if (!daemon.running) throw new Error(`the daemon ended by itself:\n${daemon.log()}`);
      await daemon.kill();
      const image = options.by === 'powercut' ? `, ${moveToImage()}` : '';
      const stored = Archive.count(dbPath());
      diary.push(
        `death ${death}, ${afterMs} ms after its ${moment}: ${stored} stored, ${sum(senders, 'acknowledged')} published${image}`,
      );
      daemon = start();
    }
    allow(senders, messages, 1);
    for (const [index, sender] of senders.entries()) {
      await sender.settled().catch((error) => {
        throw new Error(`sender ${index}: ${sender.acknowledged} of ${sender.sent} acknowledged: ${error.message}`);
      });
    }
    await eventually(
      'every reading is stored',
      () => {
        if (!daemon.running) throw new Error(`the daemon ended by itself:\n${daemon.log()}`);
        return Archive.count(dbPath()) >= messages.length;
      },
      60_000,
    ).catch((error) => {
      diary.push((error as Error).message); // the comparison says which
    });
    const { code } = await daemon.stop();
    if (code !== 0) throw new Error(`a clean stop ended with ${code}:\n${daemon.log()}`);
    return { dbPath: dbPath(), published: witness.forecasts, malformed: witness.malformed, integrity, diary };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${diary.join('\n')}\n${lastLog().slice(-3_000)}`, { cause: error });
  } finally {
    while (undo.length > 0) await undo.pop()!();
  }
};

/** Timed messages may come twice to the broker, the daemon knows them by their time; bare ones are sent so that they cannot. */
const parts = (messages: readonly SensorMessage[]) => [
  messages.filter(({ tMs }) => tMs !== undefined),
  messages.filter(({ tMs }) => tMs === undefined),
];

const startSenders = (broker: Mosquitto, messages: readonly SensorMessage[]): Promise<Sender[]> =>
  Promise.all(
    parts(messages).map((part, index) =>
      startSender({ port: broker.port, clientId: `sensors-${index}`, messages: part, ratePerSecond: 350 }),
    ),
  );

const allow = (senders: readonly Sender[], messages: readonly SensorMessage[], share: number): void => {
  for (const [index, sender] of senders.entries()) sender.allow(Math.ceil(share * parts(messages)[index].length));
};

const restartBroker = async (broker: Mosquitto, bare: Sender): Promise<void> => {
  await bare.pause();
  await broker.restart();
  bare.resume();
};

const daemonNotices = (daemon: Daemon): Promise<void> => {
  const before = daemon.told('connected').length;
  return eventually('the daemon notices the silence and comes back', () => daemon.told('connected').length > before);
};

const sum = (senders: readonly Sender[], key: 'acknowledged' | 'sent'): number =>
  senders.reduce((total, sender) => total + sender[key], 0);

/** Looks at a copy: to open a database is to change it. */
const integrityOf = (disk: string, copy: string): string => {
  mkdirSync(copy);
  const [from, to] = [join(disk, 'stepcast.db'), join(copy, 'stepcast.db')];
  if (!existsSync(from)) return 'ok';
  for (const suffix of ['', '-wal']) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
  const archive = new Archive(to);
  try {
    return archive.integrity();
  } finally {
    archive.close();
  }
};
