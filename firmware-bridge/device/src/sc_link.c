#include "sc_link.h"

#include <math.h>

#include "sc_bytes.h"
#include "sc_protocol.h"

enum {
  HELLO_EVERY_MS = 1000,
  STATS_EVERY_MS = 2000,
  HOST_GONE_MS = 5000,
  TIMEOUT_MS = 300,
  TIMEOUT_MAX_MS = 5000
};

#define SEQUENCES_USED_UP 0xFFFFFFFFu

void sc_link_init(sc_link *l, const sc_link_setup *setup, const sc_model_info *info, uint32_t boot, uint8_t flags) {
  memset(l, 0, sizeof *l);
  l->setup = setup;
  l->info = info;
  l->boot = boot;
  l->flags = flags;
  l->first = l->next = l->cursor = l->highest = l->received = 1;
  l->version = 1;
  l->timeout_ms = TIMEOUT_MS;
  l->greeting = 1;
  sc_decoder_init(&l->decoder, setup->rx, setup->rx_size);
}

static uint8_t has_passed(const sc_link *l, uint32_t since, uint32_t ms) { return (uint32_t)l->now - since >= ms; }

static uint16_t used(const sc_link *l) { return (uint16_t)(l->next - l->first); }

static uint8_t send(sc_link *l, uint16_t size) {
  return size > 0 && l->setup->send(l->setup->context, l->setup->tx, size);
}

#define LINE(l) &(l)->writer, (l)->setup->tx, (l)->setup->tx_size

static void nak(sc_link *l, uint8_t code, uint8_t type, uint32_t detail) {
  send(l, sc_write_nak(LINE(l), l->version, code, type, detail));
}

static uint8_t send_hello(sc_link *l, uint32_t nonce, uint8_t chosen) {
  const sc_link_setup *s = l->setup;
  uint16_t payload = (uint16_t)(s->rx_size - 4);
  sc_hello hello = {SC_VERSION_MIN, SC_VERSION_MAX, chosen, l->flags, nonce, s->id, s->firmware, l->boot, s->boot_count,
                    s->reset_reason, *l->info, s->ring_size, used(l), s->channel_count,
                    (uint8_t)(payload < SC_PAYLOAD_MAX ? payload : SC_PAYLOAD_MAX)};
  return send(l, sc_write_hello(LINE(l), &hello));
}

static void release(sc_link *l, uint32_t below) {
  while (l->first < below) {
    l->first++;
    if (++l->head == l->setup->ring_size) l->head = 0;
  }
  if (l->cursor < l->first) l->cursor = l->first;
}

static void made_progress(sc_link *l) {
  l->timeout_ms = TIMEOUT_MS;
  l->progress_ms = (uint32_t)l->now;
}

static void open_session(sc_link *l, uint32_t nonce, uint8_t version) {
  l->nonce = nonce;
  l->version = version;
  l->joined = 1;
  l->credit = 0;
  l->cursor = l->received = l->first;
  l->channels_sent = 0;
  l->stats_ms = (uint32_t)(l->now - STATS_EVERY_MS);
  made_progress(l);
}

static void on_hello(sc_link *l, const uint8_t *p) {
  uint8_t chosen = p[1] < SC_VERSION_MAX ? p[1] : SC_VERSION_MAX;
  uint32_t nonce = sc_get_u32(p + 4);
  if (chosen < p[0] || chosen < SC_VERSION_MIN) chosen = 0;
  if (!send_hello(l, nonce, chosen)) return;
  if (chosen == 0) {
    l->joined = 0;
    return;
  }
  l->greeting = 0;
  if (!l->joined || nonce != l->nonce) open_session(l, nonce, chosen);
}

static void on_ack(sc_link *l, const uint8_t *p) {
  uint32_t committed = sc_get_u32(p + 4);
  uint32_t received = sc_get_u32(p + 8);
  if (sc_get_u32(p) != l->boot) {
    nak(l, SC_NAK_BOOT, SC_ACK, l->boot);
    return;
  }
  if (received > l->highest) {
    nak(l, SC_NAK_VALUE, SC_ACK, l->highest);
    return;
  }
  if (committed > l->first || received > l->received) made_progress(l);
  if (received > l->received) l->received = received;
  l->credit = sc_get_u16(p + 12);
  if (l->cursor < l->received) l->cursor = l->received;
  release(l, committed);
}

