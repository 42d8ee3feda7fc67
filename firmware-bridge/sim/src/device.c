/* A device with sensors that it invents or reads from a file. One JSON object a line on standard output. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flash.h"
#include "options.h"
#include "port.h"

typedef struct {
  device_options options;
  sc_link link;
  sc_slots slots;
  sc_forecaster forecaster;
  sc_model_info info;
  uint32_t boot_count;
  uint64_t due_ms; /* of the next reading */
  FILE *values;
  int drained;
} device;

enum { STATE_BYTES = 20480, SCRATCH_BYTES = 16384, FORECAST_VALUES = 2304 };

static sc_reading ring[MAX_RING];
static uint8_t rx[SC_CONTENT_MAX], tx[SC_LINE_MAX];
static uint32_t states[MAX_CHANNELS + 1][STATE_BYTES / 4], scratch[SCRATCH_BYTES / 4];
static float forecast[FORECAST_VALUES];
static sc_seen seen[MAX_CHANNELS];
static sc_forecaster_setup forecaster_setup = {0, (uint8_t *)states, STATE_BYTES, (uint8_t *)scratch, SCRATCH_BYTES,
                                               forecast, FORECAST_VALUES, seen};

/* splitmix64 of the sequence, as a number from 0 to 100: every bit of its mantissa is used. */
static double mixed(uint32_t sequence) {
  uint64_t z = sequence * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z ^= z >> 31;
  return (double)(z >> 11) / 9007199254740992.0 * 100.0;
}

static int next_value(device *d, uint32_t sequence, double *value) {
  char text[64];
  if (!d->values) {
    *value = mixed(sequence);
    return 1;
  }
  if (!fgets(text, sizeof text, d->values)) return 0;
  *value = strtod(text, NULL);
  return 1;
}

static void on_forecast(void *context, const uint8_t *p, uint8_t size) {
  uint8_t levels = sc_forecast_levels(p);
  (void)context;
  (void)size;
  printf("{\"event\":\"forecast\",\"sequence\":%lu,\"channel\":%u,\"horizon\":%u,\"first\":%u,\"values\":[",
         (unsigned long)(p[4] | p[5] << 8 | p[6] << 16 | (uint32_t)p[7] << 24), p[12], p[14], p[15]);
  for (uint8_t row = 0; row < p[16]; row++) {
    printf(row ? ",[" : "[");
    for (uint8_t level = 0; level < levels; level++)
      printf(level ? ",%.9g" : "%.9g", (double)sc_forecast_value(p, row, level));
    printf("]");
  }
  printf("]}\n");
  fflush(stdout);
}

static void use_model(device *d) {
  uint32_t size = 0;
  const uint8_t *blob = sc_slots_blob(&d->slots, &size);
  sc_slots_info(&d->slots, &d->info);
  sc_forecaster_open(&d->forecaster, &forecaster_setup, blob, size, d->info.sha256);
  sc_forecaster_info(&d->forecaster, &d->info);
  printf("{\"event\":\"model\",\"slot\":%u,\"state\":%u,\"version\":%lu}\n", d->info.slot, d->info.slot_state,
         (unsigned long)d->info.version);
  fflush(stdout);
}

static void on_model(void *context, sc_link *link, uint8_t type, const uint8_t *payload, uint8_t size) {
  device *d = context;
  if (type == SC_STATE_GET || type == SC_STATE_SET)
    sc_forecaster_message(&d->forecaster, link, type, payload, size);
  else if (sc_slots_message(&d->slots, link, type, payload, size))
    use_model(d);
  else
    sc_slots_info(&d->slots, &d->info);
}

static uint8_t accept(void *context, const uint8_t *blob, uint32_t size) {
  device *d = context;
  return sc_forecaster_accept(&d->forecaster, blob, size);
}

/* Without a pace of its own a device measures what it can keep; one that forecasts, what it can tell. */
static int has_room(const device *d) {
  if (d->link.next - d->link.first >= d->options.ring) return 0;
  return !d->forecaster.open || (d->link.joined && port_is_idle());
}

