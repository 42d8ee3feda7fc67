/* From a reading to the columns of x, and from y to a forecast: the daemon's formulas in single precision. */
#include <string.h>

#include "sc_net_blob.h"
#include "sc_net_math.h"

#define MEMORY 1000u /* steps the running means look back on */
#define CLIP 10.0f

enum { IS_MISSING = 1, HAS_VALUE = 2 };

/* The beginning of the state; u_h, pairs and ring follow. All but the anchor is relative to the anchor. */
typedef struct series {
  float anchor, mean, variance, last, diff;
  uint32_t week_ms, missing;
  uint16_t count, newest;
  uint8_t seen, unused[3];
} series;

static float *units_of(series *s) { return (float *)(void *)(s + 1); }
static uint16_t *pairs_of(const sc_net *net, series *s) { return (uint16_t *)(void *)(units_of(s) + net->horizon); }
static float *ring_of(const sc_net *net, series *s) {
  return (float *)(void *)((uint8_t *)(units_of(s) + net->horizon) + sc_padded(2u * net->horizon));
}

static float not_a_number(void) {
  const uint32_t bits = 0x7fc00000u;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

void sc_net_place_series(sc_net *net) {
  net->ring = (uint16_t)((net->season > net->horizon ? net->season : net->horizon) + 1u);
  net->hidden_at = (uint32_t)sizeof(series) + 4u * net->horizon + sc_padded(2u * net->horizon) + 4u * net->ring;
}

void sc_net_reset_series(const sc_net *net, void *state) {
  float *ring = ring_of(net, state);
  for (uint16_t i = 0; i < net->ring; i++) ring[i] = not_a_number();
}

static float magnitude(float x) { return x < 0 ? -x : x; }
static float clipped(float x) { return x > CLIP ? CLIP : x < -CLIP ? -CLIP : x; }

static void push(const sc_net *net, series *s, float y) {
  s->newest = (uint16_t)(s->newest + 1u < net->ring ? s->newest + 1u : 0u);
  ring_of(net, s)[s->newest] = y;
}

/* The value `steps` before the newest. */
static float back(const sc_net *net, series *s, uint16_t steps) {
  if (steps >= net->ring) return not_a_number();
  const uint16_t at = (uint16_t)(s->newest >= steps ? s->newest - steps : s->newest + net->ring - steps);
  return ring_of(net, s)[at < net->ring ? at : 0];
}

static float least_spread(const series *s) { return 1e-9f + 1e-6f * magnitude(s->anchor + s->mean); }

static float spread(const series *s) {
  const float least = least_spread(s), root = sc_sqrt(s->variance);
  return root > least ? root : least;
}

static float unit(const sc_net *net, series *s, uint16_t h) {
  const uint16_t *pairs = pairs_of(net, s);
  const float least = least_spread(s);
  uint16_t known = h;
  while (known > 1 && pairs[known - 1] == 0) known--;
  float u = units_of(s)[known - 1];
  if (known < h) u *= sc_sqrt((float)h / (float)known);
  return u > least ? u : least;
}

/* Moves the anchor to the mean, where single precision would grow too coarse about the old one. */
static void follow(const sc_net *net, series *s) {
  if (!(magnitude(s->mean) > 256.0f * spread(s))) return;
  const float anchor = s->anchor + s->mean, by = anchor - s->anchor;
  float *ring = ring_of(net, s);
  s->anchor = anchor;
  s->mean -= by;
  s->last -= by;
  for (uint16_t i = 0; i < net->ring; i++) ring[i] -= by;
}

static void learn_scale(const sc_net *net, series *s, float y) {
  if (s->count < MEMORY) s->count++;
  const float weight = 1.0f / (float)s->count, delta = y - s->mean;
  s->mean += weight * delta;
  s->variance += weight * (delta * (y - s->mean) - s->variance);
  float *units = units_of(s);
  uint16_t *pairs = pairs_of(net, s);
  for (uint16_t h = 1; h <= net->horizon; h++) {
    const float change = magnitude(y - back(net, s, h));
    if (change != change) continue;
    if (pairs[h - 1] < MEMORY) pairs[h - 1]++;
    units[h - 1] += (change - units[h - 1]) / (float)pairs[h - 1];
  }
}

static void observe(const sc_net *net, series *s, const sc_tick *tick) {
  for (uint16_t i = tick->missing < net->ring ? tick->missing : net->ring; i > 0; i--) push(net, s, not_a_number());
  s->missing = tick->missing + ((s->seen & IS_MISSING) ? s->missing + 1u : 0u);
  s->week_ms = tick->week_ms;
  if (!sc_is_finite(tick->value)) {
    push(net, s, not_a_number());
    s->seen |= IS_MISSING;
    s->diff = 0;
    return;
  }
  if ((s->seen & HAS_VALUE) == 0) s->anchor = tick->value;
  const float y = tick->value - s->anchor;
  push(net, s, y);
  learn_scale(net, s, y);
  s->diff = (s->seen & HAS_VALUE) ? y - s->last : 0.0f;
  s->last = y;
  s->seen = HAS_VALUE;
  follow(net, s);
}

#ifndef SC_NET_NO_CALENDAR
static float day_phase(const series *s) { return (float)(s->week_ms % 86400000u) / 86400000.0f; }
static float week_phase(const series *s) { return (float)(s->week_ms % 604800000u) / 604800000.0f; }
#endif

static float column(const sc_net *net, series *s, uint8_t feature) {
  switch (feature) {
    case SC_VALUE:
      return s->seen & HAS_VALUE ? clipped((s->last - s->mean) / spread(s)) : 0.0f;
    case SC_DIFF:
      return clipped(s->diff / unit(net, s, 1));
    case SC_MISSING:
      return s->seen & IS_MISSING ? 1.0f : 0.0f;
#ifndef SC_NET_NO_ELAPSED
    case SC_ELAPSED:
      return sc_log1p(s->missing);
#endif
#ifndef SC_NET_NO_CALENDAR
    case SC_DAY_SIN:
      return sc_sin_turns(day_phase(s));
    case SC_DAY_COS:
      return sc_sin_turns(day_phase(s) + 0.25f);
    case SC_WEEK_SIN:
      return sc_sin_turns(week_phase(s));
    case SC_WEEK_COS:
      return sc_sin_turns(week_phase(s) + 0.25f);
    case SC_WEEKEND:
      return s->week_ms % 604800000u >= 432000000u ? 1.0f : 0.0f;
#endif
    default:
      return 0.0f;
  }
}

/* (y one season before the target - y) / u_h */
static float season_column(const sc_net *net, series *s, uint16_t h) {
  if (net->season == 0) return 0.0f;
  const uint32_t seasons = (h + net->season - 1u) / net->season;
  const float change = back(net, s, (uint16_t)(net->season * seasons - h)) - s->last;
  return change != change ? 0.0f : clipped(change / unit(net, s, h));
}

int16_t sc_net_quantise(float column) {
  const float scaled_up = column * 2048.0f + 0.5f;
  if (scaled_up != scaled_up) return 0;
  if (scaled_up >= 32767.0f) return 32767;
  if (scaled_up <= -32768.0f) return -32768;
  const int32_t whole = (int32_t)scaled_up;
  return (int16_t)((float)whole > scaled_up ? whole - 1 : whole);
}

static void put(const sc_net *net, void *x, uint16_t at, float value) {
  if (net->kind == SC_NET_FLOAT)
    ((float *)x)[at] = value;
  else
    ((int16_t *)x)[at] = sc_net_quantise(value);
}

static void write_columns(const sc_net *net, series *s, void *x) {
  uint16_t at = 0;
  for (uint8_t i = 0; i < net->features; i++) {
    const uint8_t feature = sc_header8(net, net->at_features + i);
    if (feature == SC_SEASON)
      for (uint16_t h = 1; h <= net->horizon; h++) put(net, x, at++, season_column(net, s, h));
    else
      put(net, x, at++, column(net, s, feature));
  }
}

static void in_order(float *values, uint8_t count) {
  for (uint8_t i = 1; i < count; i++)
    for (uint8_t j = i; j > 0 && values[j] < values[j - 1]; j--) {
      const float lower = values[j];
      values[j] = values[j - 1];
      values[j - 1] = lower;
    }
}

static void write_forecast(const sc_net *net, series *s, const void *y, float *forecast) {
  const float step = 1.0f / (float)((uint32_t)1 << net->y_bits);
  const uint8_t is_value = net->target == SC_NET_VALUE;
  const float base = is_value ? s->mean : s->last;
  for (uint16_t h = 1; h <= net->horizon; h++) {
    const float scale = is_value ? spread(s) : unit(net, s, h);
    float *out = forecast + (uint32_t)(h - 1u) * net->levels;
    for (uint8_t q = 0; q < net->levels; q++) {
      const uint16_t at = (uint16_t)((h - 1u) * net->levels + q);
      const float answer = net->kind == SC_NET_FLOAT ? ((const float *)y)[at] : (float)((const int32_t *)y)[at] * step;
      const float value = s->anchor + (base + scale * (sc_is_finite(answer) ? answer : 0.0f));
      out[q] = sc_is_finite(value) ? value : s->anchor + s->last;
    }
    in_order(out, net->levels);
  }
}

void sc_net_observe(const sc_net *net, void *state, void *scratch, const sc_tick *tick, float *forecast) {
  void *x = sc_scratch_x(scratch), *y = sc_scratch_y(net, scratch), *hidden = sc_net_hidden(net, state);
  if (tick->restart) memset(hidden, 0, net->hidden_bytes);
  observe(net, state, tick);
  write_columns(net, state, x);
#ifndef SC_NET_NO_INT8
  if (net->kind == SC_NET_INT8) sc_net_step_int8(net, hidden, scratch, x, y);
#endif
#ifndef SC_NET_NO_FLOAT
  if (net->kind == SC_NET_FLOAT) sc_net_step_float(net, hidden, scratch, x, y);
#endif
  write_forecast(net, state, y, forecast);
}

uint32_t sc_net_week_ms(uint64_t epoch_ms) {
  return (uint32_t)((epoch_ms + 259200000u) % 604800000u); /* the epoch was a Thursday */
}
