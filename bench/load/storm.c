/* Connections that mostly wait: W5 (idle) and W6 (all cut at once, back as fast as the server lets them). */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

enum { FIRST_MESSAGES = 5 };

static uint64_t cut_us;
static int back_count, not_recovered;

static void wait_for(double seconds) {
  const uint64_t until = now_us() + (uint64_t)(seconds * 1e6);
  while (now_us() < until) poll_once(until);
}

void run_idle(void) {
  wait_for(1);
  const usage before = server_usage();
  const double connect_s = connect_all(0, load.conn_count, 120);
  wait_for(load.opt.settle);
  const usage after = server_usage();
  wait_for(load.opt.seconds); /* what merely being there costs: pings, notices */
  const usage later = server_usage();
  report_begin();
  report_number("connections", load.conn_count);
  report_number("connectPerSecond", load.conn_count / connect_s);
  report_number("rssBytesBefore", (double)before.rss_bytes);
  report_number("rssBytesAfter", (double)after.rss_bytes);
  report_number("rssBytesLater", (double)later.rss_bytes);
  report_number("bytesPerConnection", ((double)after.rss_bytes - (double)before.rss_bytes) / load.conn_count);
  report_number("bytesPerConnectionLater", ((double)later.rss_bytes - (double)before.rss_bytes) / load.conn_count);
  report_number("connectCpuSeconds", after.cpu_s - before.cpu_s);
  report_number("idleCpuShare", (later.cpu_s - after.cpu_s) / ((double)(later.at_us - after.at_us) / 1e6));
  if (!report_end(&checks)) die("the run does not count (see errors and checks)");
}

static void mark_back(conn *c) {
  if (!c->cut || c->back) return;
  const pair_check *pair = &c->pairs[0];
  if (load.opt.resume && (c->state != CONN_OPEN || pair->last < load.senders[c->room].sent)) return;
  c->back = true;
  back_count++;
  hist_add(&load.latency, now_us() - cut_us);
}

/* Copies a JSON string or number that follows `key`; returns false when there is none. */
static bool value_after(const uint8_t *payload, size_t len, const char *key, char *to, size_t cap) {
  const uint8_t *at = memmem(payload, len, key, strlen(key));
  if (at == NULL) return false;
  at += strlen(key);
  if (*at == '"') at++;
  size_t n = 0;
  while (at < payload + len && *at != '"' && *at != ',' && *at != '}' && n < cap - 1) to[n++] = (char)*at++;
  to[n] = '\0';
  return true;
}

static uint64_t seq_of(const uint8_t *payload, size_t len) {
  char text[24] = "0";
  value_after(payload, len, "\"seq\":", text, sizeof text);
  return strtoull(text, NULL, 10);
}

void storm_on_joined(conn *c, const uint8_t *payload, size_t len) {
  value_after(payload, len, "\"epoch\":", c->epoch, sizeof c->epoch);
  if (!c->cut) c->seq = seq_of(payload, len);
  else if (memmem(payload, len, "\"recovered\":true", 16) == NULL) not_recovered++;
}

void storm_on_delivery(conn *c, const uint8_t *payload, size_t len) {
  const uint64_t seq = seq_of(payload, len);
  if (seq > c->seq) c->seq = seq;
  mark_back(c);
}

void storm_on_ready(conn *c) {
  if (c->state == CONN_OPEN) {
    mark_back(c);
    return;
  }
  char join[256];
  const int n = snprintf(join, sizeof join, "{\"type\":\"join\",\"roomId\":\"r%05u\",\"since\":{\"epoch\":\"%s\",\"seq\":%llu}}", c->room, c->epoch,
                         (unsigned long long)c->seq);
  ws_append(c, 1, join, (size_t)n);
}

static void write_to_every_room(int messages) {
  for (int i = 0; i < load.sender_count; i++) {
    for (int k = 0; k < messages; k++) send_message(&load.senders[i], now_us());
    conn_flush(load.senders[i].conn);
  }
}

static int cut_all_but_writers(void) {
  int n = 0;
  cut_us = now_us();
  for (int i = 0; i < load.conn_count; i++) {
    if (load.conns[i].sender >= 0) continue;
    conn_cut(&load.conns[i]);
    n++;
  }
  return n;
}

static void come_back(int wanted) {
  const uint64_t deadline = cut_us + (uint64_t)(load.opt.drain * 1e6);
  int next = 0;
  while (back_count < wanted && now_us() < deadline) {
    while (next < load.conn_count && conns_connecting() < load.opt.connecting) {
      if (load.conns[next].cut) conn_start(&load.conns[next]);
      next++;
    }
    poll_once(now_us() + 10000);
    for (int i = 0; load.count.connect_failed > 0 && i < load.conn_count; i++) { /* a refused one tries again, as any client would */
      if (load.conns[i].cut && load.conns[i].state == CONN_CLOSED && i < next) conn_start(&load.conns[i]);
    }
  }
}

void run_storm(void) {
  const double connect_s = connect_all(0, load.conn_count, 120);
  wait_for(load.opt.settle);
  write_to_every_room(FIRST_MESSAGES);
  wait_for(1.5);
  const usage before = server_usage();
  const int wanted = cut_all_but_writers();
  write_to_every_room(load.opt.backlog);
  come_back(wanted);
  wait_for(0.5); /* anything doubled would come now */
  const usage after = server_usage();
  if (load.opt.resume) check_finish();
  report_begin();
  report_number("connections", load.conn_count);
  report_number("connectPerSecond", load.conn_count / connect_s);
  report_number("cut", wanted);
  report_number("back", back_count);
  report_number("notRecovered", not_recovered);
  report_number("retriedConnects", (double)load.count.connect_failed);
  report_number("secondsTo50", hist_quantile(&load.latency, 0.5) / 1e6);
  report_number("secondsTo99", hist_quantile(&load.latency, 0.99) / 1e6);
  report_number("secondsToAll", (double)load.latency.max / 1e6);
  report_number("serverCpuSeconds", after.cpu_s - before.cpu_s);
  report_number("serverRssBytes", (double)after.rss_bytes);
  const bool whole = back_count == wanted && not_recovered == 0;
  if (!report_end(&checks) || !whole) die("the run does not count (see back, notRecovered, errors and checks)");
}