static void measure(device *d, uint64_t now) {
  const device_options *o = &d->options;
  for (;;) {
    uint32_t sequence = d->link.next;
    uint8_t channel;
    double value;
    if (sequence > o->count) return;
    if (o->every_ms == 0 ? !has_room(d) : now < d->due_ms) return;
    if (!next_value(d, sequence, &value)) {
      d->options.count = sequence - 1;
      return;
    }
    channel = (uint8_t)((sequence - 1) % o->channel_count);
    d->due_ms += o->every_ms;
    if (!sc_link_reading(&d->link, channel, value, now)) exit(1);
    sc_forecaster_observe(&d->forecaster, &d->link, channel, sequence, value, now);
  }
}

static void note_drained(device *d) {
  int drained = d->link.next > d->options.count && d->link.first == d->link.next;
  if (drained && !d->drained) {
    sc_stats stats;
    sc_link_stats(&d->link, &stats);
    printf("{\"event\":\"drained\",\"readings\":%lu,\"dropped\":%lu,\"resent\":%lu,\"crcErrors\":%lu}\n",
           (unsigned long)stats.readings, (unsigned long)stats.dropped, (unsigned long)stats.resent,
           (unsigned long)stats.crc_errors);
    fflush(stdout);
  }
  d->drained = drained;
}

/* Counts boots in the flash folder, as a device does in its non-volatile memory. */
static uint32_t count_boot(const char *folder) {
  char path[512];
  unsigned long count = 0;
  FILE *file;
  if (!folder) return 0;
  snprintf(path, sizeof path, "%s/boots", folder);
  file = fopen(path, "r");
  if (file) {
    if (fscanf(file, "%lu", &count) != 1) count = 0;
    fclose(file);
  }
  count++;
  file = fopen(path, "w");
  if (!file) {
    fprintf(stderr, "device: cannot write %s\n", path);
    exit(1);
  }
  fprintf(file, "%lu\n", count);
  fclose(file);
  return (uint32_t)count;
}

static uint32_t boot_id(const device *d) {
  uint32_t id = sc_crc32(SC_CRC32_START, (const uint8_t *)d->options.id, strlen(d->options.id));
  id ^= (d->boot_count ? d->boot_count : (uint32_t)port_now_ms()) * 2654435761u;
  return d->options.boot ? d->options.boot : id ? id : 1;
}

int main(int argc, char **argv) {
  static device d;
  static sc_link_setup setup;
  static sc_flash flash = {&d, SLOT_BYTES, LOG_BYTES, flash_erase, flash_write, flash_map, accept};
  static uint8_t bytes[512];
  read_options(argc, argv, &d.options);
  d.info.slot = SC_NO_SLOT;
  d.boot_count = count_boot(d.options.flash);
  if (d.options.values && !(d.values = fopen(d.options.values, "r"))) {
    fprintf(stderr, "device: cannot read %s\n", d.options.values);
    return 1;
  }
  setup.id = d.options.id;
  setup.firmware = d.options.firmware;
  setup.channels = d.options.channels;
  setup.channel_count = d.options.channel_count;
  setup.reset_reason = SC_RESET_POWER;
  setup.boot_count = d.boot_count;
  setup.rx = rx;
  setup.tx = tx;
  setup.rx_size = sizeof rx;
  setup.tx_size = sizeof tx;
  setup.ring = ring;
  setup.ring_size = d.options.ring;
  setup.context = &d;
  setup.send = port_send;
  setup.forecast = on_forecast;
  port_open(argc, argv);
  sc_link_init(&d.link, &setup, &d.info, boot_id(&d), d.options.flash ? SC_HAS_SLOTS | SC_FORECASTS : 0);
  printf("{\"event\":\"boot\",\"id\":\"%s\",\"boot\":%lu}\n", d.options.id, (unsigned long)d.link.boot);
  fflush(stdout);
  if (d.options.flash) {
    forecaster_setup.channels = d.options.channel_count;
    d.forecaster.setup = &forecaster_setup;
    flash_open(d.options.flash, d.options.cut);
    sc_slots_boot(&d.slots, &flash);
    use_model(&d);
    setup.model = on_model;
  }
  d.due_ms = port_now_ms();
  while (!(d.options.leaves && d.drained && port_is_idle())) {
    size_t count = port_read(bytes, sizeof bytes);
    sc_link_receive(&d.link, bytes, count, port_now_ms());
    measure(&d, port_now_ms());
    sc_link_poll(&d.link, port_now_ms());
    note_drained(&d);
    if (count == 0) port_wait(20);
  }
  return 0;
}
