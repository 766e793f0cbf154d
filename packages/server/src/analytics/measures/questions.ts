import { COLUMN } from '../rollup/columns.ts';
import { column } from './kinds-of-measure.ts';

export const questions = column(COLUMN.questions);
