import type { RoomMessage } from '../derive/history.ts';
import type { NamedLiveFact } from '../live-facts-sink.ts';
import type { Buckets, RankedSource } from '../measures/measure.ts';
import { Bins, clampedBinOf } from '../rollup/bins.ts';
import { COLUMN, COLUMN_COUNT, type Column, KIND, type Kind } from '../rollup/columns.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import { type Ranked, topOf } from '../rollup/top.ts';
import { readText } from '../text/index.ts';
import type { FactSink } from './read-facts.ts';

/** What one bucket holds, in plain maps: shares neither code nor bytes with what is kept. */
class Bucket {
  readonly columns = new Float64Array(COLUMN_COUNT);
  readonly bins = new Map<Kind, Bins>();
  readonly ranked: Readonly<Record<RankedSource, Map<number, number>>> = {
    users: new Map(),
    rooms: new Map(),
    terms: new Map(),
    emoji: new Map(),
    drops: new Map(),
  };
  latencyMax = 0;

  add(column: Column, amount: number): void {
    this.columns[column] = (this.columns[column] ?? 0) + amount;
  }

  raise(column: Column, value: number): void {
    this.columns[column] = Math.max(this.columns[column] ?? 0, value);
  }

  binsOf(kind: Kind): Bins {
    const bins = this.bins.get(kind) ?? new Bins();
    this.bins.set(kind, bins);
    return bins;
  }

  rank(source: RankedSource, number: number, amount: number): void {
    const counts = this.ranked[source];
    counts.set(number, (counts.get(number) ?? 0) + amount);
  }
}

/** Buckets filled from single facts. Those outside the edges are ignored. */
export class FactBuckets implements Buckets, FactSink {
  readonly bucketCount: number;
  readonly isOfAllRooms: boolean;
  readonly #edges: Float64Array;
  readonly #buckets: readonly Bucket[];
  readonly #words: Words;

  constructor(scope: number, edges: Float64Array, words: Words) {
    this.bucketCount = edges.length - 1;
    this.isOfAllRooms = scope === ALL_ROOMS;
    this.#edges = edges;
    this.#buckets = Array.from({ length: this.bucketCount }, () => new Bucket());
    this.#words = words;
  }

  message(room: number, { t, user, content, replyTo }: RoomMessage): void {
    const bucket = this.#at(t);
    if (bucket === undefined) return;
    const { length, isQuestion, hasLink, terms, emoji } = readText(content);
    bucket.add(COLUMN.messages, 1);
    bucket.add(COLUMN.lengthSum, length);
    bucket.raise(COLUMN.lengthMax, length);
    bucket.binsOf(KIND.length).add(clampedBinOf(length), 1);
    bucket.add(COLUMN.replies, replyTo === undefined ? 0 : 1);
    bucket.add(COLUMN.questions, isQuestion ? 1 : 0);
    bucket.add(COLUMN.links, hasLink ? 1 : 0);
    bucket.add(COLUMN.emoji, emoji.length > 0 ? 1 : 0);
    bucket.rank('users', user, 1);
    bucket.rank('rooms', room, 1);
    for (const term of terms) bucket.rank('terms', this.#words.numberOf(term), 1);
    for (const each of emoji) bucket.rank('emoji', this.#words.numberOf(each), 1);
  }

  newcomer(t: number): void {
    this.#at(t)?.add(COLUMN.newUsers, 1);
  }

  notice(kind: 'join' | 'leave', t: number): void {
    this.#at(t)?.add(kind === 'join' ? COLUMN.joins : COLUMN.leaves, 1);
  }

  mention(t: number): void {
    this.#at(t)?.add(COLUMN.mentions, 1);
  }

  response(t: number, seconds: number): void {
    const bucket = this.#at(t);
    bucket?.add(COLUMN.responses, 1);
    bucket?.binsOf(KIND.response).add(clampedBinOf(seconds), 1);
  }

  session(startT: number, durationMs: number, messages: number): void {
    const bucket = this.#at(startT);
    bucket?.add(COLUMN.sessions, 1);
    bucket?.add(COLUMN.sessionMessages, messages);
    bucket?.binsOf(KIND.sessionDuration).add(clampedBinOf(durationMs / 1000), 1);
  }

  /** Of the scope; presence is not told here. */
  live(fact: NamedLiveFact): void {
    const bucket = this.#at(fact.t);
    if (bucket === undefined) return;
    switch (fact.kind) {
      case 'moved':
        bucket.add(COLUMN.joins, fact.joins);
        bucket.add(COLUMN.leaves, fact.leaves);
        break;
      case 'connections':
        bucket.add(COLUMN.connectionSamples, fact.samples);
        bucket.add(COLUMN.connectionSum, fact.sum);
        bucket.raise(COLUMN.connectionMax, fact.max);
        break;
      case 'latency':
        for (let at = 0; at + 1 < fact.bins.length; at += 2) bucket.binsOf(KIND.latency).add(fact.bins[at] ?? 0, fact.bins[at + 1] ?? 0);
        bucket.latencyMax = Math.max(bucket.latencyMax, fact.maxMs);
        break;
      case 'drops':
        bucket.rank('drops', fact.reason, fact.count);
        break;
      case 'present':
        break;
    }
  }

  count(bucket: number, column: Column): number {
    return this.#buckets[bucket]?.columns[column] ?? 0;
  }

  sampledSeconds(bucket: number): number {
    return this.count(bucket, COLUMN.connectionSamples);
  }

  values(bucket: number, kind: Kind): number {
    return this.#buckets[bucket]?.bins.get(kind)?.total ?? 0;
  }

  quantile(bucket: number, kind: Kind, q: number): number {
    const estimate = this.#buckets[bucket]?.bins.get(kind)?.quantile(q) ?? 0;
    return kind === KIND.latency ? Math.min(estimate, this.latencyMax(bucket)) : estimate;
  }

  latencyMax(bucket: number): number {
    return this.#buckets[bucket]?.latencyMax ?? 0;
  }

  activeUsers(bucket: number): number {
    return this.#buckets[bucket]?.ranked.users.size ?? 0;
  }

  presentUsers(): number {
    return 0;
  }

  ranked(bucket: number, source: RankedSource, limit: number): readonly Ranked[] {
    const counts = this.#buckets[bucket]?.ranked[source] ?? new Map<number, number>();
    return topOf([...counts.keys()], [...counts.values()], limit);
  }

  rankedBound(): number {
    return 0;
  }

  #at(t: number): Bucket | undefined {
    let low = 0;
    let high = this.#edges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#edges[middle] ?? 0) <= t) low = middle + 1;
      else high = middle;
    }
    return this.#buckets[low - 1];
  }
}

/** Numbers for words, for one question. */
export class Words {
  readonly #numbers = new Map<string, number>();
  readonly #words: string[] = [];

  numberOf(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    this.#numbers.set(word, this.#words.length);
    return this.#words.push(word) - 1;
  }

  named(numbers: readonly number[]): ReadonlyMap<number, string> {
    return new Map(numbers.map((number) => [number, this.#words[number] ?? '']));
  }
}
