import { ranked } from './kinds-of-measure.ts';

export const topUsers = ranked('users');
