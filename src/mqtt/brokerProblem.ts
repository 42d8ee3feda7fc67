import { StepcastError } from '../errors.js';
import { shownUrl } from './brokerSettings.js';

export interface BrokerProblem {
  readonly error: StepcastError;
  /** Waiting will not cure it: a wrong password, an untrusted certificate. */
  readonly misconfigured: boolean;
}

/** CONNACK codes that a person must settle: 3.1.1 return codes below 128, MQTT 5 reason codes above. */
const refusals: Record<number, readonly [message: string, hint: string, misconfigured: boolean]> = {
  1: ['it speaks neither MQTT 5 nor 3.1.1', 'use a broker that does', true],
  2: ['it does not accept the client id', 'change broker.clientId', true],
  3: ['it is not available', 'it will be tried again', false],
  4: ['wrong user name or password', 'check broker.username and broker.password', true],
  5: ['not authorized', 'check broker.username, broker.password and the rights of this user at the broker', true],
  132: ['it speaks neither MQTT 5 nor 3.1.1', 'use a broker that does', true],
  133: ['it does not accept the client id', 'change broker.clientId', true],
  134: ['wrong user name or password', 'check broker.username and broker.password', true],
  135: ['not authorized', 'check broker.username, broker.password and the rights of this user at the broker', true],
  136: ['it is not available', 'it will be tried again', false],
  137: ['it is busy', 'it will be tried again', false],
  138: ['this client is banned', 'ask whoever runs the broker', true],
  140: ['it wants another way of authentication', 'stepcast knows user name, password and client certificate', true],
};

const refused = (code: number | undefined): code is number => code !== undefined && (code in refusals || code >= 128);

/** The DISCONNECT reason codes whose cause is elsewhere than on the line. [MQTT 5, 3.14.2.1] */
const dismissals: Record<number, readonly [message: string, hint: string]> = {
  139: ['the broker is shutting down', 'it will be tried again'],
  142: ['another client came with the same client id', 'give each machine its own broker.clientId'],
  149: ['a packet was larger than the broker allows', 'raise the limit at the broker'],
  152: ['an administrator closed the connection', 'ask whoever runs the broker'],
};

const clockCodes = new Set(['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED']);
const tlsCodes =
  /^(ERR_SSL|ERR_TLS|ERR_OSSL|EPROTO$|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(VERIFY|GET)|INVALID_CA|PATH_LENGTH)/;

export interface Ending {
  readonly url: string;
  readonly connected: boolean; // whether it had been accepted
  readonly error: (Error & { code?: string | number }) | undefined; // the last one on this connection
  readonly disconnectCode: number | undefined; // of the broker's DISCONNECT
}

/** Why a connection ended or never began, told for a person. */
export const brokerProblem = ({ url, connected, error, disconnectCode }: Ending): BrokerProblem => {
  const subject = shownUrl(url);
  const code = error?.code;
  const tell = (
    errorCode: 'BROKER_UNREACHABLE' | 'BROKER_REFUSED' | 'BROKER_TLS',
    message: string,
    hint: string,
    misconfigured = false,
  ): BrokerProblem => ({
    error: new StepcastError({ code: errorCode, op: 'connect to', subject, message, hint, cause: error }),
    misconfigured,
  });

  if (connected) {
    const dismissal = disconnectCode === undefined ? undefined : dismissals[disconnectCode];
    if (dismissal) return tell('BROKER_UNREACHABLE', ...dismissal);
    const how = disconnectCode ? `DISCONNECT with reason ${disconnectCode}` : (error?.message ?? 'closed');
    return tell('BROKER_UNREACHABLE', `the connection was lost (${how})`, 'it will be tried again');
  }
  if (typeof code === 'number' && refused(code)) {
    const [message, hint, misconfigured] = refusals[code] ?? [`reason ${code}`, 'see the log of the broker', false];
    return tell('BROKER_REFUSED', `the broker refused: ${message}`, hint, misconfigured);
  }
  if (typeof code === 'string' && clockCodes.has(code))
    return tell('BROKER_TLS', error!.message, 'check the clock of this machine, then the certificate of the broker');
  if (typeof code === 'string' && tlsCodes.test(code))
    return tell('BROKER_TLS', opensslReason(error!), tlsHint(code), true);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return tell('BROKER_UNREACHABLE', 'the host name is not known', 'check broker.url and the network');
  if (code === 'ECONNREFUSED')
    return tell(
      'BROKER_UNREACHABLE',
      'nothing listens there',
      'start the broker, or check host and port in broker.url',
    );
  if (error && code !== 'ECONNRESET' && code !== 'EPIPE')
    return tell('BROKER_UNREACHABLE', error.message || 'no answer', 'check broker.url and the network');
  return tell(
    'BROKER_UNREACHABLE',
    'the connection was closed before the broker answered',
    closedHints[url.split(':', 1)[0]] ?? closedHints.mqtt,
  );
};

const closedHints: Record<string, string> = {
  mqtt: 'check that the port in broker.url is one for MQTT; write mqtts:// if it wants TLS',
  mqtts: 'check that the port in broker.url is one for MQTT over TLS',
  ws: 'check that the port in broker.url is one for MQTT over WebSockets; write wss:// if it wants TLS',
  wss: 'check that the port in broker.url is one for MQTT over WebSockets with TLS, and whether the broker wants a client certificate (broker.cert, broker.key)',
};

/** Messages of OpenSSL carry an address, a source file and a line break; what is wrong stands between. */
const opensslReason = ({ message }: Error): string =>
  /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1] ?? message.replace(/\s+/g, ' ').trim();

const tlsHint = (code: string): string => {
  if (/ALTNAME/.test(code)) return 'the certificate is for another host name: use that name in broker.url';
  if (/ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA)/.test(code))
    return 'the broker wants a client certificate it trusts: check broker.cert and broker.key';
  if (/WRONG_VERSION_NUMBER|EPROTO/.test(code)) return 'the port may not be one for TLS: check broker.url';
  if (/SELF_SIGNED|UNABLE_TO|DEPTH_ZERO/.test(code))
    return 'give the certificate of the authority that signed the broker’s in broker.ca';
  return 'check broker.ca, broker.cert and broker.key';
};
