/**
 * A process of its own that sends readings to a node at a steady rate and takes the time until each is forecast: `latencyProbe.mjs URL TOPIC EVERY_MS`.
 * Asked for, it says what the delays were since it was last asked.
 */
import mqtt from 'mqtt';

const [url, topic, everyMs] = process.argv.slice(2);
const client = await mqtt.connectAsync(url);
const sentMs = []; // by the value of the reading
let delaysMs = [];

client.on('message', (_, payload) => {
  const sent = sentMs[JSON.parse(payload).last];
  if (sent !== undefined) delaysMs.push(performance.now() - sent);
});
await client.subscribeAsync(`stepcast/+/forecast/${topic}`, { qos: 1 });
setInterval(() => {
  sentMs.push(performance.now());
  client.publish(topic, `${sentMs.length - 1}`, { qos: 1 });
}, Number(everyMs));

process.on('message', () => {
  process.send(delaysMs);
  delaysMs = [];
});
process.on('disconnect', () => process.exit(0));
