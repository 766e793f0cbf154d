/* One inbound message: find the content, validate it, stamp it, frame it once. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hub.h"

enum { MAX_CODE_POINTS = 1000, OUT_BYTES = 8192 };

static uint64_t random64(void) {
  static uint64_t state = 0x2545f4914f6cdd1dull;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static void write_uuid(char to[37]) {
  const uint64_t a = random64(), b = random64();
  uint8_t raw[16];
  memcpy(raw, &a, 8);
  memcpy(raw + 8, &b, 8);
  raw[6] = (raw[6] & 15) | 0x40;
  raw[8] = (raw[8] & 63) | 0x80;
  for (int i = 0, at = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) to[at++] = '-';
    to[at++] = "0123456789abcdef"[raw[i] >> 4];
    to[at++] = "0123456789abcdef"[raw[i] & 15];
  }
  to[36] = '\0';
}

/* ISO 8601 in milliseconds, rewritten only when the millisecond is another one. */
static const char *timestamp(void) {
  static char text[32];
  static int64_t last = -1;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  const int64_t ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
  if (ms == last) return text;
  struct tm parts;
  gmtime_r(&now.tv_sec, &parts);
  strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  snprintf(text + 19, sizeof text - 19, ".%03dZ", (int)(ms % 1000));
  last = ms;
  return text;
}

/* Length of the JSON string that starts at `text` (behind its quote), or -1: unterminated, empty, too long, a raw control character. */
static int content_length(const uint8_t *text, size_t len) {
  int points = 0;
  for (size_t i = 0; i < len; i++) {
    if (text[i] == '"') return points > 0 && points <= MAX_CODE_POINTS ? (int)i : -1;
    if (text[i] < 0x20) return -1;
    if (text[i] == '\\') i++;
    if ((text[i] & 0xc0) != 0x80) points++;
  }
  return -1;
}

static size_t write_header(uint8_t *to, size_t payload) {
  to[0] = 0x81;
  if (payload < 126) {
    to[1] = (uint8_t)payload;
    return 2;
  }
  to[1] = 126;
  to[2] = (uint8_t)(payload >> 8);
  to[3] = (uint8_t)payload;
  return 4;
}

static void refuse(client *c, const char *code) {
  char text[128];
  uint8_t frame[160];
  const size_t len = (size_t)snprintf(text, sizeof text, "{\"type\":\"error\",\"code\":\"%s\"}", code), header = write_header(frame, len);
  memcpy(frame + header, text, len);
  reply(c, frame, header + len);
}

static void acknowledge(client *c, const uint8_t *text, size_t len, const char *id) {
  const uint8_t *ref = memmem(text, len, "\"ref\":", 6);
  if (ref == NULL) return;
  char answer[256];
  uint8_t frame[300];
  const int digits = (int)strspn((const char *)ref + 6, "0123456789");
  const size_t n = (size_t)snprintf(answer, sizeof answer, "{\"type\":\"ack\",\"ref\":%.*s,\"messageId\":\"%s\",\"roomId\":\"%s\",\"seq\":%llu}", digits > 18 ? 18 : digits,
                                    ref + 6, id, c->room->id, (unsigned long long)c->room->seq);
  const size_t header = write_header(frame, n);
  memcpy(frame + header, answer, n);
  reply(c, frame, header + n);
}

void on_message(client *c, const uint8_t *text, size_t len) {
  const uint8_t *key = memmem(text, len, "\"content\":\"", 11);
  if (key == NULL || memmem(text, len, "\"type\":\"chat\"", 13) == NULL) {
    refuse(c, "bad_frame");
    return;
  }
  const uint8_t *content = key + 11;
  const int content_bytes = content_length(content, len - (size_t)(content - text));
  if (content_bytes < 0) {
    refuse(c, "content_invalid");
    return;
  }
  char id[37];
  uint8_t frame[OUT_BYTES];
  write_uuid(id);
  c->room->seq++;
  char *payload = (char *)frame + 4; /* always over 125 bytes, so the header has four */
  const int n = snprintf(payload, OUT_BYTES - 4,
                         "{\"messageId\":\"%s\",\"roomId\":\"%s\",\"type\":\"chat\",\"userId\":\"%s\",\"username\":\"%s\",\"content\":\"%.*s\",\"timestamp\":\"%s\",\"seq\":%llu}",
                         id, c->room->id, c->user, c->name, content_bytes, (const char *)content, timestamp(), (unsigned long long)c->room->seq);
  write_header(frame, (size_t)n);
  deliver(c->room, frame, (size_t)n + 4);
  acknowledge(c, text, len, id);
}
