// Writes golden.json of the protocol as C: what golden.c includes as vectors.h.
import { readFileSync } from 'node:fs';

const url = new URL('../../protocol/golden.json', import.meta.url);

const bytesOf = (hex) => `(const uint8_t *)"${hex.replaceAll(/../g, '\\x$&')}", ${hex.length / 2}`;
const hexOf = (text) => Buffer.from(text, 'utf8').toString('hex');
const textOf = (text) => `"${[...Buffer.from(text)].map((b) => `\\x${b.toString(16).padStart(2, '0')}`).join('')}"`;
const u64 = (value) => `${BigInt(value)}ull`;

function doubleOf(value) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return `from_bits(0x${view.getBigUint64(0).toString(16)}ull)`;
}

const model = (f) =>
  `{${f.cell}, ${f.slot}, ${f.slotState}, ${f.modelVersion}u, SHA, ${f.slotBytes}u, ${f.stateBytes}}`;

/** The call of the device's writer that has to give the line. */
const writers = {
  HELLO: (f) => {
    const sha = `{${f.modelSha256.replaceAll(/../g, '0x$&, ')}}`;
    const head = `${f.min}, ${f.max}, ${f.chosen}, ${f.flags}, ${f.nonce}u, ${textOf(f.id)}, ${textOf(f.firmware)}`;
    const tail = `${f.ringCapacity}, ${f.ringUsed}, ${f.channels}, ${f.maxPayload}`;
    const hello = `{${head}, ${f.boot}u, ${f.bootCount}u, ${f.resetReason}, ${model(f).replace('SHA', sha)}, ${tail}}`;
    return `const sc_hello m = ${hello}; n = sc_write_hello(W, &m);`;
  },
  CHANNEL: (f) =>
    `const sc_channel m = {${textOf(f.name)}, ${textOf(f.unit)}, ${f.stepMs}u}; n = sc_write_channel(W, 1, ${f.channel}, &m);`,
  READING: (f) =>
    `const sc_reading m = {${u64(f.ms)}, ${doubleOf(f.value)}, ${f.channel}}; n = sc_write_reading(W, 1, ${f.boot}u, ${f.sequence}u, ${f.held}, ${f.flags}, &m);`,
  FORECAST: (f) => {
    const arrays = `const uint16_t level[] = {${f.levels}}; const float values[] = {${f.values.flat().map((v) => `${v.toFixed(6)}f`)}};`;
    const fields = `${f.boot}u, ${f.sequence}u, ${f.stepMs}u, ${f.channel}, ${f.levels.length}, ${f.horizon}, ${f.first}, ${f.values.length}`;
    return `${arrays} const sc_forecast m = {${fields}, level, values}; n = sc_write_forecast(W, 1, &m);`;
  },
  TIME: (f) => `n = sc_write_time(W, 1, ${f.id}u, ${u64(f.receivedMs)}, ${u64(f.sentMs)});`,
  STATS: (f) => {
    const counts = [f.readings, f.dropped, f.resent, f.frames, f.crcErrors, f.malformed, f.overruns, f.forecasts];
    return `const sc_stats m = {${counts}, ${f.ringUsed}, ${f.ringPeak}}; n = sc_write_stats(W, 1, ${f.boot}u, ${u64(f.uptimeMs)}, &m);`;
  },
  MODEL: (f) => `n = sc_write_model(W, 1, ${f.transfer}u, ${f.status}, ${f.slot}, ${f.offset}u);`,
  STATE: (f) =>
    `const sc_state_part m = {${f.crc32}u, ${f.sequence}u, ${f.offset}, ${f.total}, ${f.data.length / 2}, ${f.channel}, ${bytesOf(f.model).split(',')[0]}, ${bytesOf(f.data).split(',')[0]}}; n = sc_write_state(W, 1, &m);`,
  STATE_STATUS: (f) => `n = sc_write_state_status(W, 1, ${f.channel}, ${f.status}, ${f.offset});`,
  NAK: (f) => `n = sc_write_nak(W, 1, ${f.code}, ${f.type}, ${f.detail}u);`,
};

const forecastChecks = ({ fields: f, content }) => {
  const payload = `${bytesOf(content.slice(4)).split(',')[0]}`;
  const levels = f.levels.map((level, i) => `CHECK(sc_forecast_level(${payload}, ${i}) == ${level}.0f / 10000.0f);`);
  const values = f.values.flatMap((row, r) =>
    row.map((value, l) => `CHECK(sc_forecast_value(${payload}, ${r}, ${l}) == ${value.toFixed(6)}f);`),
  );
  return [...levels, ...values];
};

const message = (m) => [
  `frame(${bytesOf(m.content)}, ${bytesOf(m.line)}, ${m.type >= 0x80 ? 1 : 0});`,
  ...(writers[m.message] ? [`{ ${writers[m.message](m.fields)} SAME(${bytesOf(m.line)}); }`] : []),
  ...(m.message === 'HOST_FORECAST' ? forecastChecks(m) : []),
];

/** Beyond the CRC a device can judge only what is meant for devices. */
const isForDevice = ({ receiver, verdict }) =>
  receiver !== 'host' || !['version', 'type', 'length', 'value'].includes(verdict);

export function goldenVectors() {
  const golden = JSON.parse(readFileSync(url, 'utf8'));
  const contents = new Map(golden.messages.map(({ name, content }) => [name, content.slice(0, -4)]));
  const lines = [
    ...golden.crc16.map(({ of, is }) => `CHECK(sc_crc16(${bytesOf(hexOf(of))}) == ${is});`),
    ...golden.crc32.map(({ of, is }) => `CHECK(sc_crc32(SC_CRC32_START, ${bytesOf(hexOf(of))}) == ${is}u);`),
    ...golden.sha256.map(({ of, is }) => `digest(${bytesOf(hexOf(of))}, ${bytesOf(is).split(',')[0]});`),
    ...golden.messages.flatMap(message),
    ...golden.bad.filter(isForDevice).map(({ line, verdict }) => `bad(${bytesOf(line)}, "${verdict}");`),
    ...golden.streams.map(({ line, verdicts, messages }) => {
      const good = messages.map((name) => contents.get(name)).join('');
      return `stream(${bytesOf(line)}, "${verdicts}", ${bytesOf(good)});`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}
