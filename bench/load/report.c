/* Usage of processes out of /proc, counts of errors, and the one line of JSON. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "load.h"

static void add_process(int pid, usage *sum) {
  char path[64], line[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) return;
  const size_t n = fread(line, 1, sizeof line - 1, file);
  fclose(file);
  line[n] = '\0';
  /* The name may hold spaces and brackets: count fields from the last closing one. utime and stime cover all threads. */
  const char *rest = strrchr(line, ')');
  unsigned long user = 0, system = 0;
  long pages = 0;
  if (rest == NULL) return;
  sscanf(rest + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d %*d %*u %*u %ld", &user, &system, &pages);
  sum->cpu_s += (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
  sum->rss_bytes += (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

usage server_usage(void) {
  usage sum = {.at_us = now_us()};
  for (int i = 0; i < load.opt.pid_count; i++) add_process(load.opt.pids[i], &sum);
  return sum;
}

usage own_usage(void) {
  usage sum = {.at_us = now_us()};
  add_process(getpid(), &sum);
  return sum;
}

void count_error(const uint8_t *payload, size_t len) {
  char code[CODE_BYTES] = "unnamed";
  const uint8_t *at = memmem(payload, len, "\"code\":\"", 8);
  if (at != NULL) {
    size_t n = 0;
    for (at += 8; at < payload + len && *at != '"' && n < sizeof code - 1; at++) code[n++] = (char)*at;
    code[n] = '\0';
  }
  counters *count = &load.count;
  for (int i = 0; i < count->error_codes; i++) {
    if (strcmp(count->errors[i].code, code) != 0) continue;
    count->errors[i].count++;
    return;
  }
  if (count->error_codes == MAX_ERROR_CODES) die("more kinds of errors than there are");
  fprintf(stderr, "load: first %s: %.*s\n", code, (int)(len < 400 ? len : 400), (const char *)payload);
  strcpy(count->errors[count->error_codes].code, code);
  count->errors[count->error_codes++].count = 1;
}

uint64_t refused_messages(void) {
  uint64_t n = 0;
  for (int i = 0; i < load.count.error_codes; i++) n += load.count.errors[i].count;
  return n;
}

void report_begin(void) { printf("{\"mode\":\"%s\"", load.opt.name); }

void report_number(const char *key, double value) {
  if (value == (double)(int64_t)value) printf(",\"%s\":%lld", key, (long long)value);
  else printf(",\"%s\":%.4f", key, value);
}

void report_histogram(const char *key, const histogram *h) {
  if (h->count == 0) return;
  printf(",\"%s\":{\"count\":%llu,\"p50\":%.0f,\"p90\":%.0f,\"p99\":%.0f,\"p999\":%.0f,\"max\":%llu}", key, (unsigned long long)h->count,
         hist_quantile(h, 0.5), hist_quantile(h, 0.9), hist_quantile(h, 0.99), hist_quantile(h, 0.999), (unsigned long long)h->max);
}

static void report_slow(void) {
  printf(",\"slow\":[");
  const char *separator = "";
  for (int i = 0; i < load.conn_count; i++) {
    const conn *c = &load.conns[i];
    if (!c->slow) continue;
    const char *fate = c->state == CONN_OPEN ? "still open" : c->close_code > 0 ? "closed" : "reset";
    printf("%s{\"fate\":\"%s\",\"closeCode\":%d}", separator, fate, c->close_code);
    separator = ",";
  }
  printf("]");
}

bool report_end(const check_result *result) {
  const counters *count = &load.count;
  printf(",\"errors\":{");
  for (int i = 0; i < count->error_codes; i++)
    printf("%s\"%s\":%llu", i > 0 ? "," : "", count->errors[i].code, (unsigned long long)count->errors[i].count);
  printf("},\"checks\":{\"missing\":%llu,\"doubled\":%llu,\"outOfOrder\":%llu,\"roomsDisagreeing\":%llu,\"misrouted\":%llu,\"strayAcks\":%llu,\"closed\":%llu}",
         (unsigned long long)result->missing, (unsigned long long)result->doubled, (unsigned long long)result->out_of_order,
         (unsigned long long)result->rooms_disagreeing, (unsigned long long)count->misrouted, (unsigned long long)count->stray_acks,
         (unsigned long long)count->closed);
  if (load.opt.slow > 0) report_slow();
  const uint64_t wrong = result->missing + result->doubled + result->out_of_order + result->rooms_disagreeing + count->misrouted + count->stray_acks + count->closed;
  const bool ok = wrong == 0 && count->error_codes == 0;
  printf(",\"ok\":%s}\n", ok ? "true" : "false");
  fflush(stdout);
  return ok;
}
