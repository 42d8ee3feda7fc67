/* Counts what holds and names what does not; one JSON object at the end. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static unsigned long checks, failures;

static void check_that(int holds, const char *what, const char *where, int line) {
  checks++;
  if (holds) return;
  failures++;
  fprintf(stderr, "%s:%d: %s\n", where, line, what);
}

#define CHECK(condition) check_that((condition) != 0, #condition, __FILE__, __LINE__)

static int report(void) {
  printf("{\"checks\":%lu,\"failures\":%lu}\n", checks, failures);
  return failures > 0;
}

#endif
