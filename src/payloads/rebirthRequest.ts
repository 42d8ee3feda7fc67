import protobuf from 'protobufjs/minimal.js';
import { Datatype } from './sparkplugPayload.js';

/** The node command `Node Control/Rebirth` = true, upon which an edge node publishes its births anew. It carries no `seq`. */
export const rebirthRequest = (group: string, node: string, nowMs: number): { topic: string; payload: Uint8Array } => {
  const writer = protobuf.Writer.create();
  writer.uint32(0x08).uint64(Math.max(0, Math.floor(nowMs))); // timestamp
  writer.uint32(0x12).fork();
  writer.uint32(0x0a).string('Node Control/Rebirth');
  writer.uint32(0x18).uint64(Math.max(0, Math.floor(nowMs)));
  writer.uint32(0x20).uint32(Datatype.boolean);
  writer.uint32(0x70).bool(true);
  writer.ldelim();
  return { topic: `spBv1.0/${group}/NCMD/${node}`, payload: writer.finish() };
};
