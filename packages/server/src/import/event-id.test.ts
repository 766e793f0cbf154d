import { expect, it } from 'vitest';
import { IMPORT_NAMESPACE, uuidV5 } from './event-id.ts';

it('makes UUIDs v5 as RFC 9562 has them (its example A.4)', () => {
  expect(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

it('keeps its name space for ever: another one would import everything twice', () => {
  expect(IMPORT_NAMESPACE).toBe('b84f2847-ac12-5284-848e-aad83b9fe010');
});
