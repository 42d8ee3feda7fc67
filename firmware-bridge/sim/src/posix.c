/* The line as a pseudo-terminal, or as a TCP connection that is listened for or made again and again. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "port.h"

enum { OUT_SIZE = 8192 };

static struct {
  int line; /* -1: nobody there */
  int listener;
  const char *host; /* of --connect */
  int port;
  uint8_t out[OUT_SIZE];
  size_t waiting;
} io = {-1, -1, NULL, 0, {0}, 0};

static void leave(const char *what) {
  fprintf(stderr, "device: %s: %s\n", what, strerror(errno));
  exit(1);
}

uint64_t port_now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u;
}

static void be_nonblocking(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); }

static void open_pty(const char *path) {
  struct termios raw;
  int other;
  io.line = posix_openpt(O_RDWR | O_NOCTTY);
  if (io.line < 0 || grantpt(io.line) || unlockpt(io.line)) leave("no pseudo-terminal");
  /* Held open here too: otherwise reading fails whenever the host has closed its end. */
  other = open(ptsname(io.line), O_RDWR | O_NOCTTY);
  if (other < 0 || tcgetattr(other, &raw)) leave("no pseudo-terminal");
  cfmakeraw(&raw);
  tcsetattr(other, TCSANOW, &raw);
  unlink(path);
  if (symlink(ptsname(io.line), path)) leave(path);
  be_nonblocking(io.line);
}

static void listen_at(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  socklen_t size = sizeof address;
  int yes = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  io.listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(io.listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(io.listener, (struct sockaddr *)&address, size) || listen(io.listener, 1)) leave("cannot listen");
  getsockname(io.listener, (struct sockaddr *)&address, &size);
  printf("{\"event\":\"listening\",\"port\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);
  be_nonblocking(io.listener);
}

static void adopt(int fd) {
  int yes = 1;
  if (io.line >= 0) close(io.line);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  be_nonblocking(fd);
  io.line = fd;
  io.waiting = 0;
}

static void try_connect(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)io.port)};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  inet_pton(AF_INET, io.host, &address.sin_addr);
  if (connect(fd, (struct sockaddr *)&address, sizeof address))
    close(fd);
  else
    adopt(fd);
}

void port_open(int argc, char **argv) {
  const char *pty = option(argc, argv, "--pty", NULL);
  const char *listening = option(argc, argv, "--listen", NULL);
  const char *to = option(argc, argv, "--connect", NULL);
  signal(SIGPIPE, SIG_IGN); /* a line that is gone is an error of write */
  if (pty) {
    open_pty(pty);
  } else if (listening) {
    listen_at(atoi(listening));
  } else if (to && strchr(to, ':')) {
    io.host = strndup(to, (size_t)(strchr(to, ':') - to));
    io.port = atoi(strchr(to, ':') + 1);
  } else {
    fprintf(stderr, "device: no line: --pty PATH, --listen PORT or --connect ADDRESS:PORT\n");
    exit(2);
  }
}

static void flush_out(void) {
  ssize_t count;
  if (io.line < 0 || io.waiting == 0) return;
  count = write(io.line, io.out, io.waiting);
  if (count > 0) {
    io.waiting -= (size_t)count;
    memmove(io.out, io.out + count, io.waiting);
  }
}

static void lose_line(void) {
  close(io.line);
  io.line = -1;
  io.waiting = 0;
}

size_t port_read(uint8_t *bytes, size_t capacity) {
  ssize_t count;
  if (io.listener >= 0) {
    int fd = accept(io.listener, NULL, NULL);
    if (fd >= 0) adopt(fd);
  }
  if (io.line < 0) return 0;
  flush_out();
  count = read(io.line, bytes, capacity);
  if (count > 0) return (size_t)count;
  if (count == 0 || (errno != EAGAIN && errno != EINTR && errno != EIO)) lose_line();
  return 0;
}

uint8_t port_send(void *context, const uint8_t *line, uint16_t size) {
  (void)context;
  if (io.line < 0 || io.waiting + size > OUT_SIZE) return 0;
  memcpy(io.out + io.waiting, line, size);
  io.waiting += size;
  flush_out();
  return 1;
}

void port_wait(uint32_t ms) {
  struct pollfd fds[2] = {{io.line, (short)(POLLIN | (io.waiting ? POLLOUT : 0)), 0}, {io.listener, POLLIN, 0}};
  if (io.line < 0 && io.host) try_connect();
  poll(fds, 2, (int)ms);
}

int port_is_idle(void) { return io.waiting == 0; }
