/** A row as JSON has it: objects and arrays in it become columns of their own. */
type Row = Readonly<Record<string, unknown>>;
type Cell = string | number | boolean | null;

/** What a spreadsheet would take for a formula, its full-width forms included. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const MUST_QUOTE = /[",\r\n]/;
const LINE_END = '\r\n';

/**
 * RFC 4180 with a line of names first: `first` columns, then all others as they come. `a: {b: 1}` stands in the column `a.b`, the
 * elements of an array in `a.1`, `a.2`, … What a row does not have, and null, is empty; null alone makes no column. A text that begins
 * like a formula gets a `'`.
 */
export function csvTable(rows: readonly Row[], first: readonly string[]): string {
  const flat = rows.map((row) => {
    const cells = new Map<string, Cell>();
    flatten(row, '', cells);
    return cells;
  });
  const names = [...new Set([...first, ...flat.flatMap((cells) => [...cells.keys()])])];
  const lines = flat.map((cells) => names.map((name) => cellText(cells.get(name) ?? null)).join(','));
  return [names.map(cellText).join(','), ...lines, ''].join(LINE_END);
}

function flatten(value: object, prefix: string, into: Map<string, Cell>): void {
  const isList = Array.isArray(value);
  for (const [name, each] of Object.entries(value)) {
    const column = prefix + (isList ? String(Number(name) + 1) : name);
    if (typeof each === 'object' && each !== null) flatten(each, `${column}.`, into);
    else if (each !== undefined && each !== null) into.set(column, each);
  }
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  const text = typeof cell === 'string' && FORMULA.test(cell) ? `'${cell}` : String(cell);
  return MUST_QUOTE.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
