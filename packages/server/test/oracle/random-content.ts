import type { Rng } from '../kit/rng.ts';

/** What text rules stumble over, one kind a line. */
const PIECES: readonly string[] = [
  ...['install', 'the', 'kernel', "don't", 'don’t', 'a', 'I', 'Ubuntu', 'UBUNTU', 'naïve', 'Straße', 'ﬁle', "rock'n'roll", "'quoted'"],
  ...['x86', 'gcc4', '3', '#', '*', '1', '42', 'foo_bar', 'e-mail', 'a@b.example', '--', '...', '¿', '!'],
  ...[
    'http://example.org',
    'https://example.org/a?b=c',
    'HTTP://EXAMPLE.ORG/X',
    'http://',
    'xhttp://y',
    'https://例え.jp/?',
    'ftp://no.example',
  ],
  ...['😀', '😀😀', '☺', '☺️', '👩‍👩‍👧', '🇩🇪', '1️⃣', '#️⃣', '👍🏽', '©', '™'],
  ...['日本語', '東京タワー', 'ubuntuを使う', 'ภาษาไทย', '한국어', 'मानक', 'e\u0301te\u0301', 'İstanbul', 'ΣΊΣΥΦΟΣ'],
  ...[
    '日本’語',
    "don't好's",
    '好',
    'Linux™',
    'ﷺ',
    'ŉa',
    '🇦',
    'httpſ://x',
    'ὈΔΥΣΣΕΎΣ',
    `z${'\u0301'.repeat(35)}`,
    'hmm,',
    'e.g.:',
    '@',
    '@@',
  ],
  ...['why?', '?', 'ok? ', 'ok?\u00a0', 'really?!', '？', '\n', '\t', '  '],
];

/** 1 to 1,000 code points; `names` are those it may call. */
export function randomContent(rng: Rng, names: readonly string[]): string {
  const name = () => rng.pick(names) ?? '';
  const call = () => (rng.chance(0.3) ? name().toUpperCase() : name());
  const words = Array.from({ length: rng.between(1, rng.chance(0.02) ? 60 : 8) }, () =>
    rng.chance(0.12)
      ? `${rng.chance(0.9) ? '@' : '＠'}${call()}${rng.pick(['', ' ', '!', "'s", 'x', ':', '_', '7', '花', '\u0301', '\u200d', '٣'])}`
      : (rng.pick(PIECES) ?? ''),
  );
  const start = rng.chance(0.25) ? `${call()}${rng.pick([':', ',', ': ', ', ', '： ', '，', ' :', ''])}` : '';
  const glue = rng.chance(0.9) ? ' ' : '';
  return [...`${start}${words.join(glue)}`].slice(0, 1000).join('') || 'x';
}
