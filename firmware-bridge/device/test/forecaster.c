/* forecaster BLOB: a model over two channels of a link, and states that come and go: protocol, section 8. */
#include <stdlib.h>

#include "bench.h"
#include "sc_check.h"

enum { STATE = 4096, SCRATCH = 4096, VALUES = 256, BLOB = 16384 };

typedef struct {
  uint32_t states[3][STATE / 4];
  float forecast[VALUES];
  sc_seen seen[2];
  sc_forecaster_setup memory;
  sc_forecaster forecaster;
} device;

static uint32_t blob[BLOB / 4], scratch[SCRATCH / 4];
static uint32_t blob_size;
static uint8_t sha256[32];

static const uint8_t *blob_bytes(void) { return (const uint8_t *)blob; }

static uint8_t open_device(device *d) {
  const sc_forecaster_setup memory = {2, (uint8_t *)d->states, STATE, (uint8_t *)scratch, SCRATCH,
                                      d->forecast, VALUES, d->seen};
  memset(d->states, 0xAA, sizeof d->states);
  d->memory = memory;
  return sc_forecaster_open(&d->forecaster, &d->memory, blob_bytes(), blob_size, sha256);
}

static void tell_time(void) {
  uint8_t told[24] = {0};
  sc_set_u32(told, BOOT);
  sc_set_u32(told + 12, 0x1000);
  sc_set_u32(told + 16, 0x19A);
  host_says(SC_TIME_SET, told, sizeof told);
}

static uint8_t observe(device *d, uint8_t channel, uint32_t sequence, double value, uint64_t ms) {
  return sc_forecaster_observe(&d->forecaster, &link, channel, sequence, value, ms);
}

static void state_get(device *d, uint8_t channel, uint16_t offset) {
  uint8_t p[4] = {channel, 0, (uint8_t)offset, (uint8_t)(offset >> 8)};
  forget();
  sc_forecaster_message(&d->forecaster, &link, SC_STATE_GET, p, sizeof p);
}

/* The whole state of a channel, part by part; returns its size. */
static uint16_t fetch(device *d, uint8_t channel, uint8_t *state) {
  uint16_t at = 0, total;
  do {
    const uint8_t *p;
    state_get(d, channel, at);
    p = nth(SC_STATE, 0);
    total = sc_get_u16(p + 4);
    CHECK(sc_get_u16(p + 2) == at);
    CHECK(out[0].size > 24 || total == 0);
    memcpy(state + at, p + 22, out[0].size - 24u);
    at = (uint16_t)(at + out[0].size - 24);
  } while (at < total);
  return total;
}

/* A part of a state as the host sends it; returns the status that answers. */
static uint8_t state_set(device *d, uint8_t channel, uint16_t offset, uint16_t total, uint32_t crc32, const uint8_t *data,
                         uint16_t size) {
  uint8_t p[SC_PAYLOAD_MAX] = {channel, 0, (uint8_t)offset, (uint8_t)(offset >> 8), (uint8_t)total, (uint8_t)(total >> 8)};
  sc_set_u32(p + 6, crc32);
  memcpy(p + 14, sha256, 8);
  memcpy(p + 22, data, size);
  forget();
  sc_forecaster_message(&d->forecaster, &link, SC_STATE_SET, p, (uint8_t)(22 + size));
  CHECK(nth(SC_STATE_STATUS, 0)[0] == channel);
  return nth(SC_STATE_STATUS, 0)[1];
}

