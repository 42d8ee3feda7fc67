import { StepcastError } from '../errors.js';
import type { Io } from '../io.js';
import { deviceExport } from '../lab/deviceExport.js';
import { deviceFiles } from '../lab/deviceFiles.js';
import { deviceReport, reportText } from '../lab/deviceReport.js';
import { writeFolder } from '../writeFolder.js';
import type { ExportCommand } from './bodies.js';

/** Makes a device's model and writes it, or refuses it before anything is written. */
export async function runExportC(command: ExportCommand, io: Io): Promise<void> {
  const { out, budget, json } = command;
  const made = await deviceExport(command);
  const report = deviceReport(made, command);
  const [largest] = [...report.targets].sort((a, b) => b.flashBytes - a.flashBytes);
  if (budget !== undefined && largest.flashBytes > budget)
    throw new StepcastError({
      code: 'EXPORT_TOO_LARGE',
      op: 'export',
      subject: command.file,
      message: `it takes ${largest.flashBytes} bytes of flash on a ${largest.target} (${made.bytes.length} of them the model), and the budget is ${budget}`,
      hint:
        command.kind === 'float'
          ? 'export it with --int8, or train one with fewer --hidden, or raise --budget'
          : 'train one with fewer --hidden, --horizon or --features, or raise --budget',
    });
  const text = reportText(report);
  const files = new Map([
    ...deviceFiles(made),
    ['report.txt', text],
    ['report.json', `${JSON.stringify(report, null, 2)}\n`],
  ]);
  writeFolder(out, files);
  if (json) io.stdout.write(`${JSON.stringify({ out, files: [...files.keys()], ...report }, null, 2)}\n`);
  else io.stdout.write(`${text}\nwritten to ${out}: ${[...files.keys()].join(', ')}\n`);
}
