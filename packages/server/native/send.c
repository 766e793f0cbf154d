// One send(2) without Node's stream in front of it: docs/adr/0005-hand-bytes-to-the-kernel-natively.md.
// Node-API is the same in every Node, so a C compiler is all that the build needs.
#include <errno.h>
#include <node_api.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifndef MSG_NOSIGNAL // macOS, where Node itself ignores SIGPIPE
#define MSG_NOSIGNAL 0
#endif

static napi_value refuse(napi_env env) {
  napi_throw_type_error(env, NULL, "send(fd, bytes): a descriptor and a Uint8Array");
  return NULL;
}

// send(fd: number, bytes: Uint8Array): number. The bytes that the kernel took, or -errno. Never waits, raises no SIGPIPE.
static napi_value direct_send(napi_env env, napi_callback_info call) {
  size_t count = 2;
  napi_value arguments[2];
  int32_t fd;
  napi_typedarray_type type;
  size_t length;
  void *bytes;
  if (napi_get_cb_info(env, call, &count, arguments, NULL, NULL) != napi_ok || count < 2) return refuse(env);
  if (napi_get_value_int32(env, arguments[0], &fd) != napi_ok || fd < 0) return refuse(env);
  if (napi_get_typedarray_info(env, arguments[1], &type, &length, &bytes, NULL, NULL) != napi_ok) return refuse(env);
  if (type != napi_uint8_array || length > INT32_MAX) return refuse(env);
  ssize_t taken;
  do taken = send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (taken < 0 && errno == EINTR);
  napi_value result;
  return napi_create_int32(env, taken < 0 ? -errno : (int32_t)taken, &result) == napi_ok ? result : NULL;
}

NAPI_MODULE_INIT() {
  napi_value send_function;
  if (napi_create_function(env, "send", NAPI_AUTO_LENGTH, direct_send, NULL, &send_function) != napi_ok) return NULL;
  if (napi_set_named_property(env, exports, "send", send_function) != napi_ok) return NULL;
  return exports;
}
