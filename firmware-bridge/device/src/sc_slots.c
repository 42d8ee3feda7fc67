#include "sc_slots.h"

#include "sc_bytes.h"
#include "sc_check.h"
#include "sc_protocol.h"
#include "sc_sha256.h"

/*
 * A record, 16 bytes: counter u32, confirmed u8, trial u8, tries u8, fell_back u8, transfer u32, CRC-32 of the 12 before.
 * A slot's head, 64: magic u32, size u32, crc32 u32, version u32, sha256, 12 of 0xFF, CRC-32 of the 60 before; it is
 * written when the blob has passed every test.
 */
#define SLOT_MAGIC 0x31534353u /* "SCS1" */
enum { HEAD_SIZE = 4, HEAD_CRC32 = 8, HEAD_VERSION = 12, HEAD_SHA256 = 16, HEAD_CHECK = 60 };

static uint8_t is_sealed(const uint8_t *bytes, uint32_t size) {
  return sc_crc32(SC_CRC32_START, bytes, size) == sc_get_u32(bytes + size);
}

static uint8_t is_blank(const uint8_t *bytes, uint32_t size) {
  while (size > 0)
    if (bytes[--size] != 0xFF) return 0;
  return 1;
}

static void read_log(sc_slots *s) {
  for (uint8_t area = SC_AREA_LOG_0; area <= SC_AREA_LOG_1; area++) {
    const uint8_t *log = s->flash->map(s->flash->context, area);
    for (uint32_t at = 0; at + SC_FLASH_UNIT <= s->flash->log_bytes; at += SC_FLASH_UNIT) {
      const uint8_t *record = log + at;
      if (!is_sealed(record, 12) || sc_get_u32(record) <= s->counter) continue;
      s->counter = sc_get_u32(record);
      s->confirmed = record[4];
      s->trial = record[5];
      s->tries = record[6];
      s->fell_back = record[7];
      s->trial_transfer = sc_get_u32(record + 8);
      s->log_area = area;
      s->log_end = at + SC_FLASH_UNIT;
    }
  }
}

/* The one moment at which things change. A record that was cut short is passed over; a full area gives way to the other. */
static uint8_t write_record(sc_slots *s) {
  const sc_flash *f = s->flash;
  uint8_t record[SC_FLASH_UNIT];
  const uint8_t *log = f->map(f->context, s->log_area);
  while (s->log_end + SC_FLASH_UNIT <= f->log_bytes && !is_blank(log + s->log_end, SC_FLASH_UNIT))
    s->log_end += SC_FLASH_UNIT;
  if (s->log_end + SC_FLASH_UNIT > f->log_bytes) {
    uint8_t other = s->log_area == SC_AREA_LOG_0 ? SC_AREA_LOG_1 : SC_AREA_LOG_0;
    if (!f->erase(f->context, other)) return 0;
    s->log_area = other;
    s->log_end = 0;
  }
  s->counter++;
  sc_set_u32(record, s->counter);
  record[4] = s->confirmed;
  record[5] = s->trial;
  record[6] = s->tries;
  record[7] = s->fell_back;
  sc_set_u32(record + 8, s->trial_transfer);
  sc_set_u32(record + 12, sc_crc32(SC_CRC32_START, record, 12));
  s->log_end += SC_FLASH_UNIT;
  return f->write(f->context, s->log_area, s->log_end - SC_FLASH_UNIT, record, SC_FLASH_UNIT);
}

static const uint8_t *head_of(const sc_slots *s, uint8_t slot) { return s->flash->map(s->flash->context, slot); }

/* 0, or why the bytes behind the head are not the blob that is described. */
static uint8_t blob_fault(const sc_slots *s, uint8_t slot, uint32_t size, uint32_t crc32, const uint8_t *sha256) {
  const uint8_t *blob = head_of(s, slot) + SC_SLOT_HEAD;
  uint8_t digest[32];
  if (sc_crc32(SC_CRC32_START, blob, size) != crc32) return SC_MODEL_BAD_CRC;
  sc_sha256(blob, size, digest);
  if (memcmp(digest, sha256, sizeof digest) != 0) return SC_MODEL_BAD_SHA;
  return s->flash->accept(s->flash->context, blob, size);
}

static uint8_t is_valid(const sc_slots *s, uint8_t slot) {
  const uint8_t *head;
  uint32_t size;
  if (slot > SC_AREA_SLOT_B) return 0;
  head = head_of(s, slot);
  size = sc_get_u32(head + HEAD_SIZE);
  return sc_get_u32(head) == SLOT_MAGIC && is_sealed(head, HEAD_CHECK) && size <= s->flash->slot_bytes - SC_SLOT_HEAD &&
         blob_fault(s, slot, size, sc_get_u32(head + HEAD_CRC32), head + HEAD_SHA256) == 0;
}

