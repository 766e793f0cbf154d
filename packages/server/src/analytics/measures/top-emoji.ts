import { ranked } from './kinds-of-measure.ts';

export const topEmoji = ranked('emoji');
