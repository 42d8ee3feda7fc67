/*
 * A slow or stalled disk, for LD_PRELOAD: fsync and fdatasync of files in STALL_DIR take STALL_MS longer, and do not return
 * while the file STALL_FLAG exists.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void stall(int fd) {
  const char *dir = getenv("STALL_DIR"), *flag = getenv("STALL_FLAG"), *ms = getenv("STALL_MS");
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (!dir || length <= 0) return;
  path[length] = 0;
  if (strncmp(path, dir, strlen(dir)) != 0) return;
  if (ms) usleep(1000 * (useconds_t)atoi(ms));
  while (flag && access(flag, F_OK) == 0) usleep(10000);
}

int fsync(int fd) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fsync");
  stall(fd);
  return real(fd);
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
  stall(fd);
  return real(fd);
}
