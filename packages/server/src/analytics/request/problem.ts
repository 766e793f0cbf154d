/** Why a query was refused: 400. */
export interface Problem {
  /** The name of the query parameter. */
  readonly parameter: string;
  /** What is wrong with it, a sentence. */
  readonly message: string;
  /** What would be right, a phrase without full stop. */
  readonly allowed: string;
}

export type Parsed<T> = { readonly kind: 'parsed'; readonly value: T } | { readonly kind: 'problem'; readonly problem: Problem };

export const parsed = <T>(value: T): Parsed<T> => ({ kind: 'parsed', value });

export const refuse = (parameter: string, message: string, allowed: string): Parsed<never> => ({
  kind: 'problem',
  problem: { parameter, message, allowed },
});

/** One text for people: what is wrong, and what is allowed. */
export const sentenceOf = ({ message, allowed }: Problem): string => `${message} Allowed: ${allowed}.`;

const SHOWN_LENGTH = 40;

/** What a stranger wrote, short and safe to print. */
export function quote(text: string): string {
  const shown = text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
  return JSON.stringify(shown.toWellFormed());
}
