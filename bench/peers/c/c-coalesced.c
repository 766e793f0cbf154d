/* The ceiling: frames of one epoll turn are collected once per room and go to each member in one write, replies with them. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "hub.h"

static room **dirty;
static client **replied;
static size_t dirty_count, dirty_capacity, replied_count, replied_capacity;

#define PUSH(list, count, capacity, item)                                  \
  do {                                                                     \
    if (count == capacity) {                                               \
      capacity = capacity * 2 + 64;                                        \
      list = realloc(list, capacity * sizeof *list);                       \
      if (list == NULL) abort();                                           \
    }                                                                      \
    list[count++] = item;                                                  \
  } while (0)

void deliver(room *r, const uint8_t *frame, size_t len) {
  append(&r->pending, frame, len);
  if (r->is_dirty) return;
  r->is_dirty = true;
  PUSH(dirty, dirty_count, dirty_capacity, r);
}

void reply(client *c, const uint8_t *frame, size_t len) {
  append(&c->out, frame, len);
  if (c->has_reply) return;
  c->has_reply = true;
  PUSH(replied, replied_count, replied_capacity, c);
}

/* Room frames and this member's replies in one write. Replies of this turn follow the frames; older rest goes first. */
static void send_turn(client *c, const buffer *pending) {
  if (c->wants_out) {
    append(&c->out, pending->bytes, pending->length);
    return;
  }
  struct iovec parts[2] = {{pending->bytes, pending->length}, {c->out.bytes, c->out.length}};
  const struct msghdr message = {.msg_iov = parts, .msg_iovlen = c->out.length > 0 ? 2 : 1};
  const ssize_t n = sendmsg(c->fd, &message, MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN && errno != EINTR) return; /* the reset shows at the next read */
  const size_t sent = n < 0 ? 0 : (size_t)n;
  if (sent == pending->length + c->out.length) {
    c->out.length = 0;
    return;
  }
  buffer rest = {0};
  if (sent < pending->length) append(&rest, pending->bytes + sent, pending->length - sent);
  const size_t replies_sent = sent > pending->length ? sent - pending->length : 0;
  append(&rest, c->out.bytes + replies_sent, c->out.length - replies_sent);
  free(c->out.bytes);
  c->out = rest;
  flush(c);
}

static void flush_room(room *r) {
  for (size_t i = 0; i < r->count; i++) send_turn(r->members[i], &r->pending);
  r->pending.length = 0;
  r->is_dirty = false;
}

void turn_end(void) {
  for (size_t i = 0; i < dirty_count; i++)
    if (dirty[i]->is_dirty) flush_room(dirty[i]);
  dirty_count = 0;
  for (size_t i = 0; i < replied_count; i++) {
    replied[i]->has_reply = false;
    if (replied[i]->fd >= 0 && replied[i]->out.length > 0) flush(replied[i]);
  }
  replied_count = 0;
}

/* A newcomer must not get what was said before it came. */
void before_join(room *r) {
  if (r->is_dirty) flush_room(r);
}
