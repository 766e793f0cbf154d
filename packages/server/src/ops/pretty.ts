/**
 * Log lines for people. Our own rather than pino-pretty, because that prints strings as they are: a value with an escape
 * sequence would steer the terminal, one with a line break would forge a line.
 */

const COLORS: Readonly<Record<string, number>> = { debug: 36, info: 32, warn: 33, error: 31 };

/** One JSON log line as `12:30:05.123 INFO  message  field=value`, a stack indented below it. */
export function prettyLine(line: string, hasColor: boolean): string {
  const { time, level, msg, err, ...fields } = parse(line);
  const paint = (text: string, color: number) => (hasColor ? `\u001b[${color}m${text}\u001b[0m` : text);
  const name = String(level);
  const head = `${paint(String(time).slice(11, 23), 90)} ${paint(name.toUpperCase().padEnd(5), COLORS[name] ?? 0)} ${printable(String(msg ?? ''))}`;
  const shown = Object.entries(fields).map(([key, value]) => `  ${paint(`${printable(key)}=`, 90)}${printable(text(value))}`);
  return `${head}${shown.join('')}${stack(err)}\n`;
}

/** The text with everything that is not plain printable made visible. */
export function printable(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is searched for
  return value.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (char) => {
    if (char === '\n') return '\\n';
    if (char === '\r') return '\\r';
    if (char === '\t') return '\\t';
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function parse(line: string): Record<string, unknown> {
  return JSON.parse(line) as Record<string, unknown>;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function stack(err: unknown): string {
  if (typeof err !== 'object' || err === null) return err === undefined ? '' : `  err=${printable(text(err))}`;
  const lines = 'stack' in err && typeof err.stack === 'string' ? err.stack.split('\n') : [text(err)];
  return lines.map((part) => `\n    ${printable(part)}`).join('');
}