static void on_nak(sc_link *l, const uint8_t *p) {
  uint32_t detail = sc_get_u32(p + 2);
  if (p[0] == SC_NAK_GAP) {
    if (detail < l->first) detail = l->first;
    if (detail >= l->cursor) return;
    l->cursor = detail;
    l->progress_ms = (uint32_t)l->now;
  } else if (p[0] == SC_NAK_CHANNEL && detail < l->setup->channel_count) {
    send(l, sc_write_channel(LINE(l), l->version, (uint8_t)detail, &l->setup->channels[detail]));
  }
}

static void without_slots(sc_link *l, uint8_t type, const uint8_t *p) {
  static const uint8_t no_model[8] = {0};
  sc_state_part none = {0, 0, 0, 0, 0, p[0], no_model, no_model};
  if (type == SC_STATE_GET)
    sc_link_answer_state(l, &none);
  else if (type == SC_STATE_SET)
    sc_link_answer_state_status(l, p[0], SC_STATE_NO_NETWORK, 0);
  else
    sc_link_answer_model(l, sc_get_u32(p), SC_MODEL_NO_SLOTS, SC_NO_SLOT, 0);
}

static void on_time(sc_link *l, const uint8_t *p) {
  if (sc_get_u32(p) != l->boot) {
    nak(l, SC_NAK_BOOT, SC_TIME_SET, l->boot);
    return;
  }
  l->time_device_ms = sc_get_u64(p + 4);
  l->time_epoch_ms = sc_get_u64(p + 12);
  l->time_uncertainty_ms = sc_get_u32(p + 20);
  l->time_known = 1;
  l->flags |= SC_KNOWS_TIME;
}

static void act(sc_link *l, uint8_t type, const uint8_t *p, uint8_t size) {
  switch (type) {
    case SC_HOST_HELLO:
      on_hello(l, p);
      break;
    case SC_ACK:
      on_ack(l, p);
      break;
    case SC_HOST_NAK:
      on_nak(l, p);
      break;
    case SC_TIME_GET:
      send(l, sc_write_time(LINE(l), l->version, sc_get_u32(p), l->now, l->now));
      break;
    case SC_TIME_SET:
      on_time(l, p);
      break;
    case SC_HOST_FORECAST:
      if (l->setup->forecast) l->setup->forecast(l->setup->context, p, size);
      break;
    default:
      if (l->setup->model)
        l->setup->model(l->setup->context, l, type, p, size);
      else
        without_slots(l, type, p);
  }
}

static void refuse(sc_link *l, uint8_t code, uint8_t type, uint32_t detail) {
  l->decoder.malformed++;
  if (l->joined && type != SC_HOST_NAK) nak(l, code, type, detail);
}

static void on_frame(sc_link *l) {
  const uint8_t *content = l->decoder.content;
  uint8_t type = content[1];
  uint8_t size = (uint8_t)(l->decoder.length - 2);
  uint8_t expected = type == SC_HOST_HELLO ? 1 : l->version;
  uint8_t fault;
  if ((type & SC_FROM_HOST) == 0) {
    l->decoder.malformed++;
    return;
  }
  l->heard_ms = (uint32_t)l->now;
  if (content[0] != expected) {
    refuse(l, SC_NAK_VERSION, type, l->version);
    return;
  }
  fault = sc_host_fault(type, content + 2, size);
  if (fault)
    refuse(l, fault, type, 0);
  else if (l->joined || type == SC_HOST_HELLO)
    act(l, type, content + 2, size);
}

void sc_link_receive(sc_link *l, const uint8_t *bytes, size_t count, uint64_t now) {
  l->now = now;
  for (size_t i = 0; i < count; i++)
    if (sc_decode(&l->decoder, bytes[i]) == SC_GOOD) on_frame(l);
}

uint32_t sc_link_reading(sc_link *l, uint8_t channel, double value, uint64_t ms) {
  uint16_t size = l->setup->ring_size;
  uint32_t at;
  if (!isfinite(value) || channel >= l->setup->channel_count || l->next == SEQUENCES_USED_UP) return 0;
  if (used(l) == size) {
    l->dropped++;
    release(l, l->first + 1);
  }
  at = (uint32_t)l->head + used(l);
  if (at >= size) at -= size;
  l->setup->ring[at].ms = ms;
  l->setup->ring[at].value = value;
  l->setup->ring[at].channel = channel;
  l->next++;
  if (used(l) > l->peak) l->peak = used(l);
  return l->next - 1;
}

