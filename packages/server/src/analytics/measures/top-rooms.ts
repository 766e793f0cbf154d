import { ranked } from './kinds-of-measure.ts';

export const topRooms = ranked('rooms');
