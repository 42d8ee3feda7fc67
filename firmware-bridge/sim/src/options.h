#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdint.h>

#include "stepcast.h"

enum { MAX_CHANNELS = 16, MAX_RING = 4096 };

typedef struct {
  const char *id;
  const char *firmware;
  const char *values; /* a file of one value a line, or NULL: mixed values of the sequence */
  const char *flash;  /* a folder for slots and boot count, or NULL */
  sc_channel channels[MAX_CHANNELS];
  uint8_t channel_count;
  uint16_t ring;
  uint32_t count;
  uint32_t every_ms; /* 0: whenever the ring has room */
  uint32_t boot;     /* 0: from the boot count */
  uint32_t cut;      /* flash operations until the power goes; 0: it stays */
  int leaves;        /* when all has been acknowledged */
} device_options;

/* The value of `--name` in the arguments, or `otherwise`. */
const char *option(int argc, char **argv, const char *name, const char *otherwise);

void read_options(int argc, char **argv, device_options *options);

#endif
