/** Lets every promise that can go on go on: resolves when the queue of microtasks is empty. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
