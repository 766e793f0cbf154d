/* The load generator: one process, one thread, raw sockets, epoll. What the parts share. */
#ifndef HUBBUB_LOAD_H
#define HUBBUB_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check.h"
#include "hist.h"

typedef enum { MODE_CLOSED, MODE_OPEN, MODE_ACKS, MODE_IDLE, MODE_STORM } run_mode;
typedef enum { WIRE_JSON, WIRE_SOCKET_IO } wire_kind;
typedef enum { READY_UPGRADE, READY_JOINED } ready_kind;
typedef enum { CONN_IDLE, CONN_CONNECTING, CONN_UPGRADING, CONN_JOINING, CONN_OPEN, CONN_CLOSED } conn_state;

enum { MAX_INFLIGHT = 1024, MAX_PIDS = 16, MAX_ERROR_CODES = 24, CODE_BYTES = 32 };

typedef struct {
  const char *name, *host, *path, *resume_path;
  run_mode mode;
  wire_kind wire;
  ready_kind ready;
  int port, rooms, members, senders, inflight, content_bytes, connecting;
  double rate, warmup, seconds, drain, settle;
  int slow, slow_bytes_per_s;
  int backlog;      /* storm: messages per room sent while everybody is away */
  bool resume;      /* storm: come back with join + since, and expect what was missed */
  bool check_order; /* every receiver of a room must have seen the same sequence */
  int pids[MAX_PIDS], pid_count;
} options;

typedef struct {
  int fd;
  uint32_t index, room;
  conn_state state;
  int32_t sender; /* index into load.senders, or -1 */
  bool wants_out, slow, cut, back;
  int close_code;
  uint8_t *in, *out;
  uint32_t in_len, in_cap, out_len, out_off, out_cap;
  pair_check *pairs; /* one per sender of the room */
  uint64_t order_hash, received;
  uint64_t seq;   /* storm: this connection's position */
  char epoch[64]; /* storm */
} conn;

typedef struct {
  conn *conn;
  uint32_t sent, outstanding;
  uint64_t sent_us[MAX_INFLIGHT]; /* acks: send time of message n at n % MAX_INFLIGHT, 0 once acked */
} sender;

typedef struct {
  char code[CODE_BYTES];
  uint64_t count;
} error_count;

/** Everything that is counted; the `window_` figures only inside the measured window. */
typedef struct {
  uint64_t deliveries, messages, acks, sent, stray_acks, misrouted, closed, connect_failed;
  uint64_t window_deliveries, window_messages, window_acks;
  error_count errors[MAX_ERROR_CODES];
  int error_codes;
} counters;

typedef struct {
  options opt;
  conn *conns;
  int conn_count;
  sender *senders;
  int sender_count;
  int epoll;
  bool measuring, sending;
  counters count;
  histogram latency, ack_latency;
} load_state;

extern load_state load;

/* main.c */
uint64_t now_us(void);
__attribute__((noreturn)) void die(const char *what);

/* conn.c */
/** Opens connections [first, last), at most `opt.connecting` unfinished at a time. Seconds until all were ready; dies after `limit` seconds. */
double connect_all(int first, int last, double limit);
/** Starts (or restarts) one connection. */
void conn_start(conn *c);
/** A connection's path differs when it comes back after a storm. */
void conn_cut(conn *c);
int conns_connecting(void);
/** Waits for events at most until `until_us` and handles one batch. */
void poll_once(uint64_t until_us);
/** Reads once, at most so many bytes, and handles what came. */
void conn_read(conn *c, size_t at_most);
void conn_flush(conn *c);
/** Room for `bytes` more at the end of the out buffer. */
uint8_t *conn_reserve(conn *c, size_t bytes);

/* ws.c */
size_t ws_upgrade_request(char *to, size_t cap, const conn *c);
/** Appends one masked text or control frame to the out buffer (not flushed). */
void ws_append(conn *c, int opcode, const void *payload, size_t len);
typedef struct {
  const uint8_t *payload;
  size_t length, total; /* total: header and payload */
  int opcode;
} ws_frame;
/** False when `bytes` holds no whole frame yet. */
bool ws_parse(const uint8_t *bytes, size_t len, ws_frame *frame);

/* traffic.c */
void traffic_on_frame(conn *c, const uint8_t *payload, size_t len, uint64_t now);
void send_message(sender *s, uint64_t stamp_us);
void run_traffic(void);

/* slow.c */
void slow_read(uint64_t now);
void slow_finish(void);

/* storm.c */
void run_idle(void);
void run_storm(void);
void storm_on_ready(conn *c);
void storm_on_delivery(conn *c, const uint8_t *payload, size_t len);
void storm_on_joined(conn *c, const uint8_t *payload, size_t len);

/* report.c */
typedef struct {
  double cpu_s;
  uint64_t rss_bytes, at_us;
} usage;
usage server_usage(void);
usage own_usage(void);
void count_error(const uint8_t *payload, size_t len);
/** Error frames so far: each stands for one message that was not accepted. */
uint64_t refused_messages(void);
void report_begin(void);
void report_number(const char *key, double value);
void report_histogram(const char *key, const histogram *h);
/** Writes errors and checks, closes the line; true when the run counts. */
bool report_end(const check_result *checks);

#endif
