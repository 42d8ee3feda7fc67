import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../test/system/crash/support/eventually.js';
import { startDevices } from '../../test/system/fleet/support/devices.js';
import type { Trial, TrialResult } from '../support/bench.js';
import { FleetStage } from './fleetStage.js';

const count = 4;
const steadyMs = 4000;
const enough = 1_000_000; // readings: more than there is time for

interface Span {
  last: number;
  first: number;
  every: number;
}

/**
 * A worker is killed and started again while readings come at an even pace. failover: from the last forecast that it issued to the first of
 * one of its series by a standby; failoverAll: to the last of the first ones of each. rebalancing: from when it listens again until each of them is
 * its own again, which shows at their next readings.
 */
export const failover = ({ series, before, perSecond }: Trial): Promise<TrialResult> =>
  FleetStage.with(Number(series), async (stage) => {
    const ownedBy = async (owner: number): Promise<number[]> =>
      (await stage.rows<{ series: number }>('SELECT series FROM series_state WHERE owner = $1', [owner])).map(
        (row) => row.series,
      );
    const newest = async (): Promise<number> =>
      (await stage.rows<{ id: number }>('SELECT max(id)::int AS id FROM writer'))[0]!.id;

    const victim = await stage.start(0, count);
    const owner = await newest();
    for (let worker = 1; worker < count; worker++) await stage.start(worker, count);
    await stage.publish(Number(before)); // what a standby has to replay
    await stage.stored();
    const urls = [stage.rabbit.nodes[0]!.mqtt];
    const paced = { urls, series: Number(series), perSecond: Number(perSecond) };
    const devices = startDevices({ ...paced, first: Number(before), readings: Number(before) + enough });
    try {
      let owned: number[] = [];
      await eventually(
        'partitions have come to rest',
        async () => {
          const before = owned.length;
          await delay(steadyMs);
          owned = await ownedBy(owner);
          return owned.length > 0 && owned.length === before;
        },
        120_000,
      );
      const killedMs = Date.now();
      await victim.end('SIGKILL');
      await eventually(
        'all its series are forecast again',
        async () => {
          const again = await stage.rows(
            'SELECT DISTINCT series FROM forecast WHERE series = ANY($1::int[]) AND issued > $2',
            [owned, killedMs],
          );
          return again.length === owned.length;
        },
        120_000,
      );
      const spans = await stage.rows<Span>(
        `SELECT max(issued) FILTER (WHERE issued <= $2) AS last, min(issued) FILTER (WHERE issued > $2) AS first,
           max(issued) AS every FROM (
             SELECT series, issued FROM forecast WHERE series = ANY($1::int[]) AND issued <= $2
             UNION ALL
             SELECT series, min(issued) FROM forecast WHERE series = ANY($1::int[]) AND issued > $2 GROUP BY series
           ) f`,
        [owned, killedMs],
      );
      const { last, first, every } = spans[0]!;

      const returned = await stage.start(0, count);
      const listeningMs = await returned.listening();
      const again = await newest();
      await eventually(
        'its series are its own again',
        async () => (await ownedBy(again)).length >= owned.length,
        120_000,
      );
      return {
        lastMs: Math.round(killedMs - last),
        failoverMs: Math.round(first - last),
        failoverAllMs: Math.round(every - last),
        rebalancingMs: Date.now() - listeningMs,
        series: owned.length,
      };
    } finally {
      await devices.end();
    }
  });
