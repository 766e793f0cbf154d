import { describe, expect, it } from 'vitest';
import { CATALOGUE } from './catalogue.ts';
import { isMeasure, isSeriesMeasure, MEASURE_IDS, SERIES_MEASURES } from './ids.ts';

const entries = Object.entries(CATALOGUE);

describe('the catalogue', () => {
  it('has every measure once, in the order of the ids', () => {
    expect(Object.keys(CATALOGUE)).toEqual([...MEASURE_IDS]);
    expect(new Set(MEASURE_IDS).size).toBe(MEASURE_IDS.length);
  });

  it.each(entries)('tells of %s what it means, in sentences', (_id, entry) => {
    const sentences = [entry.sentence, entry.window, entry.freshness, entry.exactness.kind === 'bound' ? entry.exactness.sentence : ''];
    for (const sentence of sentences.filter((text) => text !== '')) expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect([entry.unit, entry.formula].every((text) => text.length > 0)).toBe(true);
  });

  it('says that what a series has can be asked in one, and nothing else', () => {
    expect(entries.filter(([, { answeredBy }]) => answeredBy === 'series').map(([id]) => id)).toEqual([...SERIES_MEASURES]);
  });

  it('gives ranked measures from one hour up, and presence from one minute', () => {
    const finest = (id: keyof typeof CATALOGUE) => CATALOGUE[id].finestStep;
    expect(entries.filter(([, { value }]) => value.kind === 'ranked').map(([, { finestStep }]) => finestStep)).toEqual(Array(4).fill('1h'));
    expect([finest('presentUsers'), finest('participation'), finest('messages'), finest('heatmap')]).toEqual(['1m', '1m', '1s', undefined]);
  });

  it('is JSON', () => {
    expect(JSON.parse(JSON.stringify(CATALOGUE))).toMatchObject({ sessions: { value: { fields: { p50Duration: { unit: 's' } } } } });
  });

  it('tells measures from other words', () => {
    expect([isMeasure('messages'), isMeasure('dau'), isMeasure('toString'), isMeasure('')]).toEqual([true, true, false, false]);
    expect([isSeriesMeasure('topTerms'), isSeriesMeasure('dau')]).toEqual([true, false]);
  });
});
