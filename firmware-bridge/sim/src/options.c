#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const known[] = {"--id",   "--firmware", "--values", "--flash", "--channels", "--ring",
                                    "--count", "--every",    "--step",   "--boot",  "--leave",    "--pty",
                                    "--listen", "--connect", "--cut"};

const char *option(int argc, char **argv, const char *name, const char *otherwise) {
  for (int i = 1; i + 1 < argc; i += 2)
    if (strcmp(argv[i], name) == 0) return argv[i + 1];
  return otherwise;
}

static void refuse(const char *what, const char *which) {
  fprintf(stderr, "device: %s: %s (firmware-bridge/sim/README.md has the options)\n", what, which);
  exit(2);
}

static uint32_t number(int argc, char **argv, const char *name, uint32_t otherwise, uint32_t most) {
  const char *text = option(argc, argv, name, NULL);
  char *end;
  unsigned long value;
  if (!text) return otherwise;
  value = strtoul(text, &end, 10);
  if (*text == 0 || *end || value > most) refuse("not a number it takes", text);
  return (uint32_t)value;
}

static char *copied(const char *from, size_t size) {
  char *text = malloc(size + 1);
  memcpy(text, from, size);
  text[size] = 0;
  return text;
}

/* `name:unit,name:unit` */
static void read_channels(const char *text, uint32_t step_ms, device_options *o) {
  while (*text) {
    size_t size = strcspn(text, ",");
    const char *colon = memchr(text, ':', size);
    sc_channel *channel = &o->channels[o->channel_count];
    if (o->channel_count++ == MAX_CHANNELS) refuse("more channels than it has", text);
    channel->step_ms = step_ms;
    channel->name = copied(text, colon ? (size_t)(colon - text) : size);
    channel->unit = colon ? copied(colon + 1, size - (size_t)(colon + 1 - text)) : "";
    text += size + (text[size] == ',');
  }
}

void read_options(int argc, char **argv, device_options *o) {
  memset(o, 0, sizeof *o);
  for (int i = 1; i < argc; i += 2) {
    size_t at = 0;
    while (at < sizeof known / sizeof *known && strcmp(argv[i], known[at]) != 0) at++;
    if (at == sizeof known / sizeof *known) refuse("unknown option", argv[i]);
    if (i + 1 == argc) refuse("no value behind", argv[i]);
  }
  o->id = option(argc, argv, "--id", "sim-1");
  o->firmware = option(argc, argv, "--firmware", "sim 1.0");
  o->values = option(argc, argv, "--values", NULL);
  o->flash = option(argc, argv, "--flash", NULL);
  o->ring = (uint16_t)number(argc, argv, "--ring", 64, MAX_RING);
  if (o->ring == 0) refuse("not a number it takes", "0");
  o->count = number(argc, argv, "--count", 0xFFFFFFF0u, 0xFFFFFFF0u);
  o->every_ms = number(argc, argv, "--every", 1000, 86400000u);
  o->boot = number(argc, argv, "--boot", 0, 0xFFFFFFFFu);
  o->cut = number(argc, argv, "--cut", 0, 0xFFFFFFFFu);
  o->leaves = strcmp(option(argc, argv, "--leave", "no"), "yes") == 0;
  read_channels(option(argc, argv, "--channels", "temperature:°C"), number(argc, argv, "--step", 0, 86400000u), o);
}