static uint8_t valid_or_none(const sc_slots *s, uint8_t slot) { return is_valid(s, slot) ? slot : SC_NO_SLOT; }

static uint8_t end_trial(sc_slots *s, uint8_t keep) {
  uint8_t before = s->running;
  if (keep) s->confirmed = s->trial;
  s->fell_back = !keep;
  s->trial = SC_NO_SLOT;
  s->tries = 0;
  write_record(s);
  s->running = valid_or_none(s, s->confirmed);
  return s->running != before;
}

uint8_t sc_slots_boot(sc_slots *s, const sc_flash *flash) {
  memset(s, 0, sizeof *s);
  s->flash = flash;
  s->confirmed = s->trial = s->running = SC_NO_SLOT;
  s->log_area = SC_AREA_LOG_0;
  read_log(s);
  if (s->trial == SC_NO_SLOT) {
    s->running = valid_or_none(s, s->confirmed);
  } else if (s->tries >= SC_TRIAL_BOOTS || !is_valid(s, s->trial)) {
    end_trial(s, 0);
  } else {
    s->tries++;
    s->running = write_record(s) ? s->trial : valid_or_none(s, s->confirmed);
  }
  return s->running;
}

const uint8_t *sc_slots_blob(const sc_slots *s, uint32_t *size) {
  if (s->running == SC_NO_SLOT) return NULL;
  *size = sc_get_u32(head_of(s, s->running) + HEAD_SIZE);
  return head_of(s, s->running) + SC_SLOT_HEAD;
}

void sc_slots_info(const sc_slots *s, sc_model_info *info) {
  info->slot = s->running;
  info->slot_bytes = s->flash->slot_bytes - SC_SLOT_HEAD;
  info->slot_state = SC_SLOT_EMPTY;
  info->version = 0;
  memset(info->sha256, 0, sizeof info->sha256);
  if (s->running != SC_NO_SLOT) {
    info->slot_state = s->running == s->trial ? SC_SLOT_TRIAL : SC_SLOT_CONFIRMED;
    info->version = sc_get_u32(head_of(s, s->running) + HEAD_VERSION);
    memcpy(info->sha256, head_of(s, s->running) + HEAD_SHA256, sizeof info->sha256);
  }
  if (s->fell_back) info->slot_state = SC_SLOT_FELL_BACK;
}

static uint8_t target(const sc_slots *s) { return s->confirmed == SC_AREA_SLOT_A ? SC_AREA_SLOT_B : SC_AREA_SLOT_A; }

static uint8_t begin(sc_slots *s, const uint8_t *p) {
  uint32_t size = sc_get_u32(p + 8);
  if (s->trial != SC_NO_SLOT) return SC_MODEL_NOT_NOW;
  if (size > s->flash->slot_bytes - SC_SLOT_HEAD) return SC_MODEL_TOO_LARGE;
  if (s->running != SC_NO_SLOT && memcmp(head_of(s, s->running) + HEAD_SHA256, p + 16, 32) == 0) return SC_MODEL_IN_USE;
  if (s->transfer != 0 && s->size == size && s->crc32 == sc_get_u32(p + 12) && memcmp(s->sha256, p + 16, 32) == 0) {
    s->transfer = sc_get_u32(p);
    return SC_MODEL_RECEIVING;
  }
  s->transfer = 0;
  s->offset = 0;
  s->complete = 0;
  if (!s->flash->erase(s->flash->context, target(s))) return SC_MODEL_FLASH_ERROR;
  s->transfer = sc_get_u32(p);
  s->version = sc_get_u32(p + 4);
  s->size = size;
  s->crc32 = sc_get_u32(p + 12);
  memcpy(s->sha256, p + 16, 32);
  return SC_MODEL_RECEIVING;
}

static uint8_t write_unit(const sc_slots *s, uint32_t end) {
  return s->flash->write(s->flash->context, target(s), SC_SLOT_HEAD + end - SC_FLASH_UNIT, s->unit, SC_FLASH_UNIT);
}

static uint8_t take_chunk(sc_slots *s, uint32_t offset, const uint8_t *data, uint8_t size) {
  if (offset != s->offset || size > s->size - s->offset) return SC_MODEL_RECEIVING;
  for (uint8_t i = 0; i < size; i++) {
    s->unit[s->offset++ % SC_FLASH_UNIT] = data[i];
    if (s->offset % SC_FLASH_UNIT == 0 && !write_unit(s, s->offset)) return SC_MODEL_FLASH_ERROR;
  }
  return SC_MODEL_RECEIVING;
}

