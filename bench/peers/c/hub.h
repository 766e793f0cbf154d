/*
 * Two small servers that do the same work per message as the others: find the content in the JSON, validate it, stamp id, time and
 * seq, build the frame once, send it to all members. They differ in `deliver` and `turn_end` alone: c-plain.c pays one send per
 * delivery (the kernel's price), c-coalesced.c one per member and epoll turn (the ceiling).
 * Left out: storage, analytics, presence, limits, recovery, a bound on queues, pings. An ack is immediate: nothing is stored.
 */
#ifndef HUBBUB_PEER_HUB_H
#define HUBBUB_PEER_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint8_t *bytes;
  size_t length, capacity;
} buffer;

typedef struct room room;

typedef struct client {
  int fd;
  bool is_upgraded, wants_out, has_reply;
  room *room;
  size_t place; /* in room->members */
  buffer in, out; /* out: what the socket did not take yet, or replies until the end of the turn */
  char user[64], name[64];
} client;

struct room {
  char id[72];
  uint64_t seq;
  client **members;
  size_t count, capacity;
  buffer pending; /* coalesced: every frame of this turn, for all members alike */
  bool is_dirty;
  room *next;
};

/* Given by c-plain.c and c-coalesced.c. */
void deliver(room *r, const uint8_t *frame, size_t len);
void reply(client *c, const uint8_t *frame, size_t len);
void turn_end(void);
void before_join(room *r);

/* hub.c */
void append(buffer *b, const void *bytes, size_t len);
/** Sends what is queued; keeps the rest for EPOLLOUT. */
void flush(client *c);
/** Sends at once, behind whatever is queued. */
void send_or_queue(client *c, const uint8_t *bytes, size_t len);

/* handshake.c */
/** Reads user, name and room of the query and writes the 101 answer; false when it is not an upgrade. */
bool handshake(client *c, const char *request, char room_id[72], char *answer, size_t cap);

/* message.c */
void on_message(client *c, const uint8_t *text, size_t len);

#endif
