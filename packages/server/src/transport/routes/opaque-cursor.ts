/** A cursor of ours: texts that a client hands back and need not understand. */
export function encodeCursor(parts: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The parts, or undefined for what `encodeCursor` did not make. Which of them are texts and which numbers is still to be checked. */
export function decodeCursor(cursor: string): readonly (string | number | null)[] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (!Array.isArray(parts) || !parts.every(isPart)) return undefined;
    // Node's decoder skips what is no base64url, and JSON has many spellings: only one of them is ours.
    return encodeCursor(parts) === cursor ? parts : undefined;
  } catch {
    return undefined;
  }
}

function isPart(part: unknown): part is string | number | null {
  return part === null || typeof part === 'string' || Number.isSafeInteger(part);
}
