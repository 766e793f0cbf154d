import type { Store } from '../../src/store/store.ts';

/** The real store, but for some methods. A store is a class, so its own ones are bound one by one. */
export function storeBut(real: Store, other: Partial<Store>): Store {
  return new Proxy(real, {
    get: (target, name) => {
      const own = (other as Record<string | symbol, unknown>)[name];
      if (own !== undefined) return own;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
