/* The messages of the protocol, section 3: those of the device as writers, those of the host as checks and views. */
#ifndef SC_MESSAGE_H
#define SC_MESSAGE_H

#include <stdint.h>

#include "sc_frame.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the device says of its network; all zeros but `slot` (SC_NO_SLOT) without one. */
typedef struct {
  uint8_t cell;
  uint8_t slot;
  uint8_t slot_state;
  uint32_t version;
  uint8_t sha256[32];
  uint32_t slot_bytes;
  uint16_t state_bytes;
} sc_model_info;

typedef struct {
  uint8_t min, max, chosen, flags;
  uint32_t nonce;
  const char *id;
  const char *firmware;
  uint32_t boot, boot_count;
  uint8_t reset_reason;
  sc_model_info model;
  uint16_t ring_capacity, ring_used;
  uint8_t channels, max_payload;
} sc_hello;

typedef struct {
  const char *name; /* [A-Za-z0-9_.-], 1 to 24 */
  const char *unit; /* UTF-8, at most 8 bytes */
  uint32_t step_ms; /* 0: readings come as events */
} sc_channel;

typedef struct {
  uint64_t ms; /* since boot */
  double value;
  uint8_t channel;
} sc_reading;

typedef struct {
  uint32_t readings, dropped, resent, frames, crc_errors, malformed, overruns, forecasts;
  uint16_t ring_used, ring_peak;
} sc_stats;

/* Rows of `count` steps from step `first` (from 1), `levels` values each. */
typedef struct {
  uint32_t boot, sequence, step_ms;
  uint8_t channel, levels, horizon, first, count;
  const uint16_t *level; /* ten-thousandths, rising */
  const float *values;
} sc_forecast;

typedef struct {
  uint32_t crc32, sequence;
  uint16_t offset, total, size;
  uint8_t channel;
  const uint8_t *model; /* 8 bytes */
  const uint8_t *data;
} sc_state_part;

/* Each writes one frame of `version` and ends it: the length on the line, 0 when it did not fit. */
uint16_t sc_write_hello(sc_writer *w, uint8_t *line, uint16_t capacity, const sc_hello *hello);
uint16_t sc_write_channel(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, uint8_t number,
                          const sc_channel *channel);
uint16_t sc_write_reading(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, uint32_t boot,
                          uint32_t sequence, uint16_t held, uint8_t resent, const sc_reading *reading);
uint16_t sc_write_forecast(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, const sc_forecast *forecast);
uint16_t sc_write_time(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, uint32_t id,
                       uint64_t received_ms, uint64_t sent_ms);
uint16_t sc_write_stats(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, uint32_t boot,
                        uint64_t uptime_ms, const sc_stats *stats);
uint16_t sc_write_model(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, uint32_t transfer,
                        uint8_t status, uint8_t slot, uint32_t offset);
uint16_t sc_write_state(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, const sc_state_part *part);
uint16_t sc_write_state_status(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, uint8_t channel,
                               uint8_t status, uint16_t offset);
uint16_t sc_write_nak(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, uint8_t code, uint8_t type,
                      uint32_t detail);

/* What is wrong with a message of the host: 0, SC_NAK_TYPE, SC_NAK_LENGTH or SC_NAK_VALUE. */
uint8_t sc_host_fault(uint8_t type, const uint8_t *payload, uint8_t size);

/* Parts of a forecast of the host that has passed sc_host_fault. */
static inline uint8_t sc_forecast_levels(const uint8_t *payload) { return payload[13]; }
float sc_forecast_level(const uint8_t *payload, uint8_t index);
/* `row` counts from 0; it is the step `first` + row. */
float sc_forecast_value(const uint8_t *payload, uint8_t row, uint8_t level);

/* The state of STATE_SET, within the payload. */
void sc_read_state_part(const uint8_t *payload, uint8_t size, sc_state_part *part);

#ifdef __cplusplus
}
#endif

#endif
