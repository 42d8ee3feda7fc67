import { StepcastError } from '../errors.js';
import { forecastParameters, mostRows } from '../http/apiRoutes.js';
import { readDocument } from '../http/parameters.js';
import type { Questions } from '../http/questions.js';
import type { Logger } from '../log.js';
import type { BrokerConnection } from '../mqtt/brokerConnection.js';
import type { BrokerMessage } from '../mqtt/brokerMessage.js';

const longestQuestion = 4096; // bytes
const mostAtOnce = 16;
const headBytes = 128; // of a packet at most, beside payload, topic and correlation data

export interface QueryParts {
  readonly connection: Pick<BrokerConnection, 'watch' | 'publish' | 'maxPacketBytes'>;
  readonly prefix: string;
  readonly node: string;
  readonly questions: Questions;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** Since the start. Ignored: nobody to answer to, or a question that was left lying at the broker. */
export interface QueryCounts {
  readonly answered: number;
  readonly refused: number;
  readonly ignored: number;
}

export interface QueryService {
  counts(): QueryCounts;
  stop(): void;
}

/** Answers what is asked on PREFIX/NODE/query: MQTT 5 request and response, the rows of `stepcast query --json`. */
export function serveQueries({ connection, prefix, node, questions, nowMs, log }: QueryParts): QueryService {
  const topic = `${prefix}/${node}/query`;
  const counts = { answered: 0, refused: 0, ignored: 0 };
  let open = 0;

  const answer = async (question: Buffer, roomBytes: number): Promise<Uint8Array> => {
    if (open > mostAtOnce) throw failure('QUERY_BUSY', `${mostAtOnce} questions are being answered already`);
    const { series, from, to, issued = 'latest', horizon } = readDocument(forecastParameters, parse(question), nowMs());
    const window = { series: series!, fromMs: from, toMs: to, most: mostRows };
    const { json, next } = await questions.ask({ kind: 'forecasts', ...window, issued, horizon });
    if (next === undefined && json.length <= roomBytes) return json;
    const reason = next === undefined ? 'it is larger than the broker lets through' : `it has over ${mostRows} rows`;
    throw failure('QUERY_TOO_LARGE', `${reason}; ask for a shorter time with from and to`);
  };

  const reply = async (responseTopic: string, correlationData: Buffer | undefined, question: Buffer): Promise<void> => {
    open++;
    const aroundBytes = headBytes + Buffer.byteLength(responseTopic) + (correlationData?.length ?? 0);
    let payload: Uint8Array;
    try {
      payload = await answer(question, connection.maxPacketBytes - aroundBytes);
      counts.answered++;
    } catch (error) {
      payload = Buffer.from(JSON.stringify({ error: errorOf(error, log) }));
      counts.refused++;
    } finally {
      open--;
    }
    connection.publish({
      ...{ topic: responseTopic, qos: 1, retain: false, contentType: 'application/json', payload },
      ...(correlationData && { correlationData }),
    });
  };

  const listener = (message: BrokerMessage): boolean => {
    if (message.topic !== topic) return false;
    const { responseTopic, correlationData, payload, retained } = message;
    if (responseTopic === undefined || retained || !mayAnswerOn(responseTopic, prefix, node)) {
      counts.ignored++;
      log.debug({ topic, responseTopic }, 'a question with nowhere to answer to');
    } else {
      // Copies: both are views into a network buffer.
      void reply(responseTopic, correlationData && Buffer.from(correlationData), Buffer.from(payload));
    }
    message.acknowledge();
    return true;
  };
  const stop = connection.watch([topic], listener, () =>
    log.info({ topic }, 'the broker does not let questions be heard; forecasts go on without'),
  );
  return { counts: () => ({ ...counts }), stop };
}

/** Whoever asks may not have us write what it may not: our own topics, and those that a broker hangs up for. */
function mayAnswerOn(topic: string, prefix: string, node: string): boolean {
  if (topic === '' || topic.length > 1024 || /[+#\p{Cc}]/u.test(topic) || topic.startsWith('$')) return false;
  const own = `${prefix}/${node}/`;
  if (topic.startsWith(`${prefix}/all/`) || topic.startsWith('homeassistant/')) return false;
  return !(
    topic.startsWith(own) && /^(status|health|forecast|query|model|learn|gap)(\/|$)/.test(topic.slice(own.length))
  );
}

function parse(question: Buffer): Record<string, unknown> {
  const expected = 'expected a JSON object such as {"series": "sensors/kitchen/temperature", "from": "-6h"}';
  if (question.length > longestQuestion)
    throw failure('QUERY_INVALID', `${expected}, at most ${longestQuestion} bytes`);
  let document: unknown;
  try {
    document = JSON.parse(question.toString());
  } catch {
    throw failure('QUERY_INVALID', expected);
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw failure('QUERY_INVALID', expected);
  return document as Record<string, unknown>;
}

const failure = (code: 'QUERY_INVALID' | 'QUERY_BUSY' | 'QUERY_TOO_LARGE', message: string): StepcastError =>
  new StepcastError({ code, op: 'query', subject: 'query', message });

function errorOf(error: unknown, log: Logger): { code: string; message: string } {
  if (error instanceof StepcastError) {
    const { code, subject, message, hint } = error;
    return { code, message: `${subject}: ${message}${hint ? ` — ${hint}` : ''}` };
  }
  log.error({ problem: String(error) }, 'a question could not be answered');
  return { code: 'RUNTIME_FAILED', message: 'the daemon failed at it; its log says more' };
}
