/** How many events an interval has whose mean is `mean` (≤ 700): Knuth's product of uniform numbers. */
export function poisson(mean: number, random: () => number): number {
  const limit = Math.exp(-mean);
  let events = 0;
  for (let product = random(); product > limit; product *= random()) events++;
  return events;
}
