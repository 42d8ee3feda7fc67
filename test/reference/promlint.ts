/** One metric of a text exposition. */
export interface ExposedMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** The metrics of a scrape in the text format 0.0.4. */
export const exposed = (text: string): ExposedMetric[] =>
  [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => {
    const samples = [...text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?\\{([^}]*)\\}`, 'gm'))];
    const labels = samples.flatMap(([, set]) => [...set.matchAll(/(\w+)="/g)].map(([, label]) => label));
    return {
      name,
      type,
      help: new RegExp(`^# HELP ${name} (.*)$`, 'm').exec(text)?.[1] ?? '',
      labels: [...new Set(labels)],
    };
  });

const otherUnits =
  /_(milliseconds|microseconds|nanoseconds|minutes|hours|days|kilobytes|megabytes|percent|ms|us|kb|mb)(_|$)/;

/** What `promtool check metrics` complains of, as far as names, types and help go. */
export const lint = (text: string): string[] =>
  exposed(text).flatMap(({ name, type, help, labels }) => {
    const counts = type === 'counter';
    const rules: [boolean, string][] = [
      [help === '', 'no help text'],
      [!/^[a-z][a-z0-9_]*$/.test(name), 'not in snake_case'],
      [counts && !name.endsWith('_total'), 'a counter without _total'],
      [!counts && name.endsWith('_total'), '_total without being a counter'],
      [type !== 'histogram' && type !== 'summary' && /_(count|sum|bucket)$/.test(name), 'a suffix of histograms'],
      [name.endsWith('_info') && type !== 'gauge', '_info that is no gauge'],
      [otherUnits.test(name), 'not in base units'],
      [/_(gauge|counter|histogram|summary)(_|$)/.test(name), 'the type in its name'],
      [labels.some((label) => !/^[a-z_][a-z0-9_]*$/.test(label)), 'a label not in snake_case'],
      [type !== 'histogram' && labels.includes('le'), 'le outside of a histogram'],
    ];
    return rules.flatMap(([isBroken, rule]) => (isBroken ? [`${name}: ${rule}`] : []));
  });
