/*
 * fuzz FRAMES SEED: sound messages with random fields, bytes flipped, cut, put in and left out, and plain noise, into a
 * device with slots. Whatever comes, its ring and its counters stay in order and it answers the next sound message.
 */
#include <stdlib.h>

#include "bench.h"
#include "sc_check.h"

enum { SLOT = 2048, LOG = 64 };

static const uint8_t kinds[] = {SC_HOST_HELLO, SC_ACK,        SC_HOST_FORECAST, SC_TIME_GET,     SC_TIME_SET,
                                SC_HOST_NAK,   SC_MODEL_BEGIN, SC_MODEL_CHUNK,  SC_MODEL_END,    SC_MODEL_COMMIT,
                                SC_MODEL_CONFIRM, SC_STATE_GET, SC_STATE_SET,   0x7F,            0xBF};
static const uint8_t sizes[] = {32, 14, 42, 4, 24, 6, 48, 100, 4, 4, 5, 4, 60, 9, 9};
enum { KINDS = sizeof kinds };

static uint32_t areas[4][SLOT / 4];
static uint64_t seed;
static sc_slots slots;
static uint32_t states[3][64], scratch[64];
static float forecast[64];
static sc_seen seen[2];
static const sc_forecaster_setup memory = {2, (uint8_t *)states, sizeof states[0], (uint8_t *)scratch, sizeof scratch,
                                           forecast, 64, seen};
static sc_forecaster forecaster;

static uint32_t draw(uint32_t below) {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (uint32_t)((seed >> 16) % below);
}

static uint8_t erase(void *context, uint8_t area) {
  (void)context;
  memset(areas[area], 0xFF, area <= SC_AREA_SLOT_B ? SLOT : LOG);
  return 1;
}

static uint8_t write(void *context, uint8_t area, uint32_t offset, const uint8_t *bytes, uint16_t size) {
  (void)context;
  if (offset + size > (area <= SC_AREA_SLOT_B ? (uint32_t)SLOT : (uint32_t)LOG)) abort();
  memcpy((uint8_t *)areas[area] + offset, bytes, size);
  return draw(200) > 0;
}

static const uint8_t *map(void *context, uint8_t area) {
  (void)context;
  return (const uint8_t *)areas[area];
}

static uint8_t accept(void *context, const uint8_t *blob, uint32_t size) {
  uint8_t answer = sc_forecaster_accept(&forecaster, blob, size);
  (void)context;
  return draw(4) ? 0 : answer; /* noise is no model: let most of it pass, to get further */
}

static const sc_flash flash = {NULL, SLOT, LOG, erase, write, map, accept};

static void on_model(void *context, sc_link *on, uint8_t type, const uint8_t *payload, uint8_t size) {
  (void)context;
  if (type == SC_STATE_GET || type == SC_STATE_SET) {
    sc_forecaster_message(&forecaster, on, type, payload, size);
  } else if (sc_slots_message(&slots, on, type, payload, size)) {
    uint32_t blob_size = 0;
    const uint8_t *blob = sc_slots_blob(&slots, &blob_size);
    sc_slots_info(&slots, &info);
    sc_forecaster_open(&forecaster, &memory, blob, blob_size, info.sha256);
  }
}

/* A blob of nothing but A, as it should be described, or nearly. */
static void likely_model(uint8_t *p) {
  uint8_t blob[300];
  uint32_t size = 1 + draw(sizeof blob);
  memset(blob, 'A', sizeof blob);
  sc_set_u32(p, 1 + draw(5));
  sc_set_u32(p + 8, size);
  sc_set_u32(p + 12, sc_crc32(SC_CRC32_START, blob, size));
  sc_sha256(blob, size, p + 16);
  if (draw(8) == 0) p[draw(48)] ^= 1;
}

/* Fields near what would be right reach further than noise. */
static void likely_fields(uint8_t type, uint8_t *p, uint8_t size) {
  for (uint8_t i = 0; i < SC_PAYLOAD_MAX; i++) p[i] = (uint8_t)draw(256);
  if (type == SC_HOST_HELLO) {
    memset(p + 8, 0, 24);
    p[0] = 1;
    p[1] = (uint8_t)(1 + draw(3));
    p[8] = 'h';
  } else if (type == SC_ACK) {
    sc_set_u32(p, draw(10) ? BOOT : draw(1000));
    sc_set_u32(p + 4, link.first + draw(3));
    sc_set_u32(p + 8, link.first + 2 + draw(RING));
  } else if (type == SC_HOST_NAK) {
    p[0] = (uint8_t)draw(9);
    sc_set_u32(p + 2, link.first + draw(2 * RING) - RING / 2);
  } else if (type == SC_HOST_FORECAST) {
    p[13] = (uint8_t)(1 + draw(3));
    p[16] = (uint8_t)(1 + draw(2));
    p[15] = 1;
  } else if (type >= SC_MODEL_BEGIN && type <= SC_MODEL_CONFIRM) {
    sc_set_u32(p, draw(8) ? slots.transfer : draw(4));
    if (type == SC_MODEL_BEGIN) likely_model(p);
    if (type == SC_MODEL_CHUNK) sc_set_u32(p + 4, slots.offset);
    if (type == SC_MODEL_CHUNK && draw(20)) memset(p + 8, 'A', size - 8u);
    if (type == SC_MODEL_CONFIRM) p[4] &= 1;
  } else if (type >= SC_STATE_GET) {
    memset(p, 0, 14);
    p[0] = (uint8_t)draw(3);
    p[4] = 38;
  }
}

