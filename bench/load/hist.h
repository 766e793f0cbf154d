/* A log-bucketed histogram of microseconds: 128 buckets per power of two, so an error of at most 0.8 %. */
#ifndef HUBBUB_HIST_H
#define HUBBUB_HIST_H

#include <stdint.h>

enum { HIST_SUB_BITS = 7, HIST_BUCKETS = (64 - HIST_SUB_BITS) << HIST_SUB_BITS };

typedef struct {
  uint64_t count, max;
  uint64_t buckets[HIST_BUCKETS];
} histogram;

static inline uint32_t hist_bucket(uint64_t value) {
  if (value < (1u << HIST_SUB_BITS)) return (uint32_t)value;
  const int shift = 63 - __builtin_clzll(value) - HIST_SUB_BITS;
  return ((uint32_t)(shift + 1) << HIST_SUB_BITS) + (uint32_t)((value >> shift) - (1u << HIST_SUB_BITS));
}

static inline void hist_add(histogram *h, uint64_t value) {
  h->count++;
  if (value > h->max) h->max = value;
  h->buckets[hist_bucket(value)]++;
}

/** The value below which `share` (0–1) of all values lie, as the middle of its bucket; 0 when empty. */
double hist_quantile(const histogram *h, double share);

#endif
