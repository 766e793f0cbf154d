export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json };

/**
 * The JSON merge patch (RFC 7396) that makes `to` of `from`; undefined when they are equal. A patch cannot set a member to null, so
 * neither object may have one outside of arrays (`withoutNulls`). Arrays are replaced whole.
 */
export function mergePatch(from: JsonObject, to: JsonObject): JsonObject | undefined {
  const gone = Object.keys(from).filter((name) => !Object.hasOwn(to, name));
  const changed = Object.entries(to).flatMap(([name, value]): (readonly [string, Json])[] => {
    const before = Object.hasOwn(from, name) ? from[name] : undefined;
    const patch = memberPatch(before, value);
    return patch === undefined ? [] : [[name, patch]];
  });
  if (gone.length === 0 && changed.length === 0) return undefined;
  // Not by assignment: a member named `__proto__` is one like any other.
  return Object.fromEntries([...gone.map((name) => [name, null] as const), ...changed]);
}

function memberPatch(before: Json | undefined, value: Json): Json | undefined {
  if (isObject(before) && isObject(value)) return mergePatch(before, value);
  return before !== undefined && JSON.stringify(before) === JSON.stringify(value) ? undefined : value;
}

/** For a merge patch null means "not there": so a member that is null is left out, at any depth; in arrays null stays. */
export function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, isObject(value) ? withoutNulls(value) : value]),
  );
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
