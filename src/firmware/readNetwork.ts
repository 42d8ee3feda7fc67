import { outsideName, standsOnExperts } from '../forecast/features.js';
import type { ModelMetadata } from '../forecast/modelContract.js';
import { architectureOf } from '../nn/architectureOf.js';
import type { ModelProto } from '../onnx/modelProto.js';
import type { DeviceNetwork } from './deviceNetwork.js';
import { networkOfArchitecture } from './networkOfArchitecture.js';
import { networkOfOperators } from './networkOfOperators.js';
import type { Refusal } from './refusal.js';

const widestHidden = 256;
const mostColumns = 511;

/** A step model as the weights of a network that a device can run. @throws what `refuse` makes. */
export function readNetwork(proto: ModelProto, metadata: ModelMetadata, refuse: Refusal): DeviceNetwork {
  refuseUnknowable(metadata, refuse);
  const architecture = architectureOf(proto);
  const network = architecture
    ? networkOfArchitecture(architecture, proto, refuse)
    : networkOfOperators(proto, metadata, refuse);
  const { layers, columns, horizon, levels } = network;
  const widest = Math.max(...layers.map(({ hidden }) => hidden));
  const limits: [string, number, number][] = [
    ['hidden units', widest, widestHidden],
    ['columns of x', columns, mostColumns],
    ['layers', layers.length, 4],
    ['horizon steps', horizon, 256],
    ['levels', levels, 32],
  ];
  for (const [what, has, most] of limits)
    if (has > most) throw refuse(`it has ${has} ${what}, and a device takes at most ${most}`);
  return network;
}

/** What a device cannot know: it has no experts beside the network, and hears no other series. */
function refuseUnknowable(metadata: ModelMetadata, refuse: Refusal): void {
  const { features, target } = metadata;
  const experts = features.filter((name) => standsOnExperts({ features: [name], target: 'change' }));
  const others = features.filter((name) => outsideName(name));
  const own = 'value,diff,missing,elapsed,season,day.sin,day.cos,week.sin,week.cos,weekend';
  const hint = `train one without: stepcast train --data FILE.csv --cell gru --hidden 16 --features ${own} --target change --out device.onnx`;
  if (experts.length > 0)
    throw refuse(`it reads ${experts.join(', ')}, which come from the daemon's experts: a device has none`, hint);
  if (target === 'residual')
    throw refuse("its target is residual, what the daemon's experts leave over: a device has none", hint);
  if (others.length > 0) throw refuse(`it reads ${others.join(', ')}: a device hears no other series`, hint);
}
