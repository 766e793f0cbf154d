/* The upgrade: query parameters and the accept key (SHA-1 and base64, RFC 6455 section 4.2.2). */
#include <stdio.h>
#include <string.h>

#include "hub.h"

static uint32_t rotate(uint32_t x, int n) { return (x << n) | (x >> (32 - n)); }

static void sha1_block(uint32_t h[5], const uint8_t *block) {
  uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
  for (int i = 0; i < 16; i++) w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
  for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  for (int i = 0; i < 80; i++) {
    const uint32_t f = i < 20 ? (b & c) | (~b & d) : i < 40 ? b ^ c ^ d : i < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
    const uint32_t k = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? 0x8f1bbcdc : 0xca62c1d6;
    const uint32_t next = rotate(a, 5) + f + e + k + w[i];
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  h[0] += a;
  h[1] += b;
  h[2] += c;
  h[3] += d;
  h[4] += e;
}

/* For texts of at most 119 bytes: two blocks. */
static void sha1(const char *text, size_t len, uint8_t digest[20]) {
  uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  uint8_t blocks[128] = {0};
  const size_t total = len < 56 ? 64 : 128, bits = len * 8;
  memcpy(blocks, text, len);
  blocks[len] = 0x80;
  blocks[total - 2] = (uint8_t)(bits >> 8);
  blocks[total - 1] = (uint8_t)bits;
  for (size_t at = 0; at < total; at += 64) sha1_block(h, blocks + at);
  for (int i = 0; i < 20; i++) digest[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}

static void base64(const uint8_t digest[20], char out[29]) {
  static const char *digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0; i < 7; i++) {
    const uint32_t three = (uint32_t)digest[3 * i] << 16 | (uint32_t)digest[3 * i + 1] << 8 | (i < 6 ? digest[3 * i + 2] : 0);
    for (int k = 0; k < 4; k++) out[4 * i + k] = digits[(three >> (18 - 6 * k)) & 63];
  }
  out[27] = '=';
  out[28] = '\0';
}

static void parameter(const char *request, const char *name, char *to, size_t cap, const char *fallback) {
  const char *at = strstr(request, name), *line_end = strchr(request, '\r');
  if (at == NULL || (line_end != NULL && at > line_end)) {
    snprintf(to, cap, "%s", fallback);
    return;
  }
  at += strlen(name);
  snprintf(to, cap, "%.*s", (int)strcspn(at, "& \r"), at);
}

bool handshake(client *c, const char *request, char room_id[72], char *answer, size_t cap) {
  const char *key = strstr(request, "Sec-WebSocket-Key: ");
  if (key == NULL) return false;
  char joined[96], accept[29];
  uint8_t digest[20];
  parameter(request, "userId=", c->user, sizeof c->user, "anonymous");
  parameter(request, "username=", c->name, sizeof c->name, "Anonymous");
  parameter(request, "room=", room_id, 72, "global");
  const int len = snprintf(joined, sizeof joined, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key + 19);
  sha1(joined, (size_t)len, digest);
  base64(digest, accept);
  snprintf(answer, cap, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
  return true;
}
