#include "sc_forecaster.h"

#include "sc_bytes.h"
#include "sc_check.h"
#include "sc_net_blob.h"
#include "sc_protocol.h"

enum { MOST_LEVELS = 9, PART_MAX = SC_PAYLOAD_MAX - 22 };

static uint8_t *state_of(const sc_forecaster *f, uint8_t channel) {
  return f->setup->states + (uint32_t)channel * f->setup->state_bytes;
}

static uint8_t fits(const sc_forecaster_setup *s, const sc_net *net) {
  return net->state_bytes <= s->state_bytes && net->state_bytes <= 0xFFFFu && net->scratch_bytes <= s->scratch_bytes &&
         net->outputs <= s->forecast_values && net->levels <= MOST_LEVELS && net->horizon <= 0xFFu;
}

uint8_t sc_forecaster_accept(sc_forecaster *f, const uint8_t *blob, uint32_t size) {
  sc_net net;
  f->incoming = 0;
  if (sc_net_open(&net, blob, size) != SC_NET_OK || !fits(f->setup, &net)) return SC_MODEL_NOT_A_MODEL;
  if (sc_net_self_test(&net, state_of(f, f->setup->channels), f->setup->scratch) != SC_NET_OK) return SC_MODEL_FAILED_TEST;
  return 0;
}

uint8_t sc_forecaster_open(sc_forecaster *f, const sc_forecaster_setup *setup, const uint8_t *blob, uint32_t size,
                           const uint8_t sha256[32]) {
  f->setup = setup;
  f->incoming = 0;
  f->open = 0;
  memset(setup->seen, 0, setup->channels * sizeof *setup->seen);
  if (!blob || sc_net_open(&f->net, blob, size) != SC_NET_OK || !fits(setup, &f->net)) return 0;
  for (uint8_t channel = 0; channel < setup->channels; channel++) sc_net_reset(&f->net, state_of(f, channel));
  memcpy(f->sha256, sha256, sizeof f->sha256);
  f->open = 1;
  return 1;
}

/* Readings that should have come since the last one of the channel; none when they come as events. */
static uint16_t missing(const sc_seen *seen, uint32_t step_ms, uint64_t ms) {
  uint64_t steps;
  if (seen->sequence == 0 || step_ms == 0 || ms <= seen->ms) return 0;
  steps = (ms - seen->ms + step_ms / 2) / step_ms;
  return steps < 2 ? 0 : (uint16_t)(steps - 1 < 0xFFFFu ? steps - 1 : 0xFFFFu);
}

static void send(const sc_forecaster *f, sc_link *link, uint8_t channel, uint32_t sequence, uint32_t step_ms) {
  uint16_t level[MOST_LEVELS];
  sc_forecast m = {link->boot, sequence, step_ms, channel, f->net.levels, (uint8_t)f->net.horizon, 1,
                   (uint8_t)f->net.horizon, level, f->setup->forecast};
  for (uint8_t i = 0; i < f->net.levels; i++) level[i] = (uint16_t)(sc_net_level(&f->net, i) * 10000.0f + 0.5f);
  sc_link_forecast(link, &m);
}

uint8_t sc_forecaster_observe(sc_forecaster *f, sc_link *link, uint8_t channel, uint32_t sequence, double value,
                              uint64_t ms) {
  uint32_t uncertainty;
  uint64_t time;
  uint32_t step_ms;
  sc_seen *seen;
  sc_tick tick;
  if (!f->open || channel >= f->setup->channels) return 0;
  time = sc_link_time(link, ms, &uncertainty);
  if (time == 0 && sc_net_needs_time(&f->net)) return 0;
  seen = &f->setup->seen[channel];
  step_ms = link->setup->channels[channel].step_ms;
  tick.value = (float)value;
  tick.week_ms = time ? sc_net_week_ms(time) : 0;
  tick.missing = missing(seen, step_ms, ms);
  tick.restart = 0;
  seen->ms = ms;
  seen->sequence = sequence;
  sc_net_observe(&f->net, state_of(f, channel), f->setup->scratch, &tick, f->setup->forecast);
  send(f, link, channel, sequence, step_ms);
  return 1;
}

void sc_forecaster_info(const sc_forecaster *f, sc_model_info *info) {
  static const uint8_t cells[] = {SC_CELL_NONE, SC_CELL_RNN, SC_CELL_GRU, SC_CELL_GRU, SC_CELL_LSTM};
  uint8_t cell = f->open ? sc_header8(&f->net, SC_AT_CELLS) : 0;
  info->cell = cell < sizeof cells ? cells[cell] : SC_CELL_NONE;
  info->state_bytes = f->open ? (uint16_t)f->net.state_bytes : 0;
}

static void give(const sc_forecaster *f, sc_link *link, uint8_t channel, uint16_t offset) {
  sc_state_part part = {0, 0, offset, 0, 0, channel, f->sha256, f->sha256};
  uint16_t room = link->setup->tx_size < SC_LINE_MAX ? link->setup->tx_size : SC_LINE_MAX;
  if (f->open && channel < f->setup->channels) {
    part.total = (uint16_t)f->net.state_bytes;
    part.crc32 = sc_crc32(SC_CRC32_START, state_of(f, channel), part.total);
    part.sequence = f->setup->seen[channel].sequence;
    if (offset < part.total) {
      part.size = (uint16_t)(part.total - offset);
      if (part.size > PART_MAX) part.size = PART_MAX;
      if (part.size > room - 28) part.size = (uint16_t)(room - 28);
      part.data = state_of(f, channel) + offset;
    }
  }
  if (part.offset > part.total) part.offset = part.total;
  sc_link_answer_state(link, &part);
}

static uint8_t take(sc_forecaster *f, const sc_state_part *part) {
  uint8_t *incoming = state_of(f, f->setup->channels);
  if (!f->open || part->channel >= f->setup->channels) return SC_STATE_NO_NETWORK;
  if (memcmp(part->model, f->sha256, 8) != 0) return SC_STATE_OTHER_MODEL;
  if (part->total != f->net.state_bytes) return SC_STATE_WRONG_SIZE;
  if (part->offset == 0 || part->channel != f->incoming_channel) f->incoming = 0;
  f->incoming_channel = part->channel;
  if (part->offset != f->incoming) return SC_STATE_MORE;
  memcpy(incoming + part->offset, part->data, part->size);
  f->incoming = (uint16_t)(f->incoming + part->size);
  if (f->incoming < part->total) return SC_STATE_MORE;
  f->incoming = 0;
  if (sc_crc32(SC_CRC32_START, incoming, part->total) != part->crc32) return SC_STATE_BAD_CRC;
  memcpy(state_of(f, part->channel), incoming, part->total);
  f->setup->seen[part->channel].sequence = part->sequence;
  return SC_STATE_TAKEN;
}

void sc_forecaster_message(sc_forecaster *f, sc_link *link, uint8_t type, const uint8_t *p, uint8_t size) {
  if (type == SC_STATE_GET) {
    give(f, link, p[0], sc_get_u16(p + 2));
  } else if (type == SC_STATE_SET) {
    sc_state_part part;
    uint8_t status;
    sc_read_state_part(p, size, &part);
    status = take(f, &part);
    sc_link_answer_state_status(link, part.channel, status, status == SC_STATE_TAKEN ? part.total : f->incoming);
  }
}
