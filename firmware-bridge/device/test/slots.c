/* Model slots on a flash of memory whose power can go in the middle of any operation: protocol, section 7. */
#include <setjmp.h>

#include "bench.h"
#include "sc_check.h"

enum { SLOT = 1024, LOG = 64, BLOB = 700, CHUNK = 242 };

static uint32_t areas[4][SLOT / 4];
static uint32_t operations, cut_at, fail_at; /* 0: never */
static jmp_buf power_cut;
static sc_slots slots;
static uint8_t accepted; /* what `accept` answers for good blobs */

static uint32_t size_of(uint8_t area) { return area <= SC_AREA_SLOT_B ? SLOT : LOG; }

static uint8_t apply(uint8_t area, uint32_t offset, const uint8_t *bytes, uint32_t size) {
  uint8_t *at = (uint8_t *)areas[area] + offset;
  uint8_t is_cut = ++operations == cut_at;
  if (operations == fail_at) return 0;
  for (uint32_t i = 0; i < (is_cut ? size / 2 : size); i++) {
    CHECK(!bytes || at[i] == 0xFF);
    at[i] = bytes ? bytes[i] : 0xFF;
  }
  if (is_cut) longjmp(power_cut, 1);
  return 1;
}

static uint8_t erase(void *context, uint8_t area) {
  (void)context;
  return apply(area, 0, NULL, size_of(area));
}

static uint8_t write(void *context, uint8_t area, uint32_t offset, const uint8_t *bytes, uint16_t size) {
  (void)context;
  CHECK(offset % SC_FLASH_UNIT == 0 && size % SC_FLASH_UNIT == 0 && offset + size <= size_of(area));
  return apply(area, offset, bytes, size);
}

static const uint8_t *map(void *context, uint8_t area) {
  (void)context;
  return (const uint8_t *)areas[area];
}

/* A good blob is its first byte over and over, rising. */
static uint8_t accept(void *context, const uint8_t *blob, uint32_t size) {
  (void)context;
  for (uint32_t i = 0; i < size; i++)
    if (blob[i] != (uint8_t)(blob[0] + i)) return SC_MODEL_NOT_A_MODEL;
  return accepted;
}

static const sc_flash flash = {NULL, SLOT, LOG, erase, write, map, accept};

static void blob_of(uint8_t seed, uint8_t *blob) {
  for (uint32_t i = 0; i < BLOB; i++) blob[i] = (uint8_t)(seed + i);
}

static uint8_t answered_status(void) { return sent ? out[sent - 1].bytes[2 + 4] : 0xFF; }

static uint32_t answered_offset(void) { return sc_get_u32(out[sent - 1].bytes + 2 + 8); }

static uint8_t ask(uint8_t type, const uint8_t *payload, uint8_t size) {
  forget();
  sc_slots_message(&slots, &link, type, payload, size);
  CHECK(count_of(SC_MODEL) == 1);
  return answered_status();
}

static uint8_t begin_of(uint32_t transfer, uint8_t seed, uint32_t size) {
  uint8_t p[48], blob[BLOB];
  blob_of(seed, blob);
  sc_set_u32(p, transfer);
  sc_set_u32(p + 4, seed);
  sc_set_u32(p + 8, size);
  sc_set_u32(p + 12, sc_crc32(SC_CRC32_START, blob, BLOB));
  sc_sha256(blob, BLOB, p + 16);
  return ask(SC_MODEL_BEGIN, p, sizeof p);
}

static uint8_t chunk_of(uint32_t transfer, uint8_t seed, uint32_t offset) {
  uint8_t p[SC_PAYLOAD_MAX], blob[BLOB];
  uint32_t size = BLOB - offset < CHUNK ? BLOB - offset : CHUNK;
  blob_of(seed, blob);
  sc_set_u32(p, transfer);
  sc_set_u32(p + 4, offset);
  memcpy(p + 8, blob + offset, size);
  return ask(SC_MODEL_CHUNK, p, (uint8_t)(size + 8));
}

