/* Sending in closed and open loop, and what happens to every arriving frame. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "load.h"

static usage server_before, own_before;

static size_t write_payload(char *to, const sender *s, const marker m) {
  const bool wrapped = load.opt.wire == WIRE_SOCKET_IO;
  char *p = to;
  if (wrapped) p += sprintf(p, "42[\"m\",");
  p += load.opt.mode == MODE_ACKS ? sprintf(p, "{\"type\":\"chat\",\"ref\":%u,\"content\":\"", s->sent) : sprintf(p, "{\"type\":\"chat\",\"content\":\"");
  marker_write((uint8_t *)p, m);
  const int padding = load.opt.content_bytes - MARKER_BYTES;
  memset(p + MARKER_BYTES, 'x', (size_t)padding);
  p += MARKER_BYTES + padding;
  p = stpcpy(p, "\"}");
  if (wrapped) p = stpcpy(p, "]");
  return (size_t)(p - to);
}

void send_message(sender *s, uint64_t stamp_us) {
  char payload[20000];
  s->sent++;
  s->outstanding++;
  s->sent_us[s->sent % MAX_INFLIGHT] = stamp_us;
  load.count.sent++;
  ws_append(s->conn, 1, payload, write_payload(payload, s, (marker){.sender = (uint32_t)(s - load.senders), .n = s->sent, .stamp_us = stamp_us}));
}

/* Closed loop: keeps `inflight` messages under way. Flushed by the reader when it is through with its batch. */
static void refill(sender *s, uint64_t now) {
  while (load.sending && s->outstanding < (uint32_t)load.opt.inflight) send_message(s, now);
}

static void on_own_return(sender *s, uint64_t now) {
  load.count.messages++;
  if (load.measuring) load.count.window_messages++;
  if (load.opt.mode != MODE_CLOSED) return;
  s->outstanding--;
  refill(s, now);
}

static void on_ack(conn *c, const uint8_t *payload, size_t len, uint64_t now) {
  const uint8_t *ref = memmem(payload, len, "\"ref\":", 6);
  sender *s = c->sender < 0 ? NULL : &load.senders[c->sender];
  uint32_t n = 0;
  for (const uint8_t *p = ref == NULL ? NULL : ref + 6; p != NULL && p < payload + len && *p >= '0' && *p <= '9'; p++) n = n * 10 + (*p - '0');
  if (s == NULL || n == 0 || n > s->sent || s->sent_us[n % MAX_INFLIGHT] == 0) {
    load.count.stray_acks++;
    return;
  }
  if (load.measuring) {
    hist_add(&load.ack_latency, now - s->sent_us[n % MAX_INFLIGHT]);
    load.count.window_acks++;
  }
  load.count.acks++;
  s->sent_us[n % MAX_INFLIGHT] = 0;
  s->outstanding--;
  refill(s, now_us());
}

static void on_delivery(conn *c, const marker m, uint64_t now) {
  const uint32_t local = m.sender - c->room * (uint32_t)load.opt.senders;
  if (local >= (uint32_t)load.opt.senders) {
    load.count.misrouted++;
    return;
  }
  if (c->slow) return;
  if (!check_delivery(&c->pairs[local], m.n)) return;
  c->order_hash = order_fold(c->order_hash, m.sender, m.n);
  c->received++;
  load.count.deliveries++;
  if (load.measuring) {
    load.count.window_deliveries++;
    hist_add(&load.latency, now > m.stamp_us ? now - m.stamp_us : 0);
  }
  if (c->sender == (int32_t)m.sender) on_own_return(&load.senders[m.sender], now);
}

void traffic_on_frame(conn *c, const uint8_t *payload, size_t len, uint64_t now) {
  marker m;
  if (marker_find(payload, len, &m)) {
    on_delivery(c, m, now);
    if (load.opt.mode == MODE_STORM) storm_on_delivery(c, payload, len);
  } else if (memmem(payload, len, "\"type\":\"ack\"", 12) != NULL) {
    on_ack(c, payload, len, now);
  } else if (memmem(payload, len, "\"type\":\"error\"", 14) != NULL) {
    count_error(payload, len); /* its slot in the closed loop stays empty: a run with errors does not count anyway */
  }
}

