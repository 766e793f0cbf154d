import { WebSocket } from 'ws';

/**
 * A process of members that measure. Arguments: URL, members, name of the first. Its parent sends `report`, which answers a Report and
 * starts anew. Contents begin with the time of sending (`performance.timeOrigin + performance.now()`) and a space.
 */
export interface Report {
  readonly deliveries: number;
  /** Fewest and most that a member received. */
  readonly fewest: number;
  readonly most: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const [url = '', members = '0', name = 'm'] = process.argv.slice(2);
const counts = new Array<number>(Number(members)).fill(0);
let latencies: number[] = [];
const MARK = '"content":"';

function open(index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url}&userId=${name}-${index}`, { perMessageDeflate: false });
    socket.on('message', (bytes: Buffer) => {
      const text = bytes.toString('latin1');
      const at = text.indexOf(MARK);
      if (!text.startsWith('"chat"', text.indexOf('"type":') + 7) || at === -1) return;
      counts[index] = (counts[index] ?? 0) + 1;
      latencies.push(performance.timeOrigin + performance.now() - Number.parseFloat(text.slice(at + MARK.length, at + MARK.length + 20)));
    });
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
}

function report(): Report {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const answer = {
    deliveries: sorted.length,
    fewest: Math.min(...counts),
    most: Math.max(...counts),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
  };
  latencies = [];
  counts.fill(0);
  return answer;
}

for (let i = 0; i < counts.length; i++) await open(i);
process.on('message', () => process.send?.(report()));
process.on('disconnect', () => process.exit(0));
process.send?.('open');