static uint8_t plain(uint8_t type, uint32_t transfer, uint8_t verdict) {
  uint8_t p[5];
  sc_set_u32(p, transfer);
  p[4] = verdict;
  return ask(type, p, type == SC_MODEL_CONFIRM ? 5 : 4);
}

/* A whole push of the blob of `seed`, version `seed`, up to its trial. */
static void push(uint32_t transfer, uint8_t seed) {
  CHECK(begin_of(transfer, seed, BLOB) == SC_MODEL_RECEIVING);
  while (answered_offset() < BLOB) CHECK(chunk_of(transfer, seed, answered_offset()) == SC_MODEL_RECEIVING);
  CHECK(plain(SC_MODEL_END, transfer, 0) == SC_MODEL_COMPLETE);
  CHECK(plain(SC_MODEL_COMMIT, transfer, 0) == SC_MODEL_TRIAL);
}

static uint32_t running_version(void) {
  sc_model_info found;
  memset(&found, 0, sizeof found);
  sc_slots_info(&slots, &found);
  return found.version;
}

static uint8_t state(void) {
  sc_model_info found;
  sc_slots_info(&slots, &found);
  return found.slot_state;
}

static void boot(void) { sc_slots_boot(&slots, &flash); }

static void new_device(uint8_t garbage) {
  memset(areas, garbage, sizeof areas);
  operations = cut_at = fail_at = 0;
  accepted = 0;
  start();
  host_hello(5, 1, 1);
  boot();
}

static void a_new_flash_has_no_model_and_takes_one(uint8_t garbage) {
  uint32_t size = 0;
  new_device(garbage);
  CHECK(running_version() == 0 && state() == SC_SLOT_EMPTY && sc_slots_blob(&slots, &size) == NULL);
  push(1, 10);
  CHECK(running_version() == 10 && state() == SC_SLOT_TRIAL);
  CHECK(sc_slots_blob(&slots, &size)[1] == 11 && size == BLOB);
  boot();
  CHECK(running_version() == 10 && state() == SC_SLOT_TRIAL);
  CHECK(plain(SC_MODEL_CONFIRM, 1, 1) == SC_MODEL_CONFIRMED);
  boot();
  CHECK(running_version() == 10 && state() == SC_SLOT_CONFIRMED);
}

static void models_take_turns_in_the_slots_however_often(void) {
  new_device(0xFF);
  for (uint8_t seed = 1; seed < 40; seed++) {
    push(seed, seed);
    CHECK(slots.running == (seed + 1) % 2);
    CHECK(plain(SC_MODEL_CONFIRM, seed, 1) == SC_MODEL_CONFIRMED);
    CHECK(plain(SC_MODEL_CONFIRM, seed, 1) == SC_MODEL_CONFIRMED); /* the answer was lost */
    boot();
    CHECK(running_version() == seed);
  }
}

static void a_trial_that_nobody_confirms_ends_after_three_boots(void) {
  new_device(0xFF);
  push(1, 10);
  plain(SC_MODEL_CONFIRM, 0, 1);
  push(2, 20);
  for (unsigned i = 0; i < SC_TRIAL_BOOTS; i++) {
    boot();
    CHECK(running_version() == 20 && state() == SC_SLOT_TRIAL);
  }
  boot();
  CHECK(running_version() == 10 && state() == SC_SLOT_FELL_BACK);
  CHECK(plain(SC_MODEL_CONFIRM, 2, 1) == SC_MODEL_ROLLED_BACK);
  CHECK(plain(SC_MODEL_COMMIT, 2, 0) == SC_MODEL_ROLLED_BACK);
}

static void a_trial_is_rolled_back_by_the_host_or_by_itself(void) {
  new_device(0xFF);
  push(1, 10);
  CHECK(plain(SC_MODEL_COMMIT, 1, 0) == SC_MODEL_TRIAL); /* the answer was lost */
  CHECK(begin_of(2, 20, BLOB) == SC_MODEL_NOT_NOW);
  CHECK(plain(SC_MODEL_CONFIRM, 1, 0) == SC_MODEL_ROLLED_BACK);
  CHECK(running_version() == 0 && state() == SC_SLOT_FELL_BACK);
  push(2, 20);
  plain(SC_MODEL_CONFIRM, 2, 1);
  push(3, 30);
  CHECK(sc_slots_fail_trial(&slots) == 1 && running_version() == 20 && state() == SC_SLOT_FELL_BACK);
  CHECK(sc_slots_fail_trial(&slots) == 0);
}