static uint8_t write_head(const sc_slots *s) {
  uint8_t head[SC_SLOT_HEAD];
  memset(head, 0xFF, sizeof head);
  sc_set_u32(head, SLOT_MAGIC);
  sc_set_u32(head + HEAD_SIZE, s->size);
  sc_set_u32(head + HEAD_CRC32, s->crc32);
  sc_set_u32(head + HEAD_VERSION, s->version);
  memcpy(head + HEAD_SHA256, s->sha256, 32);
  sc_set_u32(head + HEAD_CHECK, sc_crc32(SC_CRC32_START, head, HEAD_CHECK));
  return s->flash->write(s->flash->context, target(s), 0, head, sizeof head);
}

static uint8_t end(sc_slots *s) {
  uint8_t rest = (uint8_t)(s->size % SC_FLASH_UNIT);
  uint8_t fault;
  if (s->complete) return SC_MODEL_COMPLETE;
  if (s->offset < s->size) return SC_MODEL_RECEIVING;
  if (rest > 0) {
    memset(s->unit + rest, 0xFF, SC_FLASH_UNIT - rest);
    if (!write_unit(s, s->size - rest + SC_FLASH_UNIT)) return SC_MODEL_FLASH_ERROR;
  }
  fault = blob_fault(s, target(s), s->size, s->crc32, s->sha256);
  if (fault) return fault;
  if (!write_head(s)) return SC_MODEL_FLASH_ERROR;
  s->complete = 1;
  return SC_MODEL_COMPLETE;
}

static uint8_t commit(sc_slots *s) {
  if (!is_valid(s, target(s))) return SC_MODEL_FLASH_ERROR;
  s->trial = target(s);
  s->tries = 0;
  s->fell_back = 0;
  s->trial_transfer = s->transfer;
  s->transfer = 0;
  if (!write_record(s)) {
    s->trial = SC_NO_SLOT;
    return SC_MODEL_FLASH_ERROR;
  }
  s->running = s->trial;
  return SC_MODEL_TRIAL;
}

static uint8_t outcome(const sc_slots *s) {
  if (s->trial != SC_NO_SLOT) return SC_MODEL_TRIAL;
  return s->fell_back ? SC_MODEL_ROLLED_BACK : SC_MODEL_CONFIRMED;
}

static uint8_t of_transfer(sc_slots *s, uint8_t type, const uint8_t *p, uint8_t size) {
  uint8_t status;
  if (s->transfer == 0 || sc_get_u32(p) != s->transfer) return SC_MODEL_NO_TRANSFER;
  if (type == SC_MODEL_CHUNK)
    status = take_chunk(s, sc_get_u32(p + 4), p + 8, (uint8_t)(size - 8));
  else if (type == SC_MODEL_END)
    status = end(s);
  else if (type == SC_MODEL_COMMIT && s->complete)
    status = commit(s);
  else
    return SC_MODEL_NO_TRANSFER;
  if (status > SC_MODEL_ROLLED_BACK) s->transfer = 0;
  return status;
}

uint8_t sc_slots_message(sc_slots *s, sc_link *link, uint8_t type, const uint8_t *p, uint8_t size) {
  uint8_t before = s->running;
  uint32_t transfer = sc_get_u32(p);
  uint8_t of_last_trial = transfer == s->trial_transfer && transfer != s->transfer && s->counter > 0;
  uint8_t status;
  if (type == SC_MODEL_BEGIN) {
    status = begin(s, p);
  } else if (type == SC_MODEL_CONFIRM && (of_last_trial || transfer == 0)) {
    if (s->trial != SC_NO_SLOT) end_trial(s, p[4]);
    status = s->counter > 0 ? outcome(s) : SC_MODEL_NO_TRANSFER;
  } else if (type == SC_MODEL_COMMIT && of_last_trial) {
    status = outcome(s);
  } else {
    status = of_transfer(s, type, p, size);
  }
  sc_link_answer_model(link, transfer, status, s->trial != SC_NO_SLOT ? s->trial : target(s), s->offset);
  if (before != s->running || type == SC_MODEL_CONFIRM) sc_link_announce(link);
  return before != s->running;
}

uint8_t sc_slots_fail_trial(sc_slots *s) { return s->trial == SC_NO_SLOT ? 0 : end_trial(s, 0); }