/* Open loop: sends what is due, stamped with the time it was due at (a late sender must not flatter the latency). */
static uint64_t send_due(uint64_t began, uint64_t *index) {
  for (;;) {
    const uint64_t due = began + (uint64_t)((double)*index * 1e6 / load.opt.rate);
    if (due > now_us()) return due;
    sender *s = &load.senders[*index % (uint64_t)load.sender_count];
    if (s->conn->state == CONN_OPEN) {
      send_message(s, due);
      conn_flush(s->conn);
    }
    (*index)++;
  }
}

static void run_for(double seconds, uint64_t began, uint64_t *index) {
  const uint64_t until = now_us() + (uint64_t)(seconds * 1e6);
  while (now_us() < until) {
    uint64_t wake = until;
    if (load.sending && load.opt.mode == MODE_OPEN) {
      const uint64_t due = send_due(began, index);
      if (due < wake) wake = due;
    }
    if (load.opt.slow > 0) {
      slow_read(now_us());
      if (wake > now_us() + 20000) wake = now_us() + 20000;
    }
    poll_once(wake);
  }
}

static void start_senders(void) {
  load.sending = true;
  if (load.opt.mode == MODE_OPEN) return;
  for (int i = 0; i < load.sender_count; i++) {
    refill(&load.senders[i], now_us());
    conn_flush(load.senders[i].conn);
  }
}

/* Every accepted message has reached every receiver, and is acked where that was asked for. */
static bool is_drained(void) {
  const uint64_t accepted = load.count.sent - refused_messages();
  const uint64_t receivers = (uint64_t)(load.opt.members - load.opt.slow);
  return load.count.deliveries >= accepted * receivers && (load.opt.mode != MODE_ACKS || load.count.acks >= accepted);
}

static double drain(void) {
  const uint64_t began = now_us(), until = began + (uint64_t)(load.opt.drain * 1e6);
  load.sending = false;
  while (!is_drained() && now_us() < until) {
    if (load.opt.slow > 0) slow_read(now_us());
    poll_once(now_us() + 20000);
  }
  return (double)(now_us() - began) / 1e6;
}

static bool report(double connect_s, double drain_s, const usage *server, const usage *own) {
  const double seconds = (double)(server->at_us - server_before.at_us) / 1e6;
  report_begin();
  report_number("connections", load.conn_count);
  report_number("connectPerSecond", load.conn_count / connect_s);
  report_number("windowSeconds", seconds);
  report_number("deliveriesPerSecond", (double)load.count.window_deliveries / seconds);
  report_number("messagesPerSecond", (double)load.count.window_messages / seconds);
  report_number("acksPerSecond", (double)load.count.window_acks / seconds);
  report_histogram("latencyUs", &load.latency);
  report_histogram("ackLatencyUs", &load.ack_latency);
  report_number("serverCpuSeconds", server->cpu_s - server_before.cpu_s);
  report_number("cpuSecondsPerMillion", (server->cpu_s - server_before.cpu_s) / (double)(load.count.window_deliveries + 1) * 1e6);
  report_number("serverRssBytes", (double)server->rss_bytes);
  report_number("loadCpuShare", (own->cpu_s - own_before.cpu_s) / seconds);
  report_number("drainSeconds", drain_s);
  report_number("sent", (double)load.count.sent);
  report_number("accepted", (double)(load.count.sent - refused_messages()));
  return report_end(&checks);
}

void run_traffic(void) {
  uint64_t index = 0;
  const double connect_s = connect_all(0, load.conn_count, 60 + load.conn_count / 200.0);
  run_for(load.opt.settle, 0, &index); /* notices of joins die down */
  start_senders();
  const uint64_t began = now_us();
  run_for(load.opt.warmup, began, &index);
  server_before = server_usage();
  own_before = own_usage();
  load.measuring = true;
  run_for(load.opt.seconds, began, &index);
  load.measuring = false;
  const usage server = server_usage(), own = own_usage();
  const double drain_s = drain();
  if (load.opt.slow > 0) slow_finish();
  check_finish();
  if (!report(connect_s, drain_s, &server, &own)) die("the run does not count (see ok, errors and checks)");
}
