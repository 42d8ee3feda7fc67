import { describe, expect, it } from 'vitest';
import { compileTopicFilter, topicFilterProblem, topicMatcher } from '../../../src/payloads/topicFilter.js';

describe('topicFilter', () => {
  // The examples of MQTT 5, section 4.7.1 and 4.7.2.
  it.each([
    ['sport/tennis/player1/#', 'sport/tennis/player1', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
    ['sport/tennis/player1/#', 'sport/tennis/player2', false],
    ['#', 'anything/at/all', true],
    ['sport/tennis/+', 'sport/tennis/player1', true],
    ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
    ['sport/+', 'sport', false],
    ['sport/+', 'sport/', true],
    ['+', '/finance', false],
    ['/+', '/finance', true],
    ['+/+', '/finance', true],
    ['+/tennis/#', 'sport/tennis', true],
    ['#', '$SYS/broker/load', false],
    ['+/monitor/Clients', '$SYS/monitor/Clients', false],
    ['$SYS/#', '$SYS/broker/load', true],
    ['$SYS/monitor/+', '$SYS/monitor/Clients', true],
    ['a/b', 'a/b', true],
    ['a/b', 'A/b', false],
  ])('%s against %s is %s', (filter, topic, matches) => {
    expect(compileTopicFilter(filter)(topic)).toBe(matches);
  });

  it.each([
    ['', 'empty'],
    ['sport/tennis#', "'#' must stand alone"],
    ['sport/tennis/#/ranking', 'last level'],
    ['sport+', "'+' must stand alone"],
    ['a/+b/c', "'+' must stand alone"],
    ['a\0b', 'NUL'],
    ['a'.repeat(65_536), '65,535'],
    ['$share/stepcast/sensors/+', 'shared subscriptions'],
  ])('says what is wrong with %j', (filter, words) => {
    expect(topicFilterProblem(filter)).toContain(words);
    expect(() => compileTopicFilter(filter)).toThrow(RangeError);
  });

  it('finds nothing wrong with good filters', () => {
    for (const filter of [
      '#',
      '+',
      'a',
      '/',
      '/a',
      'a/',
      'a//b',
      'a/+/b',
      '+/+',
      '+/a/#',
      'sensors/#',
      '$SYS/#',
      'é/ü',
    ])
      expect(topicFilterProblem(filter)).toBe(undefined);
  });

  it('gives the first filter that matches, also when more topics come than it remembers', () => {
    const match = topicMatcher(['a/+', 'a/#', 'b'], 2);
    for (let round = 0; round < 3; round++) {
      expect(['a/x', 'a/x/y', 'b', 'c'].map(match)).toEqual([0, 1, 2, -1]);
    }
  });
});