static uint8_t send_reading(sc_link *l) {
  uint32_t at = (uint32_t)l->head + (l->cursor - l->first);
  uint8_t resent = l->cursor < l->highest;
  if (at >= l->setup->ring_size) at -= l->setup->ring_size;
  if (!send(l, sc_write_reading(LINE(l), l->version, l->boot, l->cursor, (uint16_t)(l->cursor - l->first), resent,
                                &l->setup->ring[at])))
    return 0;
  l->resent += resent;
  l->cursor++;
  if (l->cursor > l->highest) l->highest = l->cursor;
  l->progress_ms = (uint32_t)l->now;
  return 1;
}

static void send_readings(sc_link *l) {
  while (l->cursor < l->next && l->cursor - l->first < l->credit && send_reading(l)) continue;
}

static void go_back_when_overdue(sc_link *l) {
  uint32_t back = l->received > l->first ? l->received : l->first;
  if (back >= l->cursor || !has_passed(l, l->progress_ms, l->timeout_ms)) return;
  l->cursor = back;
  l->progress_ms = (uint32_t)l->now;
  l->timeout_ms = (uint16_t)(l->timeout_ms * 2 < TIMEOUT_MAX_MS ? l->timeout_ms * 2 : TIMEOUT_MAX_MS);
}

void sc_link_poll(sc_link *l, uint64_t now) {
  l->now = now;
  if (l->joined && has_passed(l, l->heard_ms, HOST_GONE_MS)) {
    l->joined = 0;
    l->greeting = 1;
  }
  if (l->greeting || (!l->joined && has_passed(l, l->hello_ms, HELLO_EVERY_MS))) {
    if (!send_hello(l, l->joined ? l->nonce : 0, l->joined ? l->version : 0)) return;
    l->greeting = 0;
    l->hello_ms = (uint32_t)now;
  }
  if (!l->joined) return;
  for (; l->channels_sent < l->setup->channel_count; l->channels_sent++)
    if (!send(l, sc_write_channel(LINE(l), l->version, l->channels_sent, &l->setup->channels[l->channels_sent]))) return;
  if (has_passed(l, l->stats_ms, STATS_EVERY_MS)) {
    sc_stats stats;
    sc_link_stats(l, &stats);
    if (!send(l, sc_write_stats(LINE(l), l->version, l->boot, now, &stats))) return;
    l->stats_ms = (uint32_t)now;
  }
  go_back_when_overdue(l);
  send_readings(l);
}

uint8_t sc_link_forecast(sc_link *l, const sc_forecast *forecast) {
  sc_forecast part = *forecast;
  uint16_t room = l->setup->tx_size < SC_LINE_MAX ? l->setup->tx_size : SC_LINE_MAX;
  uint8_t rows = (uint8_t)((room - 6 - 18 - 2 * part.levels) / (4 * part.levels));
  uint8_t left = forecast->count;
  if (!l->joined) return 0;
  for (; left > 0; left = (uint8_t)(left - part.count)) {
    part.count = left < rows ? left : rows;
    if (!send(l, sc_write_forecast(LINE(l), l->version, &part))) return 0;
    part.first = (uint8_t)(part.first + part.count);
    part.values += part.count * part.levels;
  }
  l->forecasts++;
  return 1;
}

void sc_link_announce(sc_link *l) { l->greeting = 1; }

uint64_t sc_link_time(const sc_link *l, uint64_t now, uint32_t *uncertainty_ms) {
  uint64_t age = now - l->time_device_ms;
  if (!l->time_known) return 0;
  *uncertainty_ms = (uint32_t)(l->time_uncertainty_ms + age / 10000);
  return l->time_epoch_ms + age;
}

void sc_link_answer_model(sc_link *l, uint32_t transfer, uint8_t status, uint8_t slot, uint32_t offset) {
  send(l, sc_write_model(LINE(l), l->version, transfer, status, slot, offset));
}

void sc_link_answer_state(sc_link *l, const sc_state_part *part) {
  send(l, sc_write_state(LINE(l), l->version, part));
}

void sc_link_answer_state_status(sc_link *l, uint8_t channel, uint8_t status, uint16_t offset) {
  send(l, sc_write_state_status(LINE(l), l->version, channel, status, offset));
}

void sc_link_stats(const sc_link *l, sc_stats *stats) {
  stats->readings = l->next - 1;
  stats->dropped = l->dropped;
  stats->resent = l->resent;
  stats->frames = l->decoder.frames;
  stats->crc_errors = l->decoder.crc_errors;
  stats->malformed = l->decoder.malformed;
  stats->overruns = l->decoder.overruns;
  stats->ring_used = used(l);
  stats->ring_peak = l->peak;
  stats->forecasts = l->forecasts;
}
