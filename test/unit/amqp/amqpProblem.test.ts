import { describe, expect, it } from 'vitest';
import { amqpProblem } from '../../../src/amqp/amqpProblem.js';
import { StepcastError } from '../../../src/errors.js';

const url = 'amqp://broker';

describe('amqpProblem', () => {
  // As amqplib and RabbitMQ 3.10 say it.
  it.each([
    ['connect ECONNREFUSED 127.0.0.1:1', 'BROKER_UNREACHABLE', false, 'source.url'],
    ['getaddrinfo ENOTFOUND nowhere', 'BROKER_UNREACHABLE', false, 'source.url'],
    ['Socket closed abruptly during opening handshake', 'BROKER_UNREACHABLE', false, 'amqps'],
    [
      'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN."',
      'BROKER_REFUSED',
      true,
      'guest',
    ],
    ['Expected ConnectionOpenOk; got <ConnectionClose channel:0>', 'BROKER_REFUSED', true, 'VHOST'],
    [
      'Connection closed: 503 (COMMAND-INVALID) with message "COMMAND_INVALID - unknown exchange type \'x-consistent-hash\'"',
      'BROKER_REFUSED',
      true,
      'rabbitmq_consistent_hash_exchange',
    ],
    [
      "Operation failed: QueueDeclare; 403 (ACCESS-REFUSED) with message \"ACCESS_REFUSED - access to queue 'q' in vhost '/' refused for user 'u'\"",
      'BROKER_REFUSED',
      true,
      'set_permissions',
    ],
    [
      'Operation failed: QueueDeclare; 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - inequivalent arg \'x-queue-type\'"',
      'BROKER_REFUSED',
      true,
      'node',
    ],
    ['self-signed certificate in certificate chain', 'BROKER_TLS', true, 'source.ca'],
    ['Heartbeat timeout', 'BROKER_UNREACHABLE', false, 'tried again'],
  ])('%s', (message, code, misconfigured, words) => {
    const problem = amqpProblem(url, new Error(message));
    expect(problem).toMatchObject({ misconfigured, error: { code, subject: url } });
    expect(problem.error.hint).toContain(words);
  });

  it('passes on what is known already', () => {
    const error = new StepcastError({ code: 'SOURCE_PARTITIONS', op: 'declare', subject: 'q', message: 'm' });
    expect(amqpProblem(url, error)).toEqual({ error, misconfigured: true });
  });
});
