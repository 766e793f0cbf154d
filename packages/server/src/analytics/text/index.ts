/**
 * What one message's text contributes. The rules are numbered in README.md: 1 length, 2 questions, 3 links, 4 emoji, 5 to 10 terms,
 * 11 to 15 mentions. Where the contract leaves freedom, they say what was decided.
 */
export { findMentions } from './mentions.ts';
export { DAY_MS, NameIndex, type NameUses } from './name-index.ts';
export { readNumbered, readText, type TextFacts } from './read-text.ts';
export type { Numbering } from './text-table.ts';
