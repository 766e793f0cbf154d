import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';

/** Beside a busy thread of the usual priority it gets a tenth of a processor, beside idle ones a whole one. */
const NICENESS = 10;

/**
 * Lets the threads of this process go before the calling one, for as long as it lives. On Linux niceness is a thread's own (setpriority(2),
 * "C library/kernel differences"); elsewhere nothing happens.
 */
export function giveWay(): void {
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), NICENESS);
  } catch {
    // Another system, or a sandbox that forbids it: all threads share the machine alike.
  }
}