static void a_blob_is_accepted_only_whole_and_if_it_fits(device *d) {
  sc_forecaster_setup tight = d->memory;
  sc_forecaster small = {&tight, d->forecaster.net, {0}, 0, 0, 0};
  CHECK(sc_forecaster_accept(&d->forecaster, blob_bytes(), blob_size) == 0);
  CHECK(sc_forecaster_accept(&d->forecaster, blob_bytes(), blob_size - 1) == SC_MODEL_NOT_A_MODEL);
  tight.state_bytes = d->forecaster.net.state_bytes - 4;
  CHECK(sc_forecaster_accept(&small, blob_bytes(), blob_size) == SC_MODEL_NOT_A_MODEL);
  CHECK(sc_forecaster_open(&small, &tight, blob_bytes(), blob_size, sha256) == 0);
  CHECK(sc_forecaster_open(&small, &tight, NULL, 0, sha256) == 0);
  CHECK(sc_forecaster_observe(&small, &link, 0, 1, 20, 0) == 0);
  sc_forecaster_info(&small, &info);
  CHECK(info.cell == SC_CELL_NONE && info.state_bytes == 0);
}

static void a_golden_vector_that_differs_is_noticed(device *d) {
  uint8_t *last = (uint8_t *)blob + blob_size - 5;
  uint32_t seal = sc_get_u32((uint8_t *)blob + blob_size - 4);
  *last ^= 1;
  sc_set_u32((uint8_t *)blob + blob_size - 4, sc_crc32(SC_CRC32_START, blob_bytes(), blob_size - 4));
  CHECK(sc_forecaster_accept(&d->forecaster, blob_bytes(), blob_size) == SC_MODEL_FAILED_TEST);
  *last ^= 1;
  sc_set_u32((uint8_t *)blob + blob_size - 4, seal);
  CHECK(sc_forecaster_accept(&d->forecaster, blob_bytes(), blob_size) == 0);
}

static void forecasts_are_those_of_the_network_and_go_to_the_host(device *d) {
  static uint32_t state[STATE / 4], other[SCRATCH / 4];
  static float expected[VALUES];
  const sc_net *net = &d->forecaster.net;
  uint32_t uncertainty;
  sc_net_reset(net, state);
  for (uint32_t sequence = 1; sequence <= 20; sequence++) {
    uint64_t ms = now + 1000 * sequence;
    sc_tick tick = {20.0f + (float)(sequence % 7), sc_net_week_ms(sc_link_time(&link, ms, &uncertainty)), 0, 0};
    sc_net_observe(net, state, other, &tick, expected);
    forget();
    CHECK(observe(d, 0, sequence, tick.value, ms) == 1);
    CHECK(memcmp(d->forecast, expected, net->outputs * sizeof *expected) == 0);
    CHECK(sc_get_u32(nth(SC_FORECAST, 0) + 4) == sequence && nth(SC_FORECAST, 0)[13] == net->levels);
    CHECK(sc_get_f32(nth(SC_FORECAST, 0) + 18 + 2 * net->levels) == expected[0]);
  }
  CHECK(observe(d, 2, 21, 20, now) == 0);
  CHECK(d->seen[1].sequence == 0 && d->seen[0].sequence == 20);
}

static void readings_that_did_not_come_are_told_to_the_network(device *d) {
  static uint32_t state[STATE / 4];
  static float expected[VALUES];
  const sc_net *net = &d->forecaster.net;
  uint32_t uncertainty;
  uint64_t at[3];
  at[0] = now;
  at[1] = now + 60000;
  at[2] = now + 60000 + 4 * 60000 + 20000; /* channel 1 has a reading a minute: three are missing */
  sc_net_reset(net, state);
  for (uint32_t i = 0; i < 3; i++) {
    sc_tick tick = {20.0f + (float)i, sc_net_week_ms(sc_link_time(&link, at[i], &uncertainty)), i == 2 ? 3 : 0, 0};
    sc_net_observe(net, state, scratch, &tick, expected);
    CHECK(observe(d, 1, i + 1, tick.value, at[i]) == 1);
    CHECK(memcmp(d->forecast, expected, net->outputs * sizeof *expected) == 0);
  }
}

