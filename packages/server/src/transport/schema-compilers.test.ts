import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { compileOnce } from './schema-compilers.ts';

const serializerOf = (url: string, schema: object) =>
  compileOnce.buildSerializer({}, undefined)({ method: 'GET', url, httpStatus: '200', schema });
const validatorOf = (schema: object) => compileOnce.buildValidator({}, { customOptions: {} })({ schema } as never);

describe('what is compiled from schemas', () => {
  it('is shared by routes whose schemas read the same, and by no others', () => {
    const text = () => Type.Object({ a: Type.String() });
    const shared = serializerOf('/a', text());
    expect(serializerOf('/b', text())).toBe(shared);
    expect(serializerOf('/a', Type.Object({ b: Type.String() }))({ a: 'x', b: 'y' })).toBe('{"b":"y"}');
    expect(shared({ a: 'x', b: 'y' })).toBe('{"a":"x"}');
  });

  it('checks by the schema it was asked for', () => {
    const number = validatorOf(Type.Number());
    expect([number(1), number('x'), validatorOf(Type.String())('x'), number(1)]).toEqual([true, false, true, true]);
  });
});
