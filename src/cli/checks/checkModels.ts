import type { Config } from '../../config/config.js';
import { isAwaited } from '../../daemon/modelsOfNode.js';
import { modelLabel, nameOf } from '../../forecast/modelContract.js';
import { unmetFeatures } from '../../forecast/outsideColumns.js';
import { defaultModel, ModelShelf } from '../../inference/modelShelf.js';
import { modelsDir } from '../../modelsDir.js';
import { pushFolder, readJournal } from '../../registry/push/pushJournal.js';
import { type Finding, failure } from './finding.js';

/** Loads every model that a stream asks for into the runtime that will run it. What pushes bring is tried by the node that takes it. */
export async function checkModels(config: Config): Promise<Finding[]> {
  const { models, streams, store } = config;
  const dir = modelsDir(models);
  const shelf = new ModelShelf(dir);
  const findings: Finding[] = [];
  for (const label of new Set(streams.map(({ settings }) => settings.model))) {
    const subject = `model ${label}`;
    const name = nameOf(label);
    try {
      const { model } = await shelf.load(name);
      const { horizon } = model.metadata;
      findings.push({
        level: 'ok',
        subject,
        message: `${model.name}@${model.version}, ${model.metadata.cell}, horizon ${horizon}`,
      });
      for (const { filter, settings } of streams) {
        if (settings.model !== label) continue;
        for (const unmet of unmetFeatures(model.metadata, settings)) {
          const wanted = `asks for ${unmet}, which stream ${filter} does not give: it counts as 0`;
          findings.push({ level: 'warn', subject, message: wanted });
        }
        if (settings.horizon <= horizon) continue;
        const message = `forecasts ${horizon} steps, stream ${filter} asks for ${settings.horizon} — lower horizon or use another model`;
        findings.push({ level: 'warn', subject, message });
      }
    } catch (error) {
      const found = isAwaited(name, error, models) ? pushed(label, store.path, dir) : undefined;
      findings.push(found ? { subject, ...found } : failure(subject, error));
    }
  }
  await shelf.release();
  return findings;
}

/** What there is to say of a model that is not in the folder, and that pushes may bring; undefined for a version that none has brought. */
function pushed(label: string, db: string, dir: string): Omit<Finding, 'subject'> | undefined {
  const name = nameOf(label);
  const record = readJournal(pushFolder(db)).find((known) => known.name === name);
  const versions = record?.versions.map(({ version }) => modelLabel({ name, version })) ?? [];
  if (label !== name) return versions.includes(label) ? { level: 'ok', message: 'was pushed to this node' } : undefined;
  if (versions.length > 0) return { level: 'ok', message: `was pushed to this node: ${versions.join(', ')}` };
  return { level: 'ok', message: `not in ${dir}, to be pushed: until then its series use ${defaultModel}` };
}
