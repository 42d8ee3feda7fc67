/* Topics of model push: docs/model-push.md. TARGET is a node or `all`. */

export const allNodes = 'all';

export const manifestTopic = (prefix: string, target: string, name: string): string =>
  `${prefix}/${target}/model/${name}/manifest`;

export const chunkTopic = (prefix: string, target: string, name: string, sha256: string, index: number): string =>
  `${prefix}/${target}/model/${name}/chunk/${sha256}/${index}`;

export const stateTopic = (prefix: string, node: string, name: string): string =>
  `${prefix}/${node}/model/${name}/state`;

/** What the topic of a manifest says of it; undefined for another topic. */
export function parseManifestTopic(prefix: string, topic: string): { target: string; name: string } | undefined {
  if (!topic.startsWith(`${prefix}/`)) return undefined;
  const [target, model, name, kind, ...more] = topic.slice(prefix.length + 1).split('/');
  return model === 'model' && kind === 'manifest' && more.length === 0 ? { target, name } : undefined;
}
