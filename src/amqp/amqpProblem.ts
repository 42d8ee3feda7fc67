import { StepcastError } from '../errors.js';

export interface AmqpProblem {
  readonly error: StepcastError;
  /** Waiting will not cure it: a wrong password, a plugin that is not there. */
  readonly misconfigured: boolean;
}

type Code = 'BROKER_UNREACHABLE' | 'BROKER_REFUSED' | 'BROKER_TLS';
type Told = readonly [code: Code, message: string, hint: string];

/** By what the broker or the socket says; the first that matches. */
const known: readonly (readonly [pattern: RegExp, misconfigured: boolean, ...Told])[] = [
  [
    /ECONNREFUSED/,
    false,
    'BROKER_UNREACHABLE',
    'nothing listens there',
    'start RabbitMQ, or check host and port in source.url',
  ],
  [
    /ENOTFOUND|EAI_AGAIN/,
    false,
    'BROKER_UNREACHABLE',
    'the host name is not known',
    'check source.url and the network',
  ],
  [
    /unknown exchange type/,
    true,
    'BROKER_REFUSED',
    'it has no consistent-hash exchange',
    'rabbitmq-plugins enable rabbitmq_consistent_hash_exchange',
  ],
  [
    /Login was refused/,
    true,
    'BROKER_REFUSED',
    'wrong user name or password',
    'check both in source.url; guest may come from the broker’s own machine only',
  ],
  [
    /got <ConnectionClose/,
    true,
    'BROKER_REFUSED',
    'it has no such virtual host, or keeps this user out of it',
    'check the path of source.url: amqp://HOST/VHOST',
  ],
  [
    /ACCESS.REFUSED/,
    true,
    'BROKER_REFUSED',
    'this user may not declare what the fleet needs',
    'rabbitmqctl set_permissions USER "^stepcast\\." "^stepcast\\." "^(stepcast\\.|amq\\.topic$)"',
  ],
  [
    /PRECONDITION.FAILED/,
    true,
    'BROKER_REFUSED',
    'a queue or exchange of that name is there with other properties',
    'delete it, or give this fleet another name with node',
  ],
  [/RESOURCE.LOCKED/, false, 'BROKER_REFUSED', 'a queue belongs to another connection', 'it will be tried again'],
  [
    /closed abruptly during opening handshake/,
    false,
    'BROKER_UNREACHABLE',
    'the connection was closed before the broker answered',
    'check that the port in source.url is one for AMQP; write amqps:// if it wants TLS',
  ],
  [
    /CERT_|SELF_SIGNED|UNABLE_TO|ALTNAME|ERR_SSL|ERR_TLS|SSL routines|self.signed|certificate/i,
    true,
    'BROKER_TLS',
    'its certificate is not trusted, or it does not trust ours',
    'check source.ca, source.cert and source.key',
  ],
];

/** Why a connection failed, ended or was refused, told for a person. */
export const amqpProblem = (url: string, cause: unknown): AmqpProblem => {
  if (cause instanceof StepcastError) return { error: cause, misconfigured: true };
  const { message = String(cause), code } = (cause ?? {}) as { message?: string; code?: unknown };
  const text = `${code ?? ''} ${message}`;
  const match = known.find(([pattern]) => pattern.test(text));
  const [misconfigured, ...told] = match
    ? ([match[1], match[2], match[3], match[4]] as const)
    : ([false, 'BROKER_UNREACHABLE', message || 'the connection was lost', 'it will be tried again'] as const);
  return {
    error: new StepcastError({ code: told[0], op: 'connect to', subject: url, message: told[1], hint: told[2], cause }),
    misconfigured,
  };
};
