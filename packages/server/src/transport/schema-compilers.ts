import { AjvCompiler } from '@fastify/ajv-compiler';
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

/**
 * Fastify's own compilers, but what they compile is kept by the text of its schema for as long as the process lives: a hundred answers of
 * errors are of eight kinds. The schemas are those of our routes, none comes from outside.
 */
export const compileOnce = { buildValidator: keep(AjvCompiler()), buildSerializer: keep(SerializerSelector()) };

/** `Place`: the schemas that others refer to, and options. */
function keep<Place extends unknown[], Part, Compiled>(build: (...place: Place) => (part: Part) => Compiled) {
  const known = new Map<string, Compiled>();
  return (...place: Place) => {
    const compile = build(...place);
    const placeKey = JSON.stringify(place);
    return (part: Part): Compiled => {
      // The other fields name the route.
      const key = placeKey + JSON.stringify((part as { readonly schema?: unknown }).schema);
      const compiled = known.get(key) ?? compile(part);
      known.set(key, compiled);
      return compiled;
    };
  };
}
