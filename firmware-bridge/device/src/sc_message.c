#include "sc_message.h"

#include <math.h>

#include "sc_bytes.h"
#include "sc_protocol.h"

enum { FORECAST_HEAD = 18, STATE_HEAD = 22 };

uint16_t sc_write_hello(sc_writer *w, uint8_t *line, uint16_t capacity, const sc_hello *m) {
  sc_frame_begin(w, line, capacity, 1, SC_HELLO);
  sc_put_u8(w, m->min);
  sc_put_u8(w, m->max);
  sc_put_u8(w, m->chosen);
  sc_put_u8(w, m->flags);
  sc_put_u32(w, m->nonce);
  sc_put_text(w, m->id, 24);
  sc_put_text(w, m->firmware, 16);
  sc_put_u32(w, m->boot);
  sc_put_u32(w, m->boot_count);
  sc_put_u8(w, m->reset_reason);
  sc_put_u8(w, m->model.cell);
  sc_put_u8(w, m->model.slot);
  sc_put_u8(w, m->model.slot_state);
  sc_put_u32(w, m->model.version);
  sc_put_bytes(w, m->model.sha256, 32);
  sc_put_u32(w, m->model.slot_bytes);
  sc_put_u16(w, m->model.state_bytes);
  sc_put_u16(w, m->ring_capacity);
  sc_put_u16(w, m->ring_used);
  sc_put_u8(w, m->channels);
  sc_put_u8(w, m->max_payload);
  return sc_frame_end(w);
}

uint16_t sc_write_channel(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, uint8_t number,
                          const sc_channel *channel) {
  sc_frame_begin(w, line, capacity, version, SC_CHANNEL);
  sc_put_u8(w, number);
  sc_put_u8(w, 0);
  sc_put_u32(w, channel->step_ms);
  sc_put_text(w, channel->name, 24);
  sc_put_text(w, channel->unit, 8);
  return sc_frame_end(w);
}

uint16_t sc_write_reading(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, uint32_t boot,
                          uint32_t sequence, uint16_t held, uint8_t resent, const sc_reading *reading) {
  sc_frame_begin(w, line, capacity, version, SC_READING);
  sc_put_u32(w, boot);
  sc_put_u32(w, sequence);
  sc_put_u16(w, held);
  sc_put_u8(w, reading->channel);
  sc_put_u8(w, resent);
  sc_put_u64(w, reading->ms);
  sc_put_f64(w, reading->value);
  return sc_frame_end(w);
}

uint16_t sc_write_forecast(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, const sc_forecast *m) {
  sc_frame_begin(w, line, capacity, version, SC_FORECAST);
  sc_put_u32(w, m->boot);
  sc_put_u32(w, m->sequence);
  sc_put_u32(w, m->step_ms);
  sc_put_u8(w, m->channel);
  sc_put_u8(w, m->levels);
  sc_put_u8(w, m->horizon);
  sc_put_u8(w, m->first);
  sc_put_u8(w, m->count);
  sc_put_u8(w, 0);
  for (uint8_t i = 0; i < m->levels; i++) sc_put_u16(w, m->level[i]);
  for (uint16_t i = 0; i < (uint16_t)m->levels * m->count; i++) sc_put_f32(w, m->values[i]);
  return sc_frame_end(w);
}

uint16_t sc_write_time(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, uint32_t id,
                       uint64_t received_ms, uint64_t sent_ms) {
  sc_frame_begin(w, line, capacity, version, SC_TIME);
  sc_put_u32(w, id);
  sc_put_u64(w, received_ms);
  sc_put_u64(w, sent_ms);
  return sc_frame_end(w);
}

uint16_t sc_write_stats(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, uint32_t boot,
                        uint64_t uptime_ms, const sc_stats *m) {
  sc_frame_begin(w, line, capacity, version, SC_STATS);
  sc_put_u32(w, boot);
  sc_put_u64(w, uptime_ms);
  sc_put_u32(w, m->readings);
  sc_put_u32(w, m->dropped);
  sc_put_u32(w, m->resent);
  sc_put_u32(w, m->frames);
  sc_put_u32(w, m->crc_errors);
  sc_put_u32(w, m->malformed);
  sc_put_u32(w, m->overruns);
  sc_put_u16(w, m->ring_used);
  sc_put_u16(w, m->ring_peak);
  sc_put_u32(w, m->forecasts);
  return sc_frame_end(w);
}

uint16_t sc_write_model(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, uint32_t transfer,
                        uint8_t status, uint8_t slot, uint32_t offset) {
  sc_frame_begin(w, line, capacity, version, SC_MODEL);
  sc_put_u32(w, transfer);
  sc_put_u8(w, status);
  sc_put_u8(w, slot);
  sc_put_u16(w, 0);
  sc_put_u32(w, offset);
  return sc_frame_end(w);
}

uint16_t sc_write_state(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, const sc_state_part *part) {
  sc_frame_begin(w, line, capacity, version, SC_STATE);
  sc_put_u8(w, part->channel);
  sc_put_u8(w, 0);
  sc_put_u16(w, part->offset);
  sc_put_u16(w, part->total);
  sc_put_u32(w, part->crc32);
  sc_put_u32(w, part->sequence);
  sc_put_bytes(w, part->model, 8);
  sc_put_bytes(w, part->data, part->size);
  return sc_frame_end(w);
}

