import { type Answer, byEndpoint, latenciesOf } from './ask.ts';
import type { Interrogation } from './interrogate.ts';
import type { AnalyticsLoaded, LogLoaded } from './load.ts';
import type { Taken } from './stopwatch.ts';

const SLOWEST = 12;

export function loadLines({ messages, taken, bytes }: LogLoaded, analytics: AnalyticsLoaded): readonly string[] {
  const per = ({ seconds, cpuSeconds }: Taken): string =>
    `${micros(seconds, messages)} µs a message (${micros(cpuSeconds, messages)} of the processor)`;
  const without = taken.log.seconds + taken.orders.seconds;
  const rate = (seconds: number): string => `${Math.round(messages / seconds).toLocaleString('en-US')} messages/s`;
  return [
    `generating     ${per(taken.generate)}`,
    `the log        ${per(taken.log)}`,
    `its orders     ${per(taken.orders)}`,
    `analytics      ${per(analytics.taken)}`,
    `without analytics ${rate(without)}, with it ${rate(without + analytics.taken.seconds)}`,
    `file: ${perMessage(bytes, messages)} without analytics, ${perMessage(analytics.bytes, messages)} with it: ÷ ${(analytics.bytes / bytes).toFixed(2)} (≤ 1.5)`,
  ];
}

export function askedLines({ startSeconds, answers, newZones, snapshots, chat, rssBytes }: Interrogation): readonly string[] {
  const lines = [
    `start-up ${startSeconds.toFixed(2)} s (≤ 2)`,
    '',
    `${'ms'.padEnd(12)}${['asked', 'p50', 'p95', 'p99', 'max', 'CPU p50', 'CPU p99', 'failed'].map((each) => each.padStart(9)).join('')}`,
  ];
  const row = (name: string, of: readonly Answer[]): string => {
    const right = of.filter(({ problem }) => problem === undefined);
    const { count, p50, p95, p99, max } = latenciesOf(right.map(({ ms }) => ms));
    const cpu = latenciesOf(right.map(({ cpuMs }) => cpuMs));
    const numbers = [p50, p95, p99, max, cpu.p50, cpu.p99].map((each) => (count === 0 ? '–' : each.toFixed(2)));
    return `${name.padEnd(12)}${[String(of.length), ...numbers, String(of.length - count)].map((each) => each.padStart(9)).join('')}`;
  };
  for (const [endpoint, own] of byEndpoint(answers)) lines.push(row(endpoint, own));
  lines.push(row('all (≤ 50)', answers), row('snapshot', snapshots), row('new zone', newZones), '', `the slowest of ${answers.length}:`);
  for (const { ms, cpuMs, bytes, path } of answers.toSorted((a, b) => b.ms - a.ms).slice(0, SLOWEST))
    lines.push(
      `${ms.toFixed(1).padStart(8)} ms ${cpuMs.toFixed(1).padStart(8)} ms CPU ${String(bytes).padStart(8)} B  ${decodeURIComponent(path)}`,
    );
  const problems = new Set(
    [...answers, ...snapshots, ...newZones].flatMap(({ problem, path }) => (problem === undefined ? [] : `${problem} ← ${path}`)),
  );
  for (const problem of [...problems].slice(0, SLOWEST)) lines.push(`failed: ${problem}`);
  if (chat !== undefined) {
    const { alone, besideQuestions, questions } = chat;
    lines.push(
      `chat (W4): p99 ${alone.p99.toFixed(2)} ms alone, ${besideQuestions.p99.toFixed(2)} ms beside ${questions} questions; ` +
        `p50 ${alone.p50.toFixed(2)} and ${besideQuestions.p50.toFixed(2)}, max ${alone.max.toFixed(1)} and ${besideQuestions.max.toFixed(1)}`,
    );
  }
  lines.push(`resident after the questions: ${Math.round(rssBytes / 2 ** 20)} MB`);
  return lines;
}

const micros = (seconds: number, messages: number): string => ((seconds * 1e6) / messages).toFixed(2);
const perMessage = (bytes: number, messages: number): string =>
  `${(bytes / messages).toFixed(1)} B a message (${(bytes / 2 ** 30).toFixed(2)} GiB)`;
