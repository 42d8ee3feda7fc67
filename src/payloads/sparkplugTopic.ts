const kinds = new Set(['NBIRTH', 'NDEATH', 'DBIRTH', 'DDEATH', 'NDATA', 'DDATA', 'NCMD', 'DCMD']);

export interface SparkplugTopic {
  readonly group: string;
  readonly kind: string;
  readonly node: string;
  readonly device: string; // '' for the node itself
}

export const isSparkplug = (topic: string): boolean => topic.startsWith('spBv1.0/');

/** Undefined for what is no topic of a node or a device. */
export const parseSparkplugTopic = (topic: string): SparkplugTopic | undefined => {
  if (!isSparkplug(topic)) return undefined;
  const [, group, kind, node, device, ...more] = topic.split('/');
  if (!group || !kind || !node || more.length > 0 || !kinds.has(kind)) return undefined;
  if (kind.startsWith('D') !== (device !== undefined && device !== '')) return undefined;
  return { group, kind, node, device: device ?? '' };
};
