/* Accepting, reading, rooms, queues: the epoll loop that both servers share. */
#define _GNU_SOURCE
#include "hub.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 1024, READ_BYTES = 1 << 16, MAX_FRAME = 16 * 1024, ROOM_SLOTS = 4096 };

static int epoll;
static room *rooms[ROOM_SLOTS];
static uint8_t read_buffer[READ_BYTES + MAX_FRAME + 64];

void append(buffer *b, const void *bytes, size_t len) {
  if (b->length + len > b->capacity) {
    b->capacity = (b->length + len) * 2;
    b->bytes = realloc(b->bytes, b->capacity);
    if (b->bytes == NULL) abort();
  }
  if (len > 0) memcpy(b->bytes + b->length, bytes, len);
  b->length += len;
}

static room *room_named(const char *id) {
  uint32_t hash = 2166136261u;
  for (const char *p = id; *p != '\0'; p++) hash = (hash ^ (uint8_t)*p) * 16777619u;
  room **slot = &rooms[hash % ROOM_SLOTS];
  for (room *r = *slot; r != NULL; r = r->next)
    if (strcmp(r->id, id) == 0) return r;
  room *r = calloc(1, sizeof *r);
  if (r == NULL) abort();
  strcpy(r->id, id);
  r->next = *slot;
  return *slot = r;
}

static void join_room(client *c, room *r) {
  before_join(r);
  if (r->count == r->capacity) {
    r->capacity = r->capacity * 2 + 16;
    r->members = realloc(r->members, r->capacity * sizeof *r->members);
    if (r->members == NULL) abort();
  }
  c->room = r;
  c->place = r->count;
  r->members[r->count++] = c;
}

static void leave_room(client *c) {
  room *r = c->room;
  if (r == NULL) return;
  r->members[c->place] = r->members[--r->count];
  r->members[c->place]->place = c->place;
  c->room = NULL;
}

/* The struct itself stays: lists of this turn may still hold it. A benchmark's server may leak what a storm leaves behind. */
static void drop(client *c) {
  leave_room(c);
  close(c->fd);
  c->fd = -1;
  free(c->in.bytes);
  free(c->out.bytes);
  c->in = c->out = (buffer){0};
}

static void want_out(client *c, bool out) {
  if (c->wants_out == out) return;
  c->wants_out = out;
  struct epoll_event event = {.events = EPOLLIN | (out ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &event);
}

void flush(client *c) {
  size_t done = 0;
  while (done < c->out.length) {
    const ssize_t n = send(c->fd, c->out.bytes + done, c->out.length - done, MSG_NOSIGNAL);
    if (n < 0) break; /* full, or reset: which shows at the next read */
    done += (size_t)n;
  }
  if (done > 0) memmove(c->out.bytes, c->out.bytes + done, c->out.length - done);
  c->out.length -= done;
  want_out(c, c->out.length > 0);
}

void send_or_queue(client *c, const uint8_t *bytes, size_t len) {
  ssize_t n = 0;
  if (c->out.length == 0) n = send(c->fd, bytes, len, MSG_NOSIGNAL);
  if (n == (ssize_t)len) return;
  if (n < 0 && errno != EAGAIN && errno != EINTR) return;
  append(&c->out, bytes + (n < 0 ? 0 : n), len - (size_t)(n < 0 ? 0 : n));
  want_out(c, true);
}

static size_t on_request(client *c, uint8_t *bytes, size_t len) {
  uint8_t *end = memmem(bytes, len, "\r\n\r\n", 4);
  char answer[256], room_id[72];
  if (end == NULL) return 0;
  *end = '\0';
  if (!handshake(c, (const char *)bytes, room_id, answer, sizeof answer)) {
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\nConnection: close\r\n\r\n{\"status\":\"ok\"}";
    send_or_queue(c, (const uint8_t *)ok, sizeof ok - 1); /* for whoever asks whether the server is up */
    drop(c);
    return len;
  }
  send_or_queue(c, (const uint8_t *)answer, strlen(answer));
  c->is_upgraded = true;
  join_room(c, room_named(room_id));
  return (size_t)(end - bytes) + 4;
}

static void unmask(uint8_t *payload, size_t len, const uint8_t *mask) {
  uint64_t wide;
  memcpy(&wide, mask, 4);
  memcpy((uint8_t *)&wide + 4, mask, 4);
  size_t i = 0;
  for (; i + 8 <= len; i += 8) {
    uint64_t word;
    memcpy(&word, payload + i, 8);
    word ^= wide;
    memcpy(payload + i, &word, 8);
  }
  for (; i < len; i++) payload[i] ^= mask[i & 3];
}

static size_t on_frames(client *c, uint8_t *bytes, size_t len) {
  size_t used = 0;
  while (c->fd >= 0 && len - used >= 6) {
    uint8_t *p = bytes + used;
    size_t header = 2, payload = p[1] & 127;
    if (payload == 126) {
      payload = ((size_t)p[2] << 8) | p[3];
      header = 4;
    }
    if ((p[1] & 128) == 0 || payload > MAX_FRAME || (p[0] & 15) == 8) {
      drop(c);
      return len;
    }
    if (len - used < header + 4 + payload) break;
    unmask(p + header + 4, payload, p + header);
    used += header + 4 + payload;
    if ((p[0] & 15) == 1) on_message(c, p + header + 4, payload);
  }
  return used;
}

static void on_readable(client *c) {
  const size_t had = c->in.length;
  if (had > 0) memcpy(read_buffer, c->in.bytes, had);
  const ssize_t n = recv(c->fd, read_buffer + had, READ_BYTES, 0);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    drop(c);
    return;
  }
  const size_t len = had + (size_t)n;
  size_t used = c->is_upgraded ? 0 : on_request(c, read_buffer, len);
  if (c->is_upgraded) used += on_frames(c, read_buffer + used, len - used);
  if (c->fd < 0) return;
  c->in.length = 0;
  append(&c->in, read_buffer + used, len - used);
}

static void on_accept(int listener) {
  for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    const int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    client *c = calloc(1, sizeof *c);
    if (c == NULL) abort();
    c->fd = fd;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  }
}

static int listen_on(uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4096) < 0) {
    perror("listen");
    exit(1);
  }
  return fd;
}

int main(int argc, char **argv) {
  const int listener = listen_on(argc > 1 ? (uint16_t)atoi(argv[1]) : 9000);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event accepting = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS];
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &accepting);
  for (;;) {
    const int n = epoll_wait(epoll, events, EVENTS, -1);
    for (int i = 0; i < n; i++) {
      client *c = events[i].data.ptr;
      if (c == NULL) {
        on_accept(listener);
        continue;
      }
      if (c->fd >= 0 && events[i].events & EPOLLOUT) flush(c);
      if (c->fd >= 0 && events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) on_readable(c);
    }
    turn_end();
  }
}
