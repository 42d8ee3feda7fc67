/**
 * The peer: a bare mqtt.js client that takes every reading at QoS 1 and sends its payload back on another topic at QoS 0.
 * No forecast, no storage, acknowledged at once. Protocol, session and window are those of the daemon.
 */
import mqtt from 'mqtt';

const [url, receiveMaximum] = process.argv.slice(2);
const client = mqtt.connect(url, {
  protocolVersion: 5,
  clientId: 'bench-echo',
  clean: false,
  properties: { sessionExpiryInterval: 3600, receiveMaximum: Number(receiveMaximum) },
});
client.on('message', (topic, payload) => client.publish(`echo/${topic}`, payload));
client.on('connect', () => client.subscribe('sensors/#', { qos: 1 }));
process.once('SIGTERM', () => client.end(false, () => process.exit(0)));
