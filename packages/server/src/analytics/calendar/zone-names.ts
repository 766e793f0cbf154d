/** IANA's names of three letters; ICU knows others, such as IST, which mean a different place to everyone. */
const THREE_LETTERS = new Set(['CET', 'EET', 'EST', 'GMT', 'HST', 'MET', 'MST', 'PRC', 'ROC', 'ROK', 'UCT', 'UTC', 'WET']);
/** The longest name has 32 characters. Offsets such as +05:30 are no names. */
const NAME = /^[A-Za-z][A-Za-z0-9_+/-]{1,47}$/;

const known = new Set<string>();

/**
 * True for a time zone's IANA name, links such as Asia/Calcutta included, in any case of letters. What was found to be one is
 * remembered: there are some 600, so that memory stays small whatever is asked.
 */
export function isZone(name: string): boolean {
  const key = name.toLowerCase();
  if (known.has(key)) return true;
  if (!NAME.test(name) || (name.length === 3 && !THREE_LETTERS.has(name.toUpperCase()))) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
  } catch {
    return false;
  }
  known.add(key);
  return true;
}