static void what_is_not_the_model_it_should_be_is_refused(void) {
  uint8_t p[48], blob[BLOB];
  new_device(0xFF);
  CHECK(begin_of(1, 10, SLOT - SC_SLOT_HEAD + 1) == SC_MODEL_TOO_LARGE);
  CHECK(chunk_of(1, 10, 0) == SC_MODEL_NO_TRANSFER);
  push(2, 10);
  plain(SC_MODEL_CONFIRM, 2, 1);
  CHECK(begin_of(3, 10, BLOB) == SC_MODEL_IN_USE);

  begin_of(4, 20, BLOB);
  CHECK(plain(SC_MODEL_END, 4, 0) == SC_MODEL_RECEIVING && answered_offset() == 0);
  CHECK(plain(SC_MODEL_COMMIT, 4, 0) == SC_MODEL_NO_TRANSFER);
  for (uint32_t at = 0; at < BLOB; at = answered_offset()) chunk_of(4, at ? 20 : 21, at);
  CHECK(plain(SC_MODEL_END, 4, 0) == SC_MODEL_BAD_CRC);
  CHECK(plain(SC_MODEL_END, 4, 0) == SC_MODEL_NO_TRANSFER);

  blob_of(20, blob);
  sc_set_u32(p, 5);
  sc_set_u32(p + 8, BLOB);
  sc_set_u32(p + 12, sc_crc32(SC_CRC32_START, blob, BLOB));
  memset(p + 16, 7, 32);
  CHECK(ask(SC_MODEL_BEGIN, p, sizeof p) == SC_MODEL_RECEIVING);
  for (uint32_t at = 0; at < BLOB; at = answered_offset()) chunk_of(5, 20, at);
  CHECK(plain(SC_MODEL_END, 5, 0) == SC_MODEL_BAD_SHA);

  accepted = SC_MODEL_FAILED_TEST;
  begin_of(6, 20, BLOB);
  for (uint32_t at = 0; at < BLOB; at = answered_offset()) chunk_of(6, 20, at);
  CHECK(plain(SC_MODEL_END, 6, 0) == SC_MODEL_FAILED_TEST);
  accepted = 0;
  CHECK(running_version() == 10);
  boot();
  CHECK(running_version() == 10);
}

static void a_chunk_out_of_place_changes_nothing_and_a_transfer_goes_on_where_it_was(void) {
  new_device(0xFF);
  begin_of(1, 10, BLOB);
  CHECK(chunk_of(1, 10, CHUNK) == SC_MODEL_RECEIVING && answered_offset() == 0);
  chunk_of(1, 10, 0);
  chunk_of(1, 99, 0); /* sent again, and spoilt: it is passed over */
  CHECK(answered_offset() == CHUNK);
  CHECK(begin_of(2, 10, BLOB) == SC_MODEL_RECEIVING && answered_offset() == CHUNK);
  CHECK(chunk_of(1, 10, CHUNK) == SC_MODEL_NO_TRANSFER);
  for (uint32_t at = CHUNK; at < BLOB; at = answered_offset()) chunk_of(2, 10, at);
  CHECK(plain(SC_MODEL_END, 2, 0) == SC_MODEL_COMPLETE);
  CHECK(plain(SC_MODEL_END, 2, 0) == SC_MODEL_COMPLETE);
  begin_of(3, 20, BLOB); /* another one: from the beginning */
  CHECK(answered_offset() == 0);
}

