import type { Config } from '../../config/config.js';
import { unmetFeatures } from '../../forecast/outsideColumns.js';
import { ModelShelf } from '../../inference/modelShelf.js';
import { modelsDir } from '../../modelsDir.js';
import { type Finding, failure } from './finding.js';

/** Loads every model that a stream asks for into the runtime that will run it. */
export async function checkModels({ models, streams }: Config): Promise<Finding[]> {
  const shelf = new ModelShelf(modelsDir(models));
  const findings: Finding[] = [];
  for (const name of new Set(streams.map(({ settings }) => settings.model))) {
    const subject = `model ${name}`;
    try {
      const { model } = await shelf.load(name);
      const { horizon } = model.metadata;
      findings.push({
        level: 'ok',
        subject,
        message: `${model.name}@${model.version}, ${model.metadata.cell}, horizon ${horizon}`,
      });
      for (const { filter, settings } of streams) {
        if (settings.model !== name) continue;
        for (const unmet of unmetFeatures(model.metadata, settings)) {
          const wanted = `asks for ${unmet}, which stream ${filter} does not give: it counts as 0`;
          findings.push({ level: 'warn', subject, message: wanted });
        }
        if (settings.horizon <= horizon) continue;
        const message = `forecasts ${horizon} steps, stream ${filter} asks for ${settings.horizon} — lower horizon or use another model`;
        findings.push({ level: 'warn', subject, message });
      }
    } catch (error) {
      findings.push(failure(subject, error));
    }
  }
  await shelf.release();
  return findings;
}
