import { ALL_ROOMS } from '../rollup/port.ts';
import type { EngineStore, NamedRepair, Repair } from './ports.ts';

/** With names for numbers. */
export function nameRepair(repair: Repair, store: Pick<EngineStore, 'nameOf'>): NamedRepair {
  const roomOf = (scope: number | undefined): string | undefined =>
    scope === undefined || scope === ALL_ROOMS ? undefined : store.nameOf('room', scope);
  return {
    ...repair,
    request: { ...repair.request, room: roomOf(repair.request.room) },
    damages: repair.damages.map(({ scope, key, ...rest }) => ({
      ...rest,
      room: roomOf(scope),
      key: key && (store.nameOf(key.of, key.number) ?? String(key.number)),
    })),
  };
}
