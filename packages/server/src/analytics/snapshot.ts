import type { LatencySummary } from './latencies.ts';

/** At most so many users are named in a snapshot. */
export const MAX_USER_DETAILS = 200;

export interface ActiveUser {
  /** The user's oldest open connection. */
  readonly clientId: string;
  readonly userId: string;
  readonly username: string;
  /** ISO 8601: since when that connection is open. */
  readonly joinedAt: string;
}

/** `GET /api/analytics`: what this node knows now. Users are counted by id, messages by their own time, and chat messages only. */
export interface LiveSnapshot {
  /** ISO 8601. */
  readonly at: string;
  /** Every chat message that stands, over restarts, imported ones included. */
  readonly totalMessages: number;
  readonly deletedMessages: number;
  readonly activeConnections: number;
  /** Distinct users connected now. */
  readonly activeUsers: number;
  /** Distinct users who wrote within the last 5 minutes: 300 seconds by the clock, the one in progress included. */
  readonly chatters: number;
  /** Since start. */
  readonly peakConnections: number;
  /** 15 calendar minutes (UTC), oldest first, the last in progress; by the messages' own time. */
  readonly messagesPerMinute: readonly number[];
  /** From a frame's arrival to the hand-over of its bytes to the kernel, deliveries of the last 5 minutes; 0 without any. */
  readonly latencyP50Ms: number;
  readonly latencyP95Ms: number;
  readonly latencyP99Ms: number;
  /** At most 200. */
  readonly activeUserDetails: readonly ActiveUser[];
  readonly uptimeSeconds: number;
  /** ISO 8601. */
  readonly serverStartTime: string;
  /** Chat accepted here, per second, over the last whole seconds. */
  readonly messagesPerSecond: { readonly last1s: number; readonly last10s: number; readonly last60s: number };
  readonly deliveryLatency: LatencySummary;
  /** Writes to the store within the last 5 minutes, milliseconds. */
  readonly storageLatency: LatencySummary;
  readonly sinceStart: SinceStart;
  /** Which numbers are estimates, with their relative standard error. */
  readonly approx?: { readonly chatters: number };
}

/** Counted on this node since it started. */
export interface SinceStart {
  readonly accepted: number;
  readonly deliveries: number;
  readonly joins: number;
  readonly leaves: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly closed: Readonly<Record<string, number>>;
  readonly resumes: { readonly recovered: number; readonly lost: number; readonly replayedMessages: number };
  readonly storage: { readonly writes: number; readonly failed: number; readonly messages: number };
}

/** Who can say how things stand. */
export interface SnapshotSource {
  /** Costs well under 2 ms. */
  snapshot(): LiveSnapshot;
}