static void a_slot_that_rots_is_not_used(void) {
  new_device(0xFF);
  push(1, 10);
  plain(SC_MODEL_CONFIRM, 1, 1);
  ((uint8_t *)areas[SC_AREA_SLOT_A])[SC_SLOT_HEAD + 5] ^= 1;
  boot();
  CHECK(running_version() == 0);
  ((uint8_t *)areas[SC_AREA_SLOT_A])[SC_SLOT_HEAD + 5] ^= 1;
  boot();
  CHECK(running_version() == 10);
  ((uint8_t *)areas[SC_AREA_SLOT_A])[13] ^= 1; /* its version */
  boot();
  CHECK(running_version() == 0);
}

/* One flash operation after the other: the power goes there, twice in a row at the boot after it, and a model runs. */
static void wherever_the_power_goes_a_valid_slot_runs(void) {
  volatile uint32_t last = 0;
  for (volatile uint32_t at = 1; last == 0; at++) {
    volatile uint32_t reached = 0;
    new_device(0xFF);
    push(1, 10);
    plain(SC_MODEL_CONFIRM, 1, 1);
    operations = 0;
    cut_at = at;
    if (setjmp(power_cut) == 0) {
      push(2, 20);
      reached = 1;
      plain(SC_MODEL_CONFIRM, 2, 1);
      reached = 2;
      boot();
      last = at;
    }
    operations = 0;
    cut_at = last ? 0 : 1;
    if (setjmp(power_cut) == 0) boot();
    cut_at = 0;
    boot();
    CHECK(running_version() == 20 || (reached == 0 && running_version() == 10));
    if (reached < 2 && state() == SC_SLOT_TRIAL) plain(SC_MODEL_CONFIRM, 2, 1);
    CHECK(state() == SC_SLOT_CONFIRMED);
    start();
    host_hello(5, 1, 1);
    push(3, 30); /* and it takes the next one */
    plain(SC_MODEL_CONFIRM, 3, 1);
    boot();
    CHECK(running_version() == 30 && state() == SC_SLOT_CONFIRMED);
  }
  CHECK(last > BLOB / SC_FLASH_UNIT);
}

/* One flash operation after the other says that it could not: it is reported, and what ran before runs on. */
static void a_flash_that_fails_does_not_cost_the_model(void) {
  uint32_t failed = 0;
  uint32_t reached = 1;
  for (uint32_t at = 1; reached >= at; at++) {
    uint8_t status;
    new_device(0xFF);
    push(1, 10);
    plain(SC_MODEL_CONFIRM, 1, 1);
    operations = 0;
    fail_at = at;
    status = begin_of(2, 20, BLOB);
    while (status == SC_MODEL_RECEIVING && answered_offset() < BLOB) status = chunk_of(2, 20, answered_offset());
    if (status == SC_MODEL_RECEIVING) status = plain(SC_MODEL_END, 2, 0);
    if (status == SC_MODEL_COMPLETE) status = plain(SC_MODEL_COMMIT, 2, 0);
    CHECK(status == SC_MODEL_TRIAL ? running_version() == 20 : status == SC_MODEL_FLASH_ERROR && running_version() == 10);
    failed += status == SC_MODEL_FLASH_ERROR;
    reached = operations + 1;
    boot();
    CHECK(running_version() == 10 || running_version() == 20);
    fail_at = 0;
    boot();
    CHECK(running_version() == (status == SC_MODEL_TRIAL ? 20 : 10));
  }
  CHECK(failed > BLOB / SC_FLASH_UNIT);
}

int main(void) {
  a_new_flash_has_no_model_and_takes_one(0xFF);
  a_new_flash_has_no_model_and_takes_one(0x00);
  a_new_flash_has_no_model_and_takes_one(0x5A);
  models_take_turns_in_the_slots_however_often();
  a_trial_that_nobody_confirms_ends_after_three_boots();
  a_trial_is_rolled_back_by_the_host_or_by_itself();
  what_is_not_the_model_it_should_be_is_refused();
  a_chunk_out_of_place_changes_nothing_and_a_transfer_goes_on_where_it_was();
  a_slot_that_rots_is_not_used();
  wherever_the_power_goes_a_valid_slot_runs();
  a_flash_that_fails_does_not_cost_the_model();
  return report();
}
