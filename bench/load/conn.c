/* Connections: paced connecting, reads into one shared buffer, whole frames handed on, writes with a small queue. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

enum { READ_BYTES = 1 << 20, EVENTS = 1024, OPCODE_TEXT = 1, OPCODE_CLOSE = 8, OPCODE_PING = 9, OPCODE_PONG = 10 };

static uint8_t read_buffer[READ_BYTES + (1 << 16)];
static int connecting;

int conns_connecting(void) { return connecting; }

static void want(conn *c, bool out) {
  if (c->wants_out == out) return;
  c->wants_out = out;
  struct epoll_event event = {.events = EPOLLIN | (out ? EPOLLOUT : 0), .data.ptr = c};
  epoll_ctl(load.epoll, EPOLL_CTL_MOD, c->fd, &event);
}

static bool unfinished(const conn *c) { return c->state > CONN_IDLE && c->state < CONN_OPEN; }

static void conn_release(conn *c) {
  if (unfinished(c)) connecting--;
  if (c->fd >= 0) close(c->fd);
  c->fd = -1;
  c->state = CONN_CLOSED;
  c->in_len = c->out_len = c->out_off = 0;
}

static void conn_lost(conn *c) {
  if (unfinished(c)) {
    if (load.count.connect_failed++ == 0) fprintf(stderr, "load: a connection failed before it was ready (errno %d)\n", errno);
  } else if (!c->slow) {
    if (load.count.closed++ == 0) fprintf(stderr, "load: the server closed a connection (close code %d)\n", c->close_code);
  }
  if (c->sender >= 0 && load.senders[c->sender].conn == c) load.senders[c->sender].outstanding = MAX_INFLIGHT; /* sends no more */
  conn_release(c);
}

void conn_cut(conn *c) {
  const struct linger reset = {.l_onoff = 1, .l_linger = 0};
  setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  conn_release(c);
  c->cut = true;
}

void conn_start(conn *c) {
  const struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)load.opt.port), .sin_addr.s_addr = inet_addr(load.opt.host)};
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c->fd < 0) die("socket");
  const int one = 1, small = 4096;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (c->slow) setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  c->state = CONN_CONNECTING;
  c->wants_out = true;
  connecting++;
  if (connect(c->fd, (const struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) {
    conn_lost(c);
    return;
  }
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
  if (epoll_ctl(load.epoll, EPOLL_CTL_ADD, c->fd, &event) < 0) die("epoll_ctl");
}

double connect_all(int first, int last, double limit) {
  const uint64_t began = now_us(), deadline = began + (uint64_t)(limit * 1e6);
  int next = first;
  while (next < last || connecting > 0) {
    while (next < last && connecting < load.opt.connecting) conn_start(&load.conns[next++]);
    poll_once(now_us() + 10000);
    if (load.count.connect_failed > 0) die("connecting failed");
    if (now_us() > deadline) die("connecting took too long");
  }
  return (double)(now_us() - began) / 1e6;
}

uint8_t *conn_reserve(conn *c, size_t bytes) {
  if (c->out_len + bytes > c->out_cap) {
    c->out_cap = (uint32_t)(c->out_len + bytes) * 2;
    c->out = realloc(c->out, c->out_cap);
    if (c->out == NULL) die("out of memory");
  }
  return c->out + c->out_len;
}

void conn_flush(conn *c) {
  while (c->out_off < c->out_len) {
    const ssize_t n = send(c->fd, c->out + c->out_off, c->out_len - c->out_off, MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EAGAIN || errno == EINTR) break;
      return; /* the reset shows at the next read */
    }
    c->out_off += (uint32_t)n;
  }
  if (c->out_off == c->out_len) c->out_off = c->out_len = 0;
  want(c, c->out_len > 0);
}

static void set_open(conn *c) {
  c->state = CONN_OPEN;
  connecting--;
  if (c->slow) epoll_ctl(load.epoll, EPOLL_CTL_DEL, c->fd, NULL); /* read by slow.c from now on */
  if (load.opt.mode == MODE_STORM) storm_on_ready(c);
}

static bool contains(const uint8_t *payload, size_t len, const char *text) { return memmem(payload, len, text, strlen(text)) != NULL; }

/* Frames on the way to being a member of the room. */
static void on_joining_frame(conn *c, const uint8_t *payload, size_t len) {
  if (load.opt.wire == WIRE_SOCKET_IO) {
    if (len > 0 && payload[0] == '0') ws_append(c, OPCODE_TEXT, "40", 2);
    if (len > 1 && memcmp(payload, "40", 2) == 0) set_open(c);
  } else if (contains(payload, len, "\"type\":\"joined\"")) {
    if (load.opt.mode == MODE_STORM) storm_on_joined(c, payload, len);
    set_open(c);
  } else if (contains(payload, len, "\"type\":\"error\"")) {
    count_error(payload, len);
  }
}

