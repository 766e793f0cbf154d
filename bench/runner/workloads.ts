/** What a workload is to the runner: the load generator's preset, and which figures of its line count. */
export type Workload = {
  readonly name: string;
  readonly preset: string;
  readonly meaning: string;
  /** throughput: deliveries/s; latency: p99; acks: acks/s; idle: bytes per connection; storm: seconds until back. */
  readonly kind: 'throughput' | 'latency' | 'acks' | 'idle' | 'storm';
};

export const WORKLOADS: readonly Workload[] = [
  { name: 'W1', preset: 'w1', kind: 'throughput', meaning: 'one room of 1,000, 10 closed-loop senders' },
  { name: 'W1p', preset: 'w1p', kind: 'throughput', meaning: 'the same, 16 messages in flight each' },
  { name: 'W2', preset: 'w2', kind: 'throughput', meaning: 'one room of 100, all send, closed loop' },
  { name: 'W3', preset: 'w3', kind: 'throughput', meaning: '1,000 rooms of 10, one closed-loop sender each' },
  { name: 'W4', preset: 'w4', kind: 'latency', meaning: 'one room of 1,000, 50 messages/s, open loop' },
  { name: 'W5', preset: 'w5', kind: 'idle', meaning: '19,000 idle connections in 19 rooms' },
  { name: 'W6', preset: 'w6', kind: 'storm', meaning: '5,000 connections cut at once' },
  { name: 'W7', preset: 'w7', kind: 'acks', meaning: '200 closed-loop senders with ref, 20 rooms of 10' },
  { name: 'W7r', preset: 'w7r', kind: 'acks', meaning: '200 closed-loop senders with ref, one room' },
  { name: 'W7l', preset: 'w7l', kind: 'acks', meaning: 'a lone closed-loop sender with ref' },
];

export function workloadNamed(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) throw new Error(`no workload ${name}; there are ${WORKLOADS.map((workload) => workload.name).join(' ')}`);
  return found;
}
