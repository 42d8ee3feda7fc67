const placeholder = /\{(topic|field|topic\.(\d+))\}/g;

/**
 * Names series: by `template` with `{topic}`, `{field}`, `{topic.0}`, `{topic.1}`… (levels; absent ones are empty), without one the topic
 * for a bare number and `TOPIC.FIELD` otherwise. Names are remembered, `remember` of them, so that a hot path builds none; `onNamed` is told
 * of each that is built.
 */
export const seriesNamer = (
  template: string | undefined,
  remember = 65_536,
  onNamed: (series: string, topic: string, field: string | undefined) => void = () => {},
): ((topic: string, field: string | undefined) => string) => {
  const bare = new Map<string, string>();
  const fields = new Map<string, Map<string, string>>();
  const build = (topic: string, field: string | undefined): string => {
    if (template === undefined) return field === undefined ? topic : `${topic}.${field}`;
    const levels = topic.split('/');
    return template.replace(placeholder, (_, name: string, level: string | undefined) =>
      level !== undefined ? (levels[Number(level)] ?? '') : name === 'topic' ? topic : (field ?? ''),
    );
  };
  let size = 0;
  return (topic, field) => {
    const known = field === undefined ? bare : fields.get(topic);
    const key = field ?? topic;
    const found = known?.get(key);
    if (found !== undefined) return found;
    if (size >= remember) {
      bare.clear();
      fields.clear();
      size = 0;
    }
    const name = build(topic, field);
    if (field === undefined) bare.set(topic, name);
    else {
      const ofTopic = fields.get(topic);
      if (ofTopic) ofTopic.set(field, name);
      else fields.set(topic, new Map([[field, name]]));
    }
    size++;
    onNamed(name, topic, field);
    return name;
  };
};
