import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { type Mosquitto, startMosquitto } from './mosquitto.js';

type Rule = 'subscribePattern' | 'publishClientSend';

/** A Mosquitto whose dynamic security plugin says no to a SUBSCRIBE: an `acl_file` never does, it withholds the messages. */
export interface GuardedMosquitto {
  readonly broker: Mosquitto;
  /** Credentials of the user whose rights change. */
  readonly username: string;
  readonly password: string;
  allow(rule: Rule, topic: string): Promise<void>;
  /** The rule goes, and the plugin throws the user's connections out. */
  forbid(rule: Rule, topic: string): Promise<void>;
  stop(): Promise<void>;
}

const username = 'stepcast';
const password = 'right';
const role = 'machine';

/** `subscribes`: what the user may subscribe to. Everything else is allowed, and to anonymous clients everything is. */
export const startGuardedMosquitto = async (subscribes: readonly string[]): Promise<GuardedMosquitto> => {
  const dir = mkdtempSync(join(tmpdir(), 'stepcast-rights-'));
  const path = join(dir, 'rights.json');
  const acl = (acltype: string, topic: string) => ({ acltype, topic, priority: 0, allow: true });
  const salt = randomBytes(12);
  const iterations = 101;
  writeFileSync(
    path,
    JSON.stringify({
      defaultACLAccess: { publishClientSend: true, publishClientReceive: true, subscribe: false, unsubscribe: true },
      clients: [
        {
          username,
          password: pbkdf2Sync(password, salt, iterations, 64, 'sha512').toString('base64'),
          salt: salt.toString('base64'),
          iterations,
          roles: [{ rolename: role }],
        },
      ],
      groups: [{ groupname: 'anyone', roles: [{ rolename: 'everything' }] }],
      anonymousGroup: 'anyone',
      roles: [
        { rolename: role, acls: subscribes.map((topic) => acl('subscribePattern', topic)) },
        {
          rolename: 'everything',
          acls: [
            acl('subscribePattern', '#'),
            acl('subscribePattern', '$CONTROL/#'),
            acl('publishClientSend', '$CONTROL/#'),
            acl('publishClientReceive', '$CONTROL/#'),
          ],
        },
      ],
    }),
  );
  const broker = await startMosquitto({ config: [`plugin ${plugin()}`, `plugin_opt_config_file ${path}`] });

  const command = async (body: object): Promise<void> => {
    const client = await mqtt.connectAsync(broker.url);
    const answer = new Promise<string>((resolve) => client.once('message', (_, payload) => resolve(String(payload))));
    await client.subscribeAsync('$CONTROL/dynamic-security/v1/response', { qos: 1 });
    await client.publishAsync('$CONTROL/dynamic-security/v1', JSON.stringify({ commands: [body] }), { qos: 1 });
    const said = await answer;
    await client.endAsync();
    if (said.includes('"error"')) throw new Error(`dynamic security: ${said}`);
  };

  return {
    broker,
    username,
    password,
    allow: (acltype, topic) =>
      command({ command: 'addRoleACL', rolename: role, acltype, topic, priority: 0, allow: true }),
    forbid: (acltype, topic) => command({ command: 'removeRoleACL', rolename: role, acltype, topic }),
    stop: async () => {
      await broker.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

const plugin = (): string => {
  const name = 'mosquitto_dynamic_security.so';
  const folder = readdirSync('/usr/lib').find((entry) => {
    try {
      return readdirSync(`/usr/lib/${entry}`).includes(name);
    } catch {
      return false;
    }
  });
  if (!folder) throw new Error(`${name} is missing: it comes with the Debian package mosquitto`);
  return `/usr/lib/${folder}/${name}`;
};