/* Any kind, but rather what comes next in a push that is under way. */
static uint32_t draw_kind(void) {
  uint8_t wanted = slots.offset < slots.size ? SC_MODEL_CHUNK : slots.complete ? SC_MODEL_COMMIT : SC_MODEL_END;
  uint32_t kind = draw(KINDS);
  if (slots.transfer != 0 && draw(2))
    for (kind = 0; kinds[kind] != wanted;) kind++;
  return kind;
}

static uint16_t make_frame(uint8_t *line, uint8_t *spoilt) {
  uint8_t payload[SC_PAYLOAD_MAX];
  sc_writer w;
  uint32_t kind = draw_kind();
  uint8_t size = sizes[kind];
  uint16_t length;
  if (kinds[kind] == SC_MODEL_CHUNK && slots.size - slots.offset < 92) size = (uint8_t)(8 + slots.size - slots.offset);
  likely_fields(kinds[kind], payload, size);
  if (draw(10) == 0) size = (uint8_t)draw(SC_PAYLOAD_MAX);
  sc_frame_begin(&w, line, SC_LINE_MAX, draw(20) ? 1 : (uint8_t)draw(256), kinds[kind]);
  sc_put_bytes(&w, payload, size);
  length = sc_frame_end(&w);
  *spoilt = 1;
  switch (draw(6)) {
    case 0:
      line[draw(length)] ^= (uint8_t)(1u << draw(8));
      break;
    case 1:
      length = (uint16_t)draw(length);
      break;
    case 2:
      for (uint16_t i = 0; i < length; i++) line[i] = (uint8_t)draw(256);
      break;
    case 3:
      line[draw(length)] = 0;
      break;
    default:
      *spoilt = 0;
  }
  return length;
}

static void stays_in_order(void) {
  uint32_t used = link.next - link.first;
  CHECK(used <= RING && link.head < RING);
  CHECK(link.cursor >= link.first && link.cursor <= link.next && link.highest <= link.next);
}

int main(int argc, char **argv) {
  unsigned long frames = argc > 1 ? strtoul(argv[1], NULL, 10) : 200000;
  unsigned long joins = 0, trials = 0, spoilt_frames = 0;
  sc_stats stats;
  seed = 0x9E3779B97F4A7C15u ^ (argc > 2 ? strtoull(argv[2], NULL, 10) : 1);
  setup.model = on_model;
  memset(areas, 0xFF, sizeof areas);
  start();
  forecaster.setup = &memory;
  sc_slots_boot(&slots, &flash);
  for (unsigned long i = 0; i < frames; i++) {
    uint8_t line[SC_LINE_MAX], spoilt;
    uint16_t length = make_frame(line, &spoilt);
    spoilt_frames += spoilt;
    for (uint16_t at = 0; at < length;) {
      uint16_t piece = (uint16_t)(1 + draw(length));
      if (piece > length - at) piece = (uint16_t)(length - at);
      sc_link_receive(&link, line + at, piece, now);
      at = (uint16_t)(at + piece);
    }
    if (draw(3) == 0) sc_link_reading(&link, (uint8_t)draw(3), draw(100), now);
    if (draw(2) == 0) poll_after(draw(400));
    if (draw(50) == 0) host_hello(1 + draw(3), 1, 1);
    if (draw(500) == 0) sc_slots_boot(&slots, &flash);
    joins += link.joined;
    trials += slots.trial != SC_NO_SLOT;
    room = draw(30);
    forget();
    stays_in_order();
  }
  sc_link_receive(&link, (const uint8_t *)"", 1, now);
  CHECK(frames < 100000 || trials > 0);
  room = MOST_SENT;
  host_hello(99, 1, 1);
  CHECK(count_of(SC_HELLO) == 1 && link.joined);
  sc_link_stats(&link, &stats);
  fprintf(stderr, "%lu frames, %lu of them spoilt: %lu good, %lu with a wrong CRC, %lu malformed, %lu too long; joined during %lu, a model in trial during %lu\n",
          frames, spoilt_frames, (unsigned long)stats.frames, (unsigned long)stats.crc_errors,
          (unsigned long)stats.malformed, (unsigned long)stats.overruns, joins,
          trials);
  return report();
}
