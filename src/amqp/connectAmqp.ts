import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { type ChannelModel, connect } from 'amqplib';
import { StepcastError } from '../errors.js';
import type { AmqpSettings } from './amqpSettings.js';

const heartbeatSeconds = 10; // a worker whose machine is gone loses its partitions after about two of them
const answerMs = 15_000;

type Access = Pick<AmqpSettings, 'username' | 'password' | 'ca' | 'cert' | 'key'>;

/** One connection to one node of the broker. @throws what `amqpProblem` tells. */
export const connectAmqp = async (url: string, access: Access, name: string): Promise<ChannelModel> => {
  const { protocol, hostname, port, pathname } = new URL(url);
  const encrypted = protocol === 'amqps:';
  const model = await connect(
    {
      protocol: protocol.slice(0, -1),
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (encrypted ? 5671 : 5672) : Number(port),
      username: access.username ?? 'guest',
      password: access.password ?? 'guest',
      vhost: pathname.length > 1 ? decodeURIComponent(pathname.slice(1)) : '/',
      heartbeat: heartbeatSeconds,
    },
    {
      noDelay: true,
      timeout: answerMs,
      clientProperties: { connection_name: name },
      ...(encrypted && tlsOptions(access)),
    },
  );
  model.on('error', () => {}); // told by `close` too
  return model;
};

const tlsOptions = (access: Access): ConnectionOptions => ({
  minVersion: 'TLSv1.2',
  rejectUnauthorized: true,
  ca: pem(access, 'ca'),
  cert: pem(access, 'cert'),
  key: pem(access, 'key'),
});

const pem = (access: Access, name: 'ca' | 'cert' | 'key'): Buffer | undefined => {
  const path = access[name];
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (cause) {
    const hint = `check source.${name} and that this user may read the file`;
    throw new StepcastError({ code: 'BROKER_TLS', op: 'read', subject: path, message: String(cause), hint, cause });
  }
};
