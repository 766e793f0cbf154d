/* Options and the presets of the workloads. `load --help` lists them. Prints one line of JSON; exit 0 only when every check held. */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "load.h"

load_state load;

uint64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void die(const char *what) {
  fprintf(stderr, "load: %s\n", what);
  exit(1);
}

typedef struct {
  const char *name;
  run_mode mode;
  int rooms, members, senders, inflight;
  double rate;
  const char *meaning;
} preset;

static const preset PRESETS[] = {
    {"w1", MODE_CLOSED, 1, 1000, 10, 1, 0, "one room of 1,000, 10 closed-loop senders"},
    {"w1p", MODE_CLOSED, 1, 1000, 10, 16, 0, "the same, 16 messages in flight each"},
    {"w2", MODE_CLOSED, 1, 100, 100, 1, 0, "one room of 100, all send"},
    {"w3", MODE_CLOSED, 1000, 10, 1, 1, 0, "1,000 rooms of 10, a sender each"},
    {"w4", MODE_OPEN, 1, 1000, 10, 1, 50, "one room of 1,000, 50 messages/s open loop"},
    {"w5", MODE_IDLE, 19, 1000, 0, 1, 0, "19,000 idle connections in 19 rooms"},
    {"w6", MODE_STORM, 50, 101, 1, 1, 0, "5,000 connections cut at once, 50 writers stay"},
    {"w7", MODE_ACKS, 20, 10, 10, 1, 0, "200 senders with refs in 20 rooms of 10"},
    {"w7r", MODE_ACKS, 1, 200, 200, 1, 0, "200 senders with refs in one room"},
    {"w7l", MODE_ACKS, 1, 1, 1, 1, 0, "a lone sender with refs"},
};
enum { PRESET_COUNT = sizeof PRESETS / sizeof PRESETS[0] };

enum {
  OPT_PORT = 256, OPT_HOST, OPT_PATH, OPT_RESUME_PATH, OPT_WIRE, OPT_READY, OPT_ROOMS, OPT_MEMBERS, OPT_SENDERS, OPT_INFLIGHT, OPT_RATE,
  OPT_CONTENT, OPT_WARMUP, OPT_SECONDS, OPT_DRAIN, OPT_SETTLE, OPT_CONNECTING, OPT_PID, OPT_SLOW, OPT_SLOW_RATE, OPT_BACKLOG, OPT_RESUME,
  OPT_NO_ORDER, OPT_HELP
};

static const struct option OPTIONS[] = {
    {"port", 1, 0, OPT_PORT},         {"host", 1, 0, OPT_HOST},         {"path", 1, 0, OPT_PATH},
    {"resume-path", 1, 0, OPT_RESUME_PATH}, {"wire", 1, 0, OPT_WIRE},   {"ready", 1, 0, OPT_READY},
    {"rooms", 1, 0, OPT_ROOMS},       {"members", 1, 0, OPT_MEMBERS},   {"senders", 1, 0, OPT_SENDERS},
    {"inflight", 1, 0, OPT_INFLIGHT}, {"rate", 1, 0, OPT_RATE},         {"content", 1, 0, OPT_CONTENT},
    {"warmup", 1, 0, OPT_WARMUP},     {"seconds", 1, 0, OPT_SECONDS},   {"drain", 1, 0, OPT_DRAIN},
    {"settle", 1, 0, OPT_SETTLE},     {"connecting", 1, 0, OPT_CONNECTING}, {"pid", 1, 0, OPT_PID},
    {"slow", 1, 0, OPT_SLOW},         {"slow-rate", 1, 0, OPT_SLOW_RATE},   {"backlog", 1, 0, OPT_BACKLOG},
    {"resume", 0, 0, OPT_RESUME},     {"no-order-check", 0, 0, OPT_NO_ORDER}, {"help", 0, 0, OPT_HELP},
    {0, 0, 0, 0},
};

__attribute__((noreturn)) static void usage_and_exit(int code) {
  printf("load WORKLOAD --port N [options]\n\nworkloads (each figure can be changed by an option):\n");
  for (int i = 0; i < PRESET_COUNT; i++) printf("  %-4s %s\n", PRESETS[i].name, PRESETS[i].meaning);
  printf(
      "\n  --host IPV4 --path TEMPLATE   {u}: connection number, {r}: room number, both five digits\n"
      "  --wire json|socket.io         --ready upgrade|joined   when a connection counts as a member\n"
      "  --rooms --members --senders   members and senders are per room\n"
      "  --inflight N --rate PER_S --content BYTES\n"
      "  --settle S --warmup S --seconds S --drain S\n"
      "  --connecting N                unfinished handshakes at a time\n"
      "  --pid PID                     repeatable: processes whose CPU and memory are read\n"
      "  --slow N --slow-rate BYTES/S  members that read (almost) nothing\n"
      "  --resume --resume-path T --backlog N   w6: come back with join and since; messages per room missed meanwhile\n"
      "  --no-order-check              the server promises no common order\n");
  exit(code);
}

static const preset *preset_named(const char *name) {
  for (int i = 0; i < PRESET_COUNT; i++)
    if (strcmp(PRESETS[i].name, name) == 0) return &PRESETS[i];
  usage_and_exit(2);
}

