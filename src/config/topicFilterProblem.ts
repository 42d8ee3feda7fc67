const longestBytes = 65_535; // [MQTT-1.5.4]: a string carries its length in two bytes

/** What is wrong with an MQTT topic filter [MQTT-4.7.1-1 to 4.7.3-3], or undefined. */
export function topicFilterProblem(filter: string): string | undefined {
  if (filter === '') return 'a topic filter must not be empty';
  if (filter.includes('\0')) return 'a topic filter must not contain NUL';
  if (Buffer.byteLength(filter) > longestBytes) return 'a topic filter must not be longer than 65,535 bytes';
  const levels = filter.split('/');
  if (levels[0] === '$share') return 'shared subscriptions split a series between readers';
  for (const [index, level] of levels.entries()) {
    if (level.includes('#') && level !== '#') return "'#' must stand alone in its level";
    if (level === '#' && index !== levels.length - 1) return "'#' must be the last level";
    if (level.includes('+') && level !== '+') return "'+' must stand alone in its level";
  }
  return undefined;
}

/** Whether `level` can be one level of a topic that is published to. */
export const isTopicLevel = (level: string): boolean => level !== '' && !/[/+#\p{Cc}]/u.test(level);

/** Whether `prefix` can start a topic that is published to; a leading `$` belongs to the broker. */
export const isTopicPrefix = (prefix: string): boolean =>
  !prefix.startsWith('$') && prefix.split('/').every(isTopicLevel);
