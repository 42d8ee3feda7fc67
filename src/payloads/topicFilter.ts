const longestBytes = 65_535; // [MQTT-1.5.4]: a string carries its length in two bytes

/** What is wrong with an MQTT topic filter [MQTT-4.7.1-1 to 4.7.3-3], or undefined. Shared subscriptions are refused. */
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

/**
 * A filter as a predicate over topic names. Wildcards at the first level do not match topics that begin with `$` [MQTT-4.7.2-1];
 * `a/#` matches `a` too [MQTT-4.7.1-2].
 * @throws RangeError for a filter that `topicFilterProblem` complains about.
 */
export const compileTopicFilter = (filter: string): ((topic: string) => boolean) => {
  const problem = topicFilterProblem(filter);
  if (problem) throw new RangeError(`compileTopicFilter: ${problem}`);
  if (!/[+#]/.test(filter)) return (topic) => topic === filter;
  const levels = filter.split('/');
  const open = levels.at(-1) === '#';
  if (open) levels.pop();
  const wildStart = levels.length === 0 || levels[0] === '+';
  return (topic) => {
    if (wildStart && topic.startsWith('$')) return false;
    const names = topic.split('/');
    if (open ? names.length < levels.length : names.length !== levels.length) return false;
    return levels.every((level, index) => level === '+' || level === names[index]);
  };
};

/** The index of the first of `filters` that matches a topic, −1 for none; answers are remembered for `remember` topics. */
export const topicMatcher = (filters: readonly string[], remember = 65_536): ((topic: string) => number) => {
  const matches = filters.map(compileTopicFilter);
  const known = new Map<string, number>();
  return (topic) => {
    let index = known.get(topic);
    if (index === undefined) {
      index = matches.findIndex((match) => match(topic));
      if (known.size >= remember) known.clear();
      known.set(topic, index);
    }
    return index;
  };
};
