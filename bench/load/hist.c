#include "hist.h"

static double bucket_middle(uint32_t bucket) {
  if (bucket < (1u << HIST_SUB_BITS)) return bucket;
  const int shift = (int)(bucket >> HIST_SUB_BITS) - 1;
  const uint64_t low = (uint64_t)((bucket & ((1u << HIST_SUB_BITS) - 1)) + (1u << HIST_SUB_BITS)) << shift;
  return (double)low + (double)(1ull << shift) / 2;
}

double hist_quantile(const histogram *h, double share) {
  if (h->count == 0) return 0;
  uint64_t rank = (uint64_t)(share * (double)h->count);
  if (rank >= h->count) return (double)h->max;
  for (uint32_t i = 0; i < HIST_BUCKETS; i++) {
    if (h->buckets[i] > rank) {
      const double middle = bucket_middle(i);
      return middle < (double)h->max ? middle : (double)h->max;
    }
    rank -= h->buckets[i];
  }
  return (double)h->max;
}
