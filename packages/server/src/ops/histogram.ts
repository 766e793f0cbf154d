import { Histogram, type MetricObjectWithValues, type MetricValueWithName } from 'prom-client';

/**
 * A Prometheus histogram that takes many equal observations at once. prom-client's own takes one per call and hashes its labels
 * each time; a node that makes a million deliveries a second needs a few additions instead.
 */
export class WeightedHistogram extends Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: Float64Array;
  /** One more than bounds: the last is above all of them. */
  readonly #counts: Float64Array;
  #sum = 0;
  #count = 0;

  constructor(options: { readonly name: string; readonly help: string; readonly bounds: readonly number[] }) {
    super({ name: options.name, help: options.help, buckets: [...options.bounds], registers: [] });
    this.#name = options.name;
    this.#help = options.help;
    this.#bounds = Float64Array.from(options.bounds);
    this.#counts = new Float64Array(options.bounds.length + 1);
  }

  /** `count` observations of `value`. */
  add(value: number, count: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] ?? 0)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    this.#sum += value * count;
    this.#count += count;
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    let below = 0;
    const buckets = [...this.#counts].map((count, i) => {
      below += count;
      return { value: below, labels: { le: this.#bounds[i] ?? '+Inf' }, metricName: `${this.#name}_bucket` };
    });
    const sum = { value: this.#sum, labels: {}, metricName: `${this.#name}_sum` };
    const count = { value: this.#count, labels: {}, metricName: `${this.#name}_count` };
    const whole = { name: this.#name, help: this.#help, type: 'histogram', aggregator: 'sum', values: [...buckets, sum, count] };
    // The declared `type` is a numeric enum, what prom-client itself writes there is the word.
    return whole as unknown as MetricObjectWithValues<MetricValueWithName<string>>;
  }
  /** What the registry really asks for when it makes text. */
  getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    return this.get();
  }
}
