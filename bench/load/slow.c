/* Members that do not keep up: they read nothing, or so many bytes a second, through a small socket buffer. */
#include <stdio.h>
#include <sys/epoll.h>

#include "load.h"

static uint64_t last_us;
static double budget;

void slow_read(uint64_t now) {
  if (last_us == 0) last_us = now;
  budget += (double)(now - last_us) / 1e6 * load.opt.slow_bytes_per_s;
  last_us = now;
  if (budget < 256) return; /* a read per few bytes would cost more than it says */
  for (int i = 0; i < load.conn_count; i++)
    if (load.conns[i].slow && load.conns[i].state == CONN_OPEN) conn_read(&load.conns[i], (size_t)budget);
  budget = 0;
}

/* At the end they read on at full speed: what did the server say to them? */
void slow_finish(void) {
  for (int i = 0; i < load.conn_count; i++) {
    conn *c = &load.conns[i];
    if (!c->slow || c->state != CONN_OPEN) continue;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(load.epoll, EPOLL_CTL_ADD, c->fd, &event);
    c->wants_out = false;
  }
  const uint64_t until = now_us() + 3000000;
  while (now_us() < until) poll_once(until);
}