static options defaults(const preset *p) {
  const bool waiting = p->mode == MODE_IDLE || p->mode == MODE_STORM;
  return (options){
      .name = p->name, .host = "127.0.0.1", .path = "/ws?userId=u{u}&username=u{u}&room=r{r}&history=0",
      .resume_path = "/ws?userId=u{u}&username=u{u}&room=&history=0",
      .mode = p->mode, .rooms = p->rooms, .members = p->members, .senders = p->senders, .inflight = p->inflight, .rate = p->rate,
      .content_bytes = 100, .connecting = p->mode == MODE_STORM ? 512 : 128, .warmup = 2, .seconds = 10, .drain = p->mode == MODE_STORM ? 60 : 15,
      .settle = waiting ? 3 : 0.5, .backlog = 10, .check_order = true,
  };
}

static void set_option(options *o, int key, const char *value) {
  switch (key) {
    case OPT_PORT: o->port = atoi(value); break;
    case OPT_HOST: o->host = value; break;
    case OPT_PATH: o->path = value; break;
    case OPT_RESUME_PATH: o->resume_path = value; break;
    case OPT_WIRE: o->wire = strcmp(value, "socket.io") == 0 ? WIRE_SOCKET_IO : WIRE_JSON; break;
    case OPT_READY: o->ready = strcmp(value, "joined") == 0 ? READY_JOINED : READY_UPGRADE; break;
    case OPT_ROOMS: o->rooms = atoi(value); break;
    case OPT_MEMBERS: o->members = atoi(value); break;
    case OPT_SENDERS: o->senders = atoi(value); break;
    case OPT_INFLIGHT: o->inflight = atoi(value); break;
    case OPT_RATE: o->rate = atof(value); break;
    case OPT_CONTENT: o->content_bytes = atoi(value); break;
    case OPT_WARMUP: o->warmup = atof(value); break;
    case OPT_SECONDS: o->seconds = atof(value); break;
    case OPT_DRAIN: o->drain = atof(value); break;
    case OPT_SETTLE: o->settle = atof(value); break;
    case OPT_CONNECTING: o->connecting = atoi(value); break;
    case OPT_PID: if (o->pid_count < MAX_PIDS) o->pids[o->pid_count++] = atoi(value); break;
    case OPT_SLOW: o->slow = atoi(value); break;
    case OPT_SLOW_RATE: o->slow_bytes_per_s = atoi(value); break;
    case OPT_BACKLOG: o->backlog = atoi(value); break;
    case OPT_RESUME: o->resume = true; o->ready = READY_JOINED; break;
    case OPT_NO_ORDER: o->check_order = false; break;
    case OPT_HELP: usage_and_exit(0);
    default: usage_and_exit(2);
  }
}

static void check_options(const options *o) {
  if (o->port <= 0 || o->rooms < 1 || o->members < 1 || o->senders > o->members || o->connecting < 1) usage_and_exit(2);
  if (o->content_bytes < MARKER_BYTES || o->content_bytes > 16000) die("--content is 32 to 16000");
  if (o->inflight < 1 || o->inflight >= MAX_INFLIGHT) die("--inflight is 1 to 1023");
  if (o->slow > 0 && (o->rooms != 1 || o->slow > o->members - o->senders)) die("--slow needs one room and members that do not send");
  if (o->mode == MODE_OPEN && o->rate <= 0) die("--rate is missing");
}

/* The first members of each room send; slow ones are the last of all. */
static void create_connections(void) {
  const options *o = &load.opt;
  load.conn_count = o->rooms * o->members;
  load.sender_count = o->rooms * o->senders;
  load.conns = calloc((size_t)load.conn_count, sizeof(conn));
  load.senders = calloc((size_t)load.sender_count + 1, sizeof(sender));
  pair_check *pairs = calloc((size_t)load.conn_count * (size_t)o->senders + 1, sizeof(pair_check));
  if (load.conns == NULL || load.senders == NULL || pairs == NULL) die("out of memory");
  for (int i = 0; i < load.conn_count; i++) {
    const int room = i / o->members, place = i % o->members;
    const bool sends = place < o->senders;
    load.conns[i] = (conn){.fd = -1, .index = (uint32_t)i, .room = (uint32_t)room, .sender = sends ? room * o->senders + place : -1,
                           .pairs = pairs + (size_t)i * (size_t)o->senders, .slow = i >= load.conn_count - o->slow};
    if (sends) load.senders[load.conns[i].sender].conn = &load.conns[i];
  }
}

int main(int argc, char **argv) {
  if (argc < 2 || strcmp(argv[1], "--help") == 0) usage_and_exit(argc < 2 ? 2 : 0);
  load.opt = defaults(preset_named(argv[1]));
  optind = 2;
  for (int key; (key = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1;) set_option(&load.opt, key, optarg);
  check_options(&load.opt);
  create_connections();
  load.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (load.opt.mode == MODE_IDLE) run_idle();
  else if (load.opt.mode == MODE_STORM) run_storm();
  else run_traffic();
  return 0;
}