static void a_state_moves_to_another_device_which_goes_on_where_it_was(device *from, device *to) {
  static uint8_t state[STATE];
  uint16_t total = fetch(from, 0, state);
  uint32_t crc = sc_crc32(SC_CRC32_START, state, total);
  uint16_t half = (uint16_t)(total / 2);
  CHECK(total == from->forecaster.net.state_bytes && memcmp(state, from->states[0], total) == 0);
  CHECK(sc_get_u32(nth(SC_STATE, 0) + 6) == crc && memcmp(nth(SC_STATE, 0) + 14, sha256, 8) == 0);
  CHECK(sc_get_u32(nth(SC_STATE, 0) + 10) == 20);

  CHECK(state_set(to, 0, half, total, crc, state + half, (uint16_t)(total - half)) == SC_STATE_MORE);
  CHECK(sc_get_u16(nth(SC_STATE_STATUS, 0) + 2) == 0);
  CHECK(state_set(to, 0, 0, total, crc, state, half) == SC_STATE_MORE);
  CHECK(sc_get_u16(nth(SC_STATE_STATUS, 0) + 2) == half);
  CHECK(state_set(to, 0, half, total, crc, state + half, (uint16_t)(total - half)) == SC_STATE_TAKEN);
  CHECK(observe(from, 0, 21, 21.5, now + 30000) == 1);
  CHECK(observe(to, 0, 21, 21.5, now + 30000) == 1);
  CHECK(memcmp(from->forecast, to->forecast, from->forecaster.net.outputs * sizeof *from->forecast) == 0);
}

static void a_state_that_does_not_belong_is_refused(device *d) {
  static uint8_t state[STATE], before[STATE];
  uint16_t total = fetch(d, 0, state);
  uint32_t crc = sc_crc32(SC_CRC32_START, state, total);
  uint16_t size = total < 200 ? total : 200;
  memcpy(before, state, total);
  state[3] ^= 1;
  if (size == total) CHECK(state_set(d, 0, 0, total, crc, state, size) == SC_STATE_BAD_CRC);
  CHECK(state_set(d, 0, 0, (uint16_t)(total + 4), crc, state, size) == SC_STATE_WRONG_SIZE);
  CHECK(state_set(d, 2, 0, total, crc, state, size) == SC_STATE_NO_NETWORK);
  sha256[0] ^= 1;
  CHECK(state_set(d, 0, 0, total, crc, state, size) == SC_STATE_OTHER_MODEL);
  sha256[0] ^= 1;
  CHECK(memcmp(d->states[0], before, total) == 0);
  state_get(d, 2, 0);
  CHECK(sc_get_u16(nth(SC_STATE, 0) + 4) == 0 && out[0].size == 24);
  state_get(d, 0, 60000);
  CHECK(sc_get_u16(nth(SC_STATE, 0) + 2) == total && out[0].size == 24);
}

int main(int argc, char **argv) {
  static device one, other;
  FILE *file = fopen(argc > 1 ? argv[1] : "", "rb");
  if (!file) return 2;
  blob_size = (uint32_t)fread(blob, 1, sizeof blob, file);
  fclose(file);
  sc_sha256(blob_bytes(), blob_size, sha256);
  start();
  setup.tx_size = SC_LINE_MIN; /* a state then takes several parts */
  join(5);
  CHECK(open_device(&one) && open_device(&other));
  sc_forecaster_info(&one.forecaster, &info);
  CHECK(info.cell == SC_CELL_GRU && info.state_bytes == one.forecaster.net.state_bytes);
  CHECK(sc_net_needs_time(&one.forecaster.net) && observe(&one, 0, 1, 20, now) == 0);
  tell_time();
  a_blob_is_accepted_only_whole_and_if_it_fits(&other);
  a_golden_vector_that_differs_is_noticed(&other);
  CHECK(open_device(&one) && open_device(&other));
  forecasts_are_those_of_the_network_and_go_to_the_host(&one);
  readings_that_did_not_come_are_told_to_the_network(&one);
  a_state_moves_to_another_device_which_goes_on_where_it_was(&one, &other);
  a_state_that_does_not_belong_is_refused(&other);
  return report();
}