uint16_t sc_write_state_status(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, uint8_t channel,
                               uint8_t status, uint16_t offset) {
  sc_frame_begin(w, line, capacity, version, SC_STATE_STATUS);
  sc_put_u8(w, channel);
  sc_put_u8(w, status);
  sc_put_u16(w, offset);
  return sc_frame_end(w);
}

uint16_t sc_write_nak(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, uint8_t code, uint8_t type,
                      uint32_t detail) {
  sc_frame_begin(w, line, capacity, version, SC_NAK);
  sc_put_u8(w, code);
  sc_put_u8(w, type);
  sc_put_u32(w, detail);
  return sc_frame_end(w);
}

float sc_forecast_level(const uint8_t *payload, uint8_t index) {
  return (float)sc_get_u16(payload + FORECAST_HEAD + 2 * index) / 10000.0f;
}

float sc_forecast_value(const uint8_t *payload, uint8_t row, uint8_t level) {
  uint8_t levels = sc_forecast_levels(payload);
  return sc_get_f32(payload + FORECAST_HEAD + 2 * levels + 4 * (levels * row + level));
}

void sc_read_state_part(const uint8_t *payload, uint8_t size, sc_state_part *part) {
  part->channel = payload[0];
  part->offset = sc_get_u16(payload + 2);
  part->total = sc_get_u16(payload + 4);
  part->crc32 = sc_get_u32(payload + 6);
  part->sequence = sc_get_u32(payload + 10);
  part->model = payload + 14;
  part->data = payload + STATE_HEAD;
  part->size = (uint16_t)(size - STATE_HEAD);
}

static uint8_t length_fault(uint8_t type, const uint8_t *p, uint8_t size) {
  uint8_t expected;
  switch (type) {
    case SC_HOST_HELLO:
      expected = 32;
      break;
    case SC_ACK:
      expected = 14;
      break;
    case SC_HOST_FORECAST:
      if (size < FORECAST_HEAD) return SC_NAK_LENGTH;
      return size == FORECAST_HEAD + 2u * p[13] + 4ul * p[13] * p[16] ? 0 : SC_NAK_LENGTH;
    case SC_TIME_GET:
    case SC_MODEL_END:
    case SC_MODEL_COMMIT:
    case SC_STATE_GET:
      expected = 4;
      break;
    case SC_TIME_SET:
      expected = 24;
      break;
    case SC_HOST_NAK:
      expected = 6;
      break;
    case SC_MODEL_BEGIN:
      expected = 48;
      break;
    case SC_MODEL_CHUNK:
      return size > 8 ? 0 : SC_NAK_LENGTH;
    case SC_MODEL_CONFIRM:
      expected = 5;
      break;
    case SC_STATE_SET:
      return size >= STATE_HEAD ? 0 : SC_NAK_LENGTH;
    default:
      return SC_NAK_TYPE;
  }
  return size == expected ? 0 : SC_NAK_LENGTH;
}

static uint8_t forecast_is_sound(const uint8_t *p) {
  uint8_t levels = p[13];
  uint16_t previous = 0;
  if (levels < 1 || levels > 9 || p[15] < 1 || p[16] < 1 || p[15] + p[16] - 1 > p[14]) return 0;
  for (uint8_t i = 0; i < levels; i++) {
    uint16_t level = sc_get_u16(p + FORECAST_HEAD + 2 * i);
    if (level <= previous || level > 9999) return 0;
    previous = level;
  }
  for (uint16_t i = 0; i < levels * p[16]; i++)
    if (!isfinite(sc_get_f32(p + FORECAST_HEAD + 2 * levels + 4 * i))) return 0;
  return 1;
}

/* `[A-Za-z0-9_.-]`, 1 to 24, padded with zeros. */
static uint8_t name_is_sound(const uint8_t *name) {
  uint8_t size = 0;
  while (size < 24 && name[size] != 0) {
    uint8_t c = name[size++];
    uint8_t letter = (uint8_t)((c | 32) - 'a');
    if (letter > 25 && (uint8_t)(c - '0') > 9 && c != '_' && c != '.' && c != '-') return 0;
  }
  if (size == 0) return 0;
  while (size < 24)
    if (name[size++] != 0) return 0;
  return 1;
}

static uint8_t value_is_sound(uint8_t type, const uint8_t *p, uint8_t size) {
  switch (type) {
    case SC_HOST_HELLO:
      return p[0] >= 1 && p[1] >= p[0] && sc_get_u32(p + 4) != 0 && name_is_sound(p + 8);
    case SC_ACK:
      return sc_get_u32(p + 4) >= 1 && sc_get_u32(p + 8) >= sc_get_u32(p + 4);
    case SC_HOST_FORECAST:
      return forecast_is_sound(p);
    case SC_MODEL_BEGIN:
      return sc_get_u32(p) != 0 && sc_get_u32(p + 8) != 0;
    case SC_MODEL_CONFIRM:
      return p[4] <= 1;
    case SC_STATE_SET:
      return (uint32_t)sc_get_u16(p + 2) + size - STATE_HEAD <= sc_get_u16(p + 4);
    default:
      return 1;
  }
}

uint8_t sc_host_fault(uint8_t type, const uint8_t *payload, uint8_t size) {
  uint8_t fault = length_fault(type, payload, size);
  if (fault) return fault;
  return value_is_sound(type, payload, size) ? 0 : SC_NAK_VALUE;
}
