// Preloaded into a server under test, and into its threads: the wall clock is what a file says, so that a test can say when a message is sent.
import { openSync, readSync } from 'node:fs';

const file = openSync(process.env.TEST_CLOCK_FILE, 'r');
const time = new Float64Array(1);
const bytes = new Uint8Array(time.buffer);

Date.now = () => {
  readSync(file, bytes, 0, 8, 0);
  return time[0];
};
