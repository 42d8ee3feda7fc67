/** What is wrong with an MQTT topic filter, in words for the person who wrote it; undefined when nothing is. [MQTT-4.7.1] */
export const topicFilterProblem = (filter: string): string | undefined => {
  if (filter === '') return 'a topic filter must not be empty';
  if (filter.includes('\0')) return 'a topic filter must not contain the character NUL';
  if (Buffer.byteLength(filter) > 65_535) return 'a topic filter must not be longer than 65,535 bytes';
  const levels = filter.split('/');
  for (const [index, level] of levels.entries()) {
    if (level === '#') {
      if (index < levels.length - 1) return `"#" must be the last level of "${filter}"`;
    } else if (level.includes('#')) return `"#" must stand alone in its level, not in "${level}"`;
    else if (level.includes('+') && level !== '+') return `"+" must stand alone in its level, not in "${level}"`;
  }
  return undefined;
};

/**
 * A filter as a predicate over topic names. Wildcards at the first level do not match topics that begin with `$` [MQTT-4.7.2-1];
 * `a/#` matches `a` too [MQTT-4.7.1-2]; `$share/GROUP/` is the broker's business and is cut off.
 * @throws RangeError for a filter that `topicFilterProblem` complains about.
 */
export const compileTopicFilter = (filter: string): ((topic: string) => boolean) => {
  const problem = topicFilterProblem(filter);
  if (problem) throw new RangeError(`compileTopicFilter: ${problem}`);
  const plain = filter.replace(/^\$share\/[^/]+\//, '');
  if (!/[+#]/.test(plain)) return (topic) => topic === plain;
  const levels = plain.split('/');
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