static void on_close_frame(conn *c, const ws_frame *frame) {
  c->close_code = frame->length >= 2 ? (frame->payload[0] << 8) | frame->payload[1] : 1005;
  conn_lost(c);
}

static void on_text(conn *c, const uint8_t *payload, size_t len, uint64_t now) {
  if (load.opt.wire == WIRE_SOCKET_IO && len == 1 && payload[0] == '2') {
    ws_append(c, OPCODE_TEXT, "3", 1);
  } else if (c->state == CONN_JOINING) {
    on_joining_frame(c, payload, len);
  } else {
    traffic_on_frame(c, payload, len, now);
  }
}

/* Handles every whole frame; returns how many bytes they were. */
static size_t on_bytes(conn *c, const uint8_t *bytes, size_t len, uint64_t now) {
  size_t used = 0;
  ws_frame frame;
  while (c->state >= CONN_JOINING && c->state <= CONN_OPEN && ws_parse(bytes + used, len - used, &frame)) {
    used += frame.total;
    if (frame.opcode == OPCODE_TEXT) on_text(c, frame.payload, frame.length, now);
    else if (frame.opcode == OPCODE_PING) ws_append(c, OPCODE_PONG, frame.payload, frame.length);
    else if (frame.opcode == OPCODE_CLOSE) on_close_frame(c, &frame);
    else if (frame.opcode != OPCODE_PONG) die("a binary or fragmented frame: not part of any workload");
  }
  return used;
}

/* The 101 answer; returns its length, 0 while it is not whole. */
static size_t on_upgrade_bytes(conn *c, const uint8_t *bytes, size_t len) {
  const uint8_t *end = memmem(bytes, len, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  if (len < 12 || memcmp(bytes + 9, "101", 3) != 0) {
    fprintf(stderr, "load: upgrade refused: %.*s\n", 40, (const char *)bytes);
    conn_lost(c);
    return len;
  }
  c->state = CONN_JOINING;
  const bool resuming = c->cut && load.opt.resume;
  if (load.opt.wire == WIRE_JSON && load.opt.ready == READY_UPGRADE && !resuming) set_open(c);
  else if (resuming) storm_on_ready(c);
  return (size_t)(end - bytes) + 4;
}

static void keep_rest(conn *c, const uint8_t *rest, size_t len) {
  if (len > c->in_cap) {
    c->in_cap = (uint32_t)len + 512;
    c->in = realloc(c->in, c->in_cap);
    if (c->in == NULL) die("out of memory");
  }
  memcpy(c->in, rest, len);
  c->in_len = (uint32_t)len;
}

void conn_read(conn *c, size_t at_most) {
  const size_t had = c->in_len;
  if (had > sizeof read_buffer - READ_BYTES) die("an incoming frame over 64 KiB");
  memcpy(read_buffer, c->in, had);
  const ssize_t n = recv(c->fd, read_buffer + had, at_most < READ_BYTES ? at_most : READ_BYTES, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    conn_lost(c);
    return;
  }
  const uint64_t now = now_us();
  const size_t len = had + (size_t)n;
  size_t used = c->state == CONN_UPGRADING ? on_upgrade_bytes(c, read_buffer, len) : 0;
  used += on_bytes(c, read_buffer + used, len - used, now);
  if (c->fd < 0) return;
  keep_rest(c, read_buffer + used, len - used);
  if (c->out_len > 0) conn_flush(c);
}

static void on_connected(conn *c) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    errno = error;
    conn_lost(c);
    return;
  }
  c->state = CONN_UPGRADING;
  c->out_len += (uint32_t)ws_upgrade_request((char *)conn_reserve(c, 2048), 2048, c);
  conn_flush(c);
}

void poll_once(uint64_t until_us) {
  static struct epoll_event events[EVENTS];
  const uint64_t now = now_us(), wait = until_us > now ? until_us - now : 0;
  const struct timespec timeout = {.tv_sec = (time_t)(wait / 1000000), .tv_nsec = (long)(wait % 1000000) * 1000};
  const int n = epoll_pwait2(load.epoll, events, EVENTS, &timeout, NULL);
  for (int i = 0; i < n; i++) {
    conn *c = events[i].data.ptr;
    if (c->fd < 0) continue;
    if (c->state == CONN_CONNECTING) {
      if (events[i].events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) on_connected(c);
      continue;
    }
    if (events[i].events & EPOLLOUT) conn_flush(c);
    if (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) conn_read(c, READ_BYTES);
  }
}
