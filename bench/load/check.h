/* What every delivery is held against: per receiver and sender the numbers 1, 2, 3 …, and one order per room. */
#ifndef HUBBUB_CHECK_H
#define HUBBUB_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** `~<sender:6 hex><n:8 hex><time in µs:16 hex>~`, somewhere in the content. */
enum { MARKER_BYTES = 32 };

typedef struct {
  uint32_t sender, n;
  uint64_t stamp_us;
} marker;

/** What one receiver has seen of one sender. */
typedef struct {
  uint32_t last, gaps;
} pair_check;

typedef struct {
  uint64_t missing, doubled, out_of_order, rooms_disagreeing;
} check_result;

void marker_write(uint8_t *to, marker m);
/** False when the payload has no marker: notices, acks, errors. */
bool marker_find(const uint8_t *payload, size_t len, marker *found);

extern check_result checks;

/** Counts what is wrong with `n` after what came before; false when it had been delivered already. */
static inline bool check_delivery(pair_check *pair, uint32_t n) {
  if (n == pair->last + 1) {
    pair->last = n;
  } else if (n > pair->last) {
    pair->gaps += n - pair->last - 1;
    pair->last = n;
  } else if (pair->gaps > 0) { /* it fills a gap: it came too late (or, with gaps open, doubled; either fails the run) */
    pair->gaps--;
    checks.out_of_order++;
  } else {
    checks.doubled++;
    return false;
  }
  return true;
}

/** Folds one delivery into a receiver's rolling hash of all that it saw, in order. */
static inline uint64_t order_fold(uint64_t hash, uint32_t sender, uint32_t n) {
  return (hash ^ (((uint64_t)sender << 32) | n)) * 0x9e3779b97f4a7c15ull + (hash >> 29);
}

/** After draining: what never came, and rooms whose receivers saw different orders. */
void check_finish(void);

#endif
