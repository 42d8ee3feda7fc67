import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { type QueryService, serveQueries } from '../../../src/daemon/serveQueries.js';
import type { Answer, Question } from '../../../src/http/questions.js';
import type { BrokerMessage, MessageListener } from '../../../src/mqtt/brokerMessage.js';

const topic = 'stepcast/pi/query';
const nowMs = Date.UTC(2026, 0, 31, 12);
let listener: MessageListener;
let published: { topic: string; payload: Uint8Array; correlationData?: Uint8Array }[];
let asked: Question[];
let acknowledged: number;
let answer: (question: Question) => Promise<Partial<Answer>>;
let service: QueryService;

beforeEach(() => {
  published = [];
  asked = [];
  acknowledged = 0;
  answer = async () => ({ json: Buffer.from('[1]') });
  service = serveQueries({
    connection: {
      maxPacketBytes: 1000,
      watch: (_, heard) => {
        listener = heard;
        return () => {};
      },
      publish: (message) => published.push(message) > 0,
    },
    questions: {
      ask: async (question) => {
        asked.push(question);
        return { rows: 1, etag: '""', json: Buffer.of(), ...(await answer(question)) };
      },
    },
    ...{ prefix: 'stepcast', node: 'pi', nowMs: () => nowMs, log: pino({ level: 'silent' }) },
  });
});

const send = (payload: unknown, more: Partial<BrokerMessage> = {}): boolean =>
  listener({
    ...{ topic, responseTopic: 'my/answers', correlationData: Buffer.from('7'), retained: false },
    payload: Buffer.from(JSON.stringify(payload)),
    acknowledge: () => void acknowledged++,
    ...more,
  } as BrokerMessage);

const heard = async (): Promise<unknown[]> => {
  await turn();
  return published.map(({ payload }) => JSON.parse(Buffer.from(payload).toString()));
};

describe('serveQueries', () => {
  it('asks what is asked of it, and answers where it shall, with what it was given to tell answers apart', async () => {
    expect(send({ series: 'a', from: '-1h', to: null, issued: 'all', horizon: 2 })).toBe(true);
    expect(await heard()).toEqual([[1]]);
    expect(asked).toEqual([
      { kind: 'forecasts', series: 'a', fromMs: nowMs - 3_600_000, issued: 'all', horizon: 2, most: 20_000 },
    ]);
    expect(published[0]).toMatchObject({ topic: 'my/answers', correlationData: Buffer.from('7') });
    expect([acknowledged, service.counts()]).toEqual([1, { answered: 1, refused: 0, ignored: 0 }]);
  });

  it.each([
    ['nobody to answer to', { responseTopic: undefined }],
    ['a question that was left lying', { retained: true }],
    ['an answer among our own', { responseTopic: 'stepcast/pi/forecast/a' }],
    ['an answer to every node', { responseTopic: 'stepcast/all/model/x' }],
    ['a wildcard', { responseTopic: 'a/#' }],
    ['the broker itself', { responseTopic: '$CONTROL/x' }],
    ['no topic at all', { responseTopic: '' }],
  ])('takes and forgets %s', async (_, more) => {
    expect(send({ series: 'a' }, more)).toBe(true);
    expect(await heard()).toEqual([]);
    expect([acknowledged, service.counts()]).toEqual([1, { answered: 0, refused: 0, ignored: 1 }]);
  });

  it('leaves other topics to others', () => {
    expect(send({ series: 'a' }, { topic: 'stepcast/pi/query/more' })).toBe(false);
    expect(acknowledged).toBe(0);
  });

  it('says so when an answer does not go into a message', async () => {
    answer = async () => ({ json: Buffer.alloc(900, '1') });
    send({ series: 'a' });
    answer = async () => ({ json: Buffer.from('[1]'), next: { fromMs: 1, skip: 0 } });
    send({ series: 'a' });
    expect(await heard()).toMatchObject([
      { error: { code: 'QUERY_TOO_LARGE' } },
      { error: { code: 'QUERY_TOO_LARGE' } },
    ]);
  });

  it('answers a bounded number at once', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    answer = async () => {
      await gate;
      return { json: Buffer.from('[]') };
    };
    for (let i = 0; i < 20; i++) send({ series: 'a' });
    expect(await heard()).toEqual(new Array(4).fill({ error: { code: 'QUERY_BUSY', message: expect.any(String) } }));
    release();
    expect(await heard()).toHaveLength(20);
    expect(asked).toHaveLength(16);
  });

  it('tells of its own mistakes no more than that there was one', async () => {
    answer = async () => {
      throw new Error('secret path');
    };
    send({ series: 'a' });
    const [told] = await heard();
    expect(told).toMatchObject({ error: { code: 'RUNTIME_FAILED' } });
    expect(JSON.stringify(told)).not.toContain('secret');
  });
});
