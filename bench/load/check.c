#include "check.h"

#include <string.h>

#include "load.h"

check_result checks;

static void hex_write(uint8_t *to, int digits, uint64_t value) {
  for (int i = digits - 1; i >= 0; i--, value >>= 4) to[i] = (uint8_t) "0123456789abcdef"[value & 15];
}

void marker_write(uint8_t *to, marker m) {
  to[0] = to[MARKER_BYTES - 1] = '~';
  hex_write(to + 1, 6, m.sender);
  hex_write(to + 7, 8, m.n);
  hex_write(to + 15, 16, m.stamp_us);
}

/* Eight digits at once: this runs millions of times a second, on the core that must not be the bottleneck. */
static uint32_t hex8(const uint8_t *from) {
  uint64_t word;
  memcpy(&word, from, 8);
  word = (word & 0x0f0f0f0f0f0f0f0full) + 9 * ((word >> 6) & 0x0101010101010101ull);
  word = __builtin_bswap64(word);
  word = (word | (word >> 4)) & 0x00ff00ff00ff00ffull;
  word = (word | (word >> 8)) & 0x0000ffff0000ffffull;
  return (uint32_t)(word | (word >> 16));
}

static bool marker_at(const uint8_t *p) { return p[0] == '~' && p[MARKER_BYTES - 1] == '~'; }

bool marker_find(const uint8_t *payload, size_t len, marker *found) {
  static size_t hint; /* a server's frames all look alike: nearly always where it was last time */
  if (len < MARKER_BYTES) return false;
  if (hint + MARKER_BYTES > len || !marker_at(payload + hint)) {
    const uint8_t *p = payload, *end = payload + len - MARKER_BYTES + 1;
    while ((p = memchr(p, '~', (size_t)(end - p))) != NULL && !marker_at(p))
      if (++p >= end) return false;
    if (p == NULL) return false;
    hint = (size_t)(p - payload);
  }
  const uint8_t *m = payload + hint;
  /* The sender has only six digits: read two of n with it and shift them out. */
  found->sender = hex8(m + 1) >> 8;
  found->n = hex8(m + 7);
  found->stamp_us = ((uint64_t)hex8(m + 15) << 32) | hex8(m + 23);
  return true;
}

static void check_room_order(int room) {
  const conn *first = NULL;
  for (int i = 0; i < load.conn_count; i++) {
    const conn *c = &load.conns[i];
    if ((int)c->room != room || c->slow || c->state != CONN_OPEN) continue;
    if (first == NULL) first = c;
    if (c->order_hash != first->order_hash) {
      checks.rooms_disagreeing++;
      return;
    }
  }
}

void check_finish(void) {
  for (int i = 0; i < load.conn_count; i++) {
    const conn *c = &load.conns[i];
    if (c->slow || c->pairs == NULL) continue;
    for (int s = 0; s < load.opt.senders; s++) {
      const sender *from = &load.senders[(int)c->room * load.opt.senders + s];
      checks.missing += c->pairs[s].gaps + (from->sent - c->pairs[s].last);
    }
  }
  /* What the server refused was never to arrive; the refusals themselves fail the run, under their own names. */
  const uint64_t refused = refused_messages() * (uint64_t)(load.opt.members - load.opt.slow);
  checks.missing -= refused < checks.missing ? refused : checks.missing;
  if (!load.opt.check_order) return;
  for (int room = 0; room < load.opt.rooms; room++) check_room_order(room);
}
