/** IANA's names of three letters; ICU knows others, such as IST, which mean a different place to everyone. */
const THREE_LETTERS = new Set(['CET', 'EET', 'EST', 'GMT', 'HST', 'MET', 'MST', 'PRC', 'ROC', 'ROK', 'UCT', 'UTC', 'WET']);
/** The longest name has 32 characters. Offsets such as +05:30 are no names. */
const NAME = /^[A-Za-z][A-Za-z0-9_+/-]{1,47}$/;
/** CET, EST5EDT, GB */
const SHORT = /^[a-z]{2,3}(\d([a-z]{3})?)?$/;
/** Parts of names that are not written like a word, in the old ones that ICU takes for another name. */
const PARTS: Readonly<Record<string, string>> = {
  ...{ us: 'US', nz: 'NZ', gb: 'GB', su: 'SU', in: 'IN', act: 'ACT', nsw: 'NSW', lhi: 'LHI', gmt: 'GMT', uct: 'UCT', utc: 'UTC' },
  ...{ chat: 'CHAT', es: 'es', of: 'of', mcmurdo: 'McMurdo' },
  ...{ easterisland: 'EasterIsland', denoronha: 'DeNoronha', comodrivadavia: 'ComodRivadavia', bajanorte: 'BajaNorte', bajasur: 'BajaSur' },
};

/** What was found to be a name, by its small letters: there are some 600, so that memory stays small whatever is asked. */
const known = new Map<string, string>();

/** A time zone's IANA name, in any case of letters, as IANA spells it; undefined if it is none. A link stays one: Asia/Kolkata, which ICU calls Asia/Calcutta. */
export function spellZone(name: string): string | undefined {
  const key = name.toLowerCase();
  const found = known.get(key);
  if (found !== undefined) return found;
  if (!NAME.test(name) || (name.length === 3 && !THREE_LETTERS.has(name.toUpperCase()))) return undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions();
    const spelled = timeZone.toLowerCase() === key ? timeZone : spell(key);
    known.set(key, spelled);
    return spelled;
  } catch {
    return undefined;
  }
}

function spell(key: string): string {
  if (SHORT.test(key)) return key.toUpperCase();
  return key.replace(/[a-z]+/g, (word) => PARTS[word] ?? word.charAt(0).toUpperCase() + word.slice(1));
}
