/** Whether `level` can be one level of a topic that is published to. */
export const isTopicLevel = (level: string): boolean => level !== '' && !/[/+#\p{Cc}]/u.test(level);

/** Whether `prefix` can start a topic that is published to; a leading `$` belongs to the broker. */
export const isTopicPrefix = (prefix: string): boolean =>
  !prefix.startsWith('$') && prefix.split('/').every(isTopicLevel);
