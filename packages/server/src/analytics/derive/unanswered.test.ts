import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findMentions, NameIndex } from '../text/index.ts';
import { ANSWER_MS, DAY_MS } from './spans.ts';
import { Unanswered } from './unanswered.ts';

const USERS = 5;
const NAMES = ['guest', 'al'];
const user = fc.nat(USERS - 1);

/** Somebody writes under a name, and mentions one or replies to a message before. */
const line = fc.record({
  user,
  name: fc.constantFrom(...NAMES, 'guest'),
  after: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(0, 1, ANSWER_MS / 4) },
    { weight: 1, arbitrary: fc.constantFrom(ANSWER_MS, DAY_MS) },
  ),
  does: fc.oneof(
    fc.record({ kind: fc.constant('mention' as const), name: fc.constantFrom(...NAMES) }),
    fc.record({ kind: fc.constant('reply' as const), back: fc.integer({ min: 1, max: 4 }) }),
    fc.constant({ kind: 'nothing' as const }),
  ),
});

interface Asked {
  readonly user: number;
  readonly t: number;
  isAnswered: boolean;
}

describe('unanswered messages', () => {
  it.each([0, 1, 3, 100])('are answered by a mention of their authors’ name, whether %i share it or more', (few) => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60, size: 'max' }), (lines) => {
        const names = new NameIndex();
        const unanswered = new Unanswered(few);
        const past: Asked[] = [];
        let t = 0;
        lines.forEach((each, i) => {
          t += each.after;
          unanswered.expire(t);
          const found: number[] = [];
          const wanted: number[] = [];
          const answer = (asked: Asked | undefined): void => {
            if (asked === undefined || asked.isAnswered || asked.user === each.user || asked.t < t - ANSWER_MS) return;
            asked.isAnswered = true;
            wanted.push(asked.t);
          };
          const { does } = each;
          if (does.kind === 'reply') {
            unanswered.answer(`m${i - does.back}`, each.user, (at) => found.push(at));
            answer(past[i - does.back]);
          } else if (does.kind === 'mention') {
            for (const name of findMentions(`@${does.name}`, names, each.user, t)) {
              for (const asked of past) if (name.isUsedBy(asked.user, t)) answer(asked);
              unanswered.answerNamed(name, each.user, t, (at) => found.push(at));
            }
          }
          expect(found.sort((a, b) => a - b)).toEqual(wanted);
          names.note(each.user, each.name, t);
          unanswered.add(`m${i}`, each.user, t);
          past.push({ user: each.user, t, isAnswered: false });
          expect(unanswered.size).toBe(past.filter((asked) => !asked.isAnswered && asked.t >= t - ANSWER_MS).length);
        });
      }),
      { numRuns: 300 },
    );
  });
});
