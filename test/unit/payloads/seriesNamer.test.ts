import { describe, expect, it } from 'vitest';
import { seriesNamer } from '../../../src/payloads/seriesNamer.js';

describe('seriesNamer', () => {
  it('calls a bare number by its topic and a field by topic and field', () => {
    const name = seriesNamer(undefined);
    expect(name('home/kitchen', undefined)).toBe('home/kitchen');
    expect(name('home/kitchen', 'temperature')).toBe('home/kitchen.temperature');
    expect(name('home/kitchen', 'humidity')).toBe('home/kitchen.humidity');
  });

  it('fills a template with topic, field and levels of the topic', () => {
    expect(seriesNamer('{topic.1}/{field}')('zigbee2mqtt/kitchen', 'temperature')).toBe('kitchen/temperature');
    expect(seriesNamer('{topic}:{field}')('a/b', 'c')).toBe('a/b:c');
    expect(seriesNamer('x{topic.9}y{field}')('a', undefined)).toBe('xy');
    expect(seriesNamer('{topic}')('$&$1', undefined)).toBe('$&$1');
  });

  it('keeps names apart whose topic and field join to the same text', () => {
    const name = seriesNamer('{topic}|{field}');
    expect(name('a', 'b.c')).toBe('a|b.c');
    expect(name('a.b', 'c')).toBe('a.b|c');
    expect(name('a', 'b.c')).toBe('a|b.c');
  });

  it('names right when more series come than it remembers', () => {
    const name = seriesNamer(undefined, 3);
    for (let round = 0; round < 2; round++)
      for (let i = 0; i < 10; i++) expect(name(`t${i}`, i % 2 ? 'f' : undefined)).toBe(i % 2 ? `t${i}.f` : `t${i}`);
  });
});
