const NEWLINE = 0x0a;

/** The same pieces until somebody asks to stop, which ends it at once, even while the source has nothing to say. */
export async function* untilAborted<T>(pieces: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await orAborted(iterator.next(), signal);
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a source that waits for input would never answer.
    iterator.return?.().catch(() => undefined);
  }
}

/** Undefined when aborted first. Not Promise.race with one long-lived promise: that keeps a reaction for each piece for ever. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (signal === undefined) return promise;
  if (signal.aborted) {
    promise.catch(() => undefined);
    return Promise.resolve(undefined);
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(undefined);
    signal.addEventListener('abort', onAbort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/**
 * Pieces that end where a line ends, so that whoever stops between two of them leaves no half line behind. What follows the last line
 * end is given only when the source came to its end by itself. A line longer than `longest` bytes is given in parts.
 */
export async function* wholeLines(
  pieces: AsyncIterable<Uint8Array>,
  longest: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0);
  for await (const piece of untilAborted(pieces, signal)) {
    const bytes = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    const cut = end === 0 && bytes.length > longest ? bytes.length : end;
    if (cut > 0) yield bytes.subarray(0, cut);
    rest = Buffer.from(bytes.subarray(cut));
  }
  if (rest.length > 0 && signal?.aborted !== true) yield rest;
}
