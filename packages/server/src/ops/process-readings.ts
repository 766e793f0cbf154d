import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** What a process knows of itself. */
export interface ProcessReadings {
  /** 0–1, since the last call. */
  utilization(): number;
  /** Quantile (as text) → seconds beyond the sampling interval, since the last call. */
  lagSeconds(): readonly (readonly [string, number])[];
  residentBytes(): number;
  heapUsedBytes(): number;
  uptimeSeconds(): number;
  cpuSeconds(): number;
}

const LAG_SAMPLING_MS = 20;

export function processReadings(): ProcessReadings {
  const delay = monitorEventLoopDelay({ resolution: LAG_SAMPLING_MS });
  delay.enable();
  let last = performance.eventLoopUtilization();
  return {
    utilization() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return Number.isFinite(utilization) ? utilization : 0;
    },
    lagSeconds() {
      // The histogram measures the interval of a timer: what exceeds the interval is lag. Nanoseconds.
      const beyond = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - LAG_SAMPLING_MS / 1000);
      const lag = [
        ['0.5', beyond(delay.percentile(50))] as const,
        ['0.99', beyond(delay.percentile(99))] as const,
        ['1', beyond(delay.max)] as const,
      ];
      delay.reset();
      return lag;
    },
    residentBytes: () => process.memoryUsage.rss(),
    heapUsedBytes: () => process.memoryUsage().heapUsed,
    uptimeSeconds: () => process.uptime(),
    cpuSeconds() {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  };
}
