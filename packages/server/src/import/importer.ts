import { ImportRun } from './import-run.ts';
import type { Importer, ImporterDeps } from './port.ts';

export type { Importer, ImporterDeps, ImportOptions, ImportProgress, ImportSummary } from './port.ts';

/** One for any number of imports, also at the same time. */
export function createImporter(deps: ImporterDeps): Importer {
  return { importLines: (pieces, options = {}) => new ImportRun(deps, options).importAll(pieces) };
}
