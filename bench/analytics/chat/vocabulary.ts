import { type Random, Weighted, zipf } from './random.ts';

const COMMON = (
  'the to i a it and you is that in of for on have but not with be are this what if do can my so just was at how or there no get like ' +
  'as me from an your use any all one know would when then about will has they up out some which does an we why because more need now than'
).split(' ');
const STARTS = 'b br c ch cl d dr f fl g gr h j k kr l m n p pl qu r s sh sl st t th tr v w y z'.split(' ');
const MIDDLES = 'a e i o u a e i o ai ea ee ie oo ou io'.split(' ');
const ENDS = ['', '', '', '', 'n', 'r', 's', 't', 'l', 'm', 'rd', 'nd', 'st', 'x'];
const EMOJI =
  '😀 😂 👍 ❤️ 🎉 😅 🙏 😉 🔥 🤔 😭 👀 😊 🚀 ✅ 😎 💯 🙄 😢 👋 🐧 🤷 🤷‍♀️ 👍🏽 👏 🇩🇪 🇮🇳 💡 🐛 ⚠️ ☕ 🍕 😱 🤣 👩‍💻 🏳️‍🌈 1️⃣ 🥳 🫠 🤖'.split(' ');

const WORDS = 30_000;
/** Half of what people write are the same sixty words. */
const COMMON_SHARE = 0.45;
/** Words that were never written before: typos, names, numbers of things. */
const UNHEARD_SHARE = 0.003;
const LENGTHS = 1024;

/** Made-up language with the statistics of a real one: few words are said often, most seldom. */
export class Vocabulary {
  readonly #random: Random;
  readonly #words: readonly string[];
  readonly #common = new Weighted(zipf(COMMON.length, 0.8, 2));
  readonly #rare = new Weighted(zipf(WORDS, 1.02, 3));
  readonly #emoji = new Weighted(zipf(EMOJI.length, 1.1));
  /** Numbers of words of as many messages, log-normal. */
  readonly #lengths: Uint8Array;

  constructor(random: Random) {
    this.#random = random;
    const words = new Set<string>();
    while (words.size < WORDS) words.add(syllables(random, 1 + Math.floor(Math.log2(2 + words.size / 400) / 2) + random.below(2)));
    this.#words = [...words];
    this.#lengths = Uint8Array.from({ length: LENGTHS }, () =>
      Math.max(1, Math.min(120, Math.round(Math.exp(1.95 + 0.75 * random.normal())))),
    );
  }

  /** A sentence without its end. */
  sentence(): string {
    let text = this.word();
    for (let left = (this.#lengths[this.#random.below(LENGTHS)] ?? 1) - 1; left > 0; left--) text += ` ${this.word()}`;
    return text;
  }

  word(): string {
    const random = this.#random;
    const kind = random.unit();
    if (kind < COMMON_SHARE) return COMMON[this.#common.pick(random)] ?? '';
    if (kind > 1 - UNHEARD_SHARE) return syllables(random, 4);
    return this.#words[this.#rare.pick(random)] ?? '';
  }

  emoji(): string {
    return EMOJI[this.#emoji.pick(this.#random)] ?? '';
  }

  link(): string {
    return `https://${this.word()}.example/${this.word()}/${this.#random.below(100_000)}`;
  }
}

export function syllables(random: Random, count: number): string {
  let word = '';
  for (let i = 0; i < count; i++) word += random.pick(STARTS) + random.pick(MIDDLES);
  return word + random.pick(ENDS);
}
