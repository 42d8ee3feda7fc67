/** Writes the data of the examples into the current folder: load.csv, hourly with a daily season, and runs.csv, labelled sequences. */
import { writeFileSync } from 'node:fs';

let seed = 7;
const uniform = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
const noise = () => uniform() + uniform() + uniform() - 1.5;

const load = Array.from({ length: 900 }, (_, i) => {
  const y = 20 + 5 * Math.sin((2 * Math.PI * i) / 24) + 2 * Math.sin((2 * Math.PI * i) / 12) + noise();
  return `${new Date(Date.UTC(2024, 0, 1, i)).toISOString()},${y.toFixed(3)}`;
});
writeFileSync('load.csv', `time,load\n${load.join('\n')}\n`);

const runs = [];
for (let run = 0, second = 0; run < 160; run++) {
  const restless = uniform() < 0.5;
  const [period, phase] = [restless ? 3 + uniform() : 9 + 3 * uniform(), 2 * Math.PI * uniform()];
  const length = [8, 11, 15, 21, 29, 40][Math.floor(6 * uniform())];
  for (let t = 0; t < length; t++, second++) {
    const y = 10 + Math.sin((2 * Math.PI * t) / period + phase) + 0.2 * noise();
    const cells = [
      new Date(1000 * second).toISOString(),
      run,
      y.toFixed(3),
      restless ? 'restless' : 'calm',
      period.toFixed(2),
    ];
    runs.push(cells.join(','));
  }
}
writeFileSync('runs.csv', `time,run,y,kind,period\n${runs.join('\n')}\n`);
