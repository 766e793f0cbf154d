import { COLUMN } from '../rollup/columns.ts';
import { column } from './kinds-of-measure.ts';

export const newUsers = column(COLUMN.newUsers);
