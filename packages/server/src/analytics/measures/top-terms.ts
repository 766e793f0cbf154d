import { ranked } from './kinds-of-measure.ts';

export const topTerms = ranked('terms');
