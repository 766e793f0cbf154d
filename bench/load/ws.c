/* The little of RFC 6455 that a well-behaved client needs: upgrade request, masked frames out, frame headers in. */
#include <stdio.h>
#include <string.h>

#include "load.h"

/* Copies the path template, `{u}` replaced by the connection's number (five digits) and `{r}` by its room's. */
static size_t expand_path(char *to, size_t cap, const char *path, const conn *c) {
  size_t n = 0;
  while (*path != '\0' && n + 16 < cap) {
    const bool user = strncmp(path, "{u}", 3) == 0, room = strncmp(path, "{r}", 3) == 0;
    if (user || room) {
      n += (size_t)sprintf(to + n, "%05u", user ? c->index : c->room);
      path += 3;
    } else {
      to[n++] = *path++;
    }
  }
  to[n] = '\0';
  return n;
}

size_t ws_upgrade_request(char *to, size_t cap, const conn *c) {
  char path[1024];
  expand_path(path, sizeof path, c->cut && load.opt.resume ? load.opt.resume_path : load.opt.path, c);
  return (size_t)snprintf(to, cap,
                          "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                          path, load.opt.host, load.opt.port);
}

static uint32_t next_mask(void) {
  static uint32_t state = 0x9e3779b9;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

static void copy_masked(uint8_t *to, const uint8_t *from, size_t len, uint32_t mask) {
  const uint64_t wide = ((uint64_t)mask << 32) | mask;
  size_t i = 0;
  for (; i + 8 <= len; i += 8) {
    uint64_t word;
    memcpy(&word, from + i, 8);
    word ^= wide;
    memcpy(to + i, &word, 8);
  }
  for (; i < len; i++) to[i] = from[i] ^ (uint8_t)(mask >> (8 * (i & 3)));
}

void ws_append(conn *c, int opcode, const void *payload, size_t len) {
  if (len > 65535) die("an outgoing frame over 64 KiB");
  uint8_t *to = conn_reserve(c, len + 8);
  size_t n = 0;
  to[n++] = (uint8_t)(0x80 | opcode);
  if (len < 126) {
    to[n++] = (uint8_t)(0x80 | len);
  } else {
    to[n++] = 0x80 | 126;
    to[n++] = (uint8_t)(len >> 8);
    to[n++] = (uint8_t)len;
  }
  const uint32_t mask = next_mask();
  memcpy(to + n, &mask, 4);
  n += 4;
  copy_masked(to + n, payload, len, mask);
  c->out_len += (uint32_t)(n + len);
}

bool ws_parse(const uint8_t *bytes, size_t len, ws_frame *frame) {
  if (len < 2) return false;
  size_t header = 2, payload = bytes[1] & 127;
  if (payload == 126) {
    if (len < 4) return false;
    payload = ((size_t)bytes[2] << 8) | bytes[3];
    header = 4;
  } else if (payload == 127) {
    if (len < 10) return false;
    payload = 0;
    for (int i = 2; i < 10; i++) payload = (payload << 8) | bytes[i];
    header = 10;
  }
  if (len - header < payload || len < header) return false;
  *frame = (ws_frame){.payload = bytes + header, .length = payload, .total = header + payload, .opcode = bytes[0] & 15};
  return true;
}
