/** What all daemons of this bench have in common. */
export const workerConfig = {
  streams: [{ topic: 'sensors/#', value: 'value', time: 'time', model: 'gru-base' }],
  learn: { enabled: false },
  http: { listen: 'off' },
  log: { format: 'json' },
};
