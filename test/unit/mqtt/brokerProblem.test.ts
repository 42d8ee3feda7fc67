import { describe, expect, it } from 'vitest';
import { brokerProblem } from '../../../src/mqtt/brokerProblem.js';

const problem = (code: string | number | undefined, more: object = {}) =>
  brokerProblem({
    url: 'mqtt://me:secret@broker:1883',
    connected: false,
    error: code === undefined ? undefined : Object.assign(new Error('as Node says it'), { code }),
    disconnectCode: undefined,
    ...more,
  });

describe('brokerProblem', () => {
  it.each([
    [134, 'BROKER_REFUSED', true, 'password'],
    [135, 'BROKER_REFUSED', true, 'rights'],
    [4, 'BROKER_REFUSED', true, 'password'],
    [5, 'BROKER_REFUSED', true, 'password'],
    [2, 'BROKER_REFUSED', true, 'clientId'],
    [3, 'BROKER_REFUSED', false, 'again'],
    [136, 'BROKER_REFUSED', false, 'again'],
    [159, 'BROKER_REFUSED', false, 'log of the broker'],
    ['ECONNREFUSED', 'BROKER_UNREACHABLE', false, 'start the broker'],
    ['ENOTFOUND', 'BROKER_UNREACHABLE', false, 'broker.url'],
    ['ETIMEDOUT', 'BROKER_UNREACHABLE', false, 'network'],
    ['ECONNRESET', 'BROKER_UNREACHABLE', false, 'mqtts://'],
    [undefined, 'BROKER_UNREACHABLE', false, 'mqtts://'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'BROKER_TLS', true, 'broker.ca'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'BROKER_TLS', true, 'host name'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'BROKER_TLS', true, 'broker.cert'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'BROKER_TLS', true, 'broker.url'],
    ['CERT_NOT_YET_VALID', 'BROKER_TLS', false, 'clock'],
  ])('tells %s as %s with a next step', (code, errorCode, misconfigured, hint) => {
    const { error, misconfigured: settled } = problem(code);
    expect(error.code).toBe(errorCode);
    expect(settled).toBe(misconfigured);
    expect(error.hint).toContain(hint);
  });

  it.each([
    [
      'write EPROTO 80:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/ssl3_record.c:350:\n',
      /: wrong version number — /,
    ],
    ['something\n else', /: something else — /],
  ])('makes one line of %j', (message, line) => {
    const error = Object.assign(new Error(message), { code: 'EPROTO' });
    expect(problem('EPROTO', { error }).error.line).toMatch(line);
    expect(problem('EPROTO', { error }).error.line).not.toContain('\n');
  });

  it('never shows the password', () => {
    expect(problem('ECONNREFUSED').error.line).not.toContain('secret');
    expect(problem('ECONNREFUSED').error.subject).toBe('mqtt://broker:1883');
  });

  it('says when another client took the session over', () => {
    const { error } = problem(undefined, { connected: true, disconnectCode: 142 });
    expect(error.line).toContain('same client id');
  });

  it('takes an established connection that breaks for no misconfiguration', () => {
    expect(problem('ERR_SSL_SOMETHING', { connected: true }).misconfigured).toBe(false);
  });
});
