#include "sc_net.h"

#include <string.h>

#include "sc_net_blob.h"

static const uint32_t crc_nibbles[16] SC_ROM = {
  0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu, 0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu,
  0xedb88320u, 0xf00f9344u, 0xd6d6a3e8u, 0xcb61b38cu, 0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu,
};

static uint32_t crc_byte(uint32_t crc, uint8_t byte) {
  crc ^= byte;
  crc = (crc >> 4) ^ sc_u32(&crc_nibbles[crc & 15u]);
  return (crc >> 4) ^ sc_u32(&crc_nibbles[crc & 15u]);
}

#ifndef SC_NET_NO_INT8
static uint32_t crc_bytes(uint32_t crc, const void *bytes, uint32_t size) {
  const uint8_t *p = bytes;
  for (uint32_t i = 0; i < size; i++) crc = crc_byte(crc, p[i]);
  return crc;
}
#endif

static uint8_t is_aligned(const void *p) { return ((uintptr_t)p & 3u) == 0; }

uint32_t sc_layer_state(uint8_t kind, uint8_t cell, uint32_t hidden) {
  if (kind == SC_NET_FLOAT) return cell == SC_LSTM ? 8u * hidden : 4u * hidden;
  if (cell == SC_LSTM) return sc_padded(2u * hidden) + 4u * hidden;
  return cell == SC_RNN ? sc_padded(2u * hidden) : 4u * hidden;
}

uint16_t sc_feature_width(uint8_t feature, uint16_t horizon) {
  if (feature == 0 || feature > SC_SEASON) return 0;
  return feature == SC_SEASON ? horizon : 1;
}

static uint32_t layer_bytes(uint8_t kind, uint8_t cell, uint32_t hidden, uint32_t inputs) {
  if (cell == SC_GRU_BEFORE)
    return sc_block_bytes(kind, hidden, 2, 0, inputs, hidden) + sc_block_bytes(kind, hidden, 1, 0, inputs, hidden);
  return sc_block_bytes(kind, hidden, cell == SC_LSTM ? 4 : cell == SC_GRU ? 3 : 1, cell == SC_GRU, inputs, hidden);
}

/* The fields of the header within the limits of the format. */
static uint8_t header_is_sound(const sc_net *net) {
  const uint8_t known = SC_DIRECT | SC_DENSE | SC_RESIDUAL;
  const uint8_t widest_activation = SC_ELU;
  if (net->kind > SC_NET_FLOAT || net->target > SC_NET_CHANGE) return 0;
  if (net->columns < 1 || net->columns > SC_NET_MAX_COLUMNS || net->horizon < 1 || net->horizon > 256) return 0;
  if (net->season > 4096 || net->levels < 1 || net->levels > 32) return 0;
  if (net->features < 1 || net->features > 16 || net->layers < 1 || net->layers > SC_NET_MAX_LAYERS) return 0;
  if (net->gated > 4 || (net->flags & ~known) != 0 || net->golden < 1 || net->golden > 64) return 0;
  if (net->dense > widest_activation) return 0;
  if (net->kind == SC_NET_FLOAT) return sc_header8(net, SC_AT_DENSE_Q) <= widest_activation;
  if (net->y_bits < 12 || net->y_bits > 24) return 0;
  if ((net->flags & SC_DENSE) == 0) return 1;
  return (net->dense == SC_TANH || net->dense == SC_SIGMOID) && sc_header8(net, SC_AT_DENSE_Q) >= 16 &&
         sc_header8(net, SC_AT_DENSE_Q) <= 24;
}

/* Whether this build has what the model needs: see sc_net_config.h. */
static uint8_t is_built_in(const sc_net *net) {
#ifdef SC_NET_NO_FLOAT
  if (net->kind == SC_NET_FLOAT) return 0;
#endif
#ifdef SC_NET_NO_INT8
  if (net->kind == SC_NET_INT8) return 0;
#endif
  for (uint8_t i = 0; i < net->features; i++) {
    const uint8_t feature = sc_header8(net, net->at_features + i);
#ifdef SC_NET_NO_ELAPSED
    if (feature == SC_ELAPSED) return 0;
#endif
#ifdef SC_NET_NO_CALENDAR
    if (feature >= SC_DAY_SIN && feature <= SC_WEEKEND) return 0;
#endif
    (void)feature;
  }
  if (net->kind == SC_NET_FLOAT) return 1;
#ifdef SC_NET_NO_RESIDUAL
  if (net->flags & SC_RESIDUAL) return 0;
#endif
#ifdef SC_NET_NO_DENSE
  if (net->flags & SC_DENSE) return 0;
#endif
#ifdef SC_NET_NO_GATED
  if (net->gated > 0) return 0;
#endif
  for (uint8_t k = 0; k < net->layers; k++) {
    const uint8_t cell = sc_header8(net, SC_AT_CELLS + k);
#ifdef SC_NET_NO_RNN
    if (cell == SC_RNN) return 0;
#endif
#ifdef SC_NET_NO_GRU
    if (cell == SC_GRU) return 0;
#endif
#ifdef SC_NET_NO_GRU_BEFORE
    if (cell == SC_GRU_BEFORE) return 0;
#endif
#ifdef SC_NET_NO_LSTM
    if (cell == SC_LSTM) return 0;
#endif
    (void)cell;
  }
  return 1;
}

/* The kinds of columns are known and as wide together as x. */
static uint8_t features_are_sound(const sc_net *net) {
  uint32_t columns = 0;
  for (uint8_t i = 0; i < net->features; i++) {
    const uint16_t width = sc_feature_width(sc_header8(net, net->at_features + i), net->horizon);
    if (width == 0) return 0;
    columns += width;
  }
  return columns == net->columns;
}

static uint8_t gates_are_sound(const sc_net *net) {
  for (uint8_t g = 0; g < net->gated; g++) {
    const uint16_t from = sc_header16(net, net->at_gated + 4u * g);
    const uint16_t width = sc_header16(net, net->at_gated + 4u * g + 2u);
    if ((width != 1 && width != net->horizon) || (uint32_t)from + width > net->columns) return 0;
  }
  return 1;
}

/* Places the layers from `at` on; 0 when one is out of bounds. */
static uint32_t place_layers(sc_net *net, uint32_t at) {
  uint16_t inputs = net->columns;
  for (uint8_t k = 0; k < net->layers; k++) {
    const uint16_t hidden = sc_hidden_units(net, k);
    const uint8_t cell = sc_header8(net, SC_AT_CELLS + k), q = sc_header8(net, SC_AT_LAYER_Q + k);
    if (hidden < 1 || hidden > SC_NET_MAX_HIDDEN || cell < SC_RNN || cell > SC_LSTM) return 0;
    if (net->kind == SC_NET_INT8 && (q < 16 || q > 24)) return 0;
    if ((net->flags & SC_RESIDUAL) != 0 && k > 0 && hidden != inputs) return 0;
    net->at_layer[k] = at;
    at += layer_bytes(net->kind, cell, hidden, inputs);
    net->hidden_bytes += sc_layer_state(net->kind, cell, hidden);
    if (hidden > net->widest) net->widest = hidden;
    inputs = hidden;
  }
  return at;
}

/* Places the sections; the bytes of the whole blob, 0 when the header cannot be. */
static uint32_t place(sc_net *net) {
  const uint8_t kind = net->kind;
  net->at_features = SC_HEADER;
  net->at_levels = net->at_features + sc_padded(net->features);
  net->at_gated = net->at_levels + 4u * net->levels;
  net->at_dense = place_layers(net, net->at_gated + 4u * net->gated);
  if (net->at_dense == 0) return 0;
  const uint32_t read = sc_hidden_units(net, (uint8_t)(net->layers - 1u));
  net->at_head = net->at_dense + ((net->flags & SC_DENSE) ? sc_block_bytes(kind, read, 1, 0, read, 0) : 0u);
  net->at_gates =
      net->at_head + sc_block_bytes(kind, net->outputs, 1, 0, read, (net->flags & SC_DIRECT) ? net->columns : 0u);
  net->at_golden = net->at_gates + sc_block_bytes(kind, (uint32_t)net->gated * net->horizon, 1, 0, read, 0);
  const uint32_t steps = (uint32_t)net->golden * net->columns;
  return net->at_golden + (kind == SC_NET_FLOAT ? 4u * steps + 4u * net->outputs : sc_padded(2u * steps) + 4u) + 4u;
}

sc_net_status sc_net_open(sc_net *net, const void *blob, size_t size) {
  memset(net, 0, sizeof *net);
  net->blob = blob;
  if (!is_aligned(blob)) return SC_NET_UNALIGNED;
  if (size < SC_HEADER) return SC_NET_SHORT;
  if (sc_header32(net, SC_AT_MAGIC) != 0x314e4353u) return SC_NET_MAGIC;
  if (sc_header16(net, SC_AT_FORMAT) != SC_NET_FORMAT) return SC_NET_VERSION;
  net->size = sc_header32(net, SC_AT_SIZE);
  if (net->size > size) return SC_NET_SHORT;
  net->kind = sc_header8(net, SC_AT_KIND);
  net->target = sc_header8(net, SC_AT_TARGET);
  net->version = sc_header32(net, SC_AT_VERSION);
  net->columns = sc_header16(net, SC_AT_COLUMNS);
  net->horizon = sc_header16(net, SC_AT_HORIZON);
  net->season = sc_header16(net, SC_AT_SEASON);
  net->levels = sc_header8(net, SC_AT_LEVELS);
  net->features = sc_header8(net, SC_AT_FEATURES);
  net->layers = sc_header8(net, SC_AT_LAYERS);
  net->gated = sc_header8(net, SC_AT_GATED);
  net->flags = sc_header8(net, SC_AT_FLAGS);
  net->dense = sc_header8(net, SC_AT_DENSE);
  net->y_bits = sc_header8(net, SC_AT_HEAD_Q);
  net->golden = sc_header16(net, SC_AT_GOLDEN);
  if (!header_is_sound(net)) return SC_NET_LAYOUT;
  net->outputs = (uint16_t)(net->horizon * net->levels);
  if (place(net) != net->size) return SC_NET_LAYOUT;
  if (!is_built_in(net)) return SC_NET_VERSION;
  uint32_t crc = 0xffffffffu;
  for (uint32_t i = 0; i < net->size - 4u; i++) crc = crc_byte(crc, sc_header8(net, i));
  if (~crc != sc_header32(net, net->size - 4u)) return SC_NET_CRC;
  if (!features_are_sound(net) || !gates_are_sound(net) || sc_header8(net, SC_AT_NAME + 31u) != 0) return SC_NET_LAYOUT;
  sc_net_place_series(net);
  net->state_bytes = net->hidden_at + net->hidden_bytes;
  net->scratch_bytes = sc_column_bytes(net) + 4u * net->outputs + 3u * sc_padded(net->widest * (net->kind ? 4u : 2u));
  return SC_NET_OK;
}

void *sc_net_hidden(const sc_net *net, void *state) { return (uint8_t *)state + net->hidden_at; }

void sc_net_reset(const sc_net *net, void *state) {
  memset(state, 0, net->state_bytes);
  sc_net_reset_series(net, state);
}

float sc_net_level(const sc_net *net, uint8_t index) {
  return sc_f32((const float *)(const void *)(net->blob + net->at_levels + 4u * index));
}

void sc_net_name(const sc_net *net, char name[32]) {
  for (uint32_t i = 0; i < 32; i++) name[i] = (char)sc_header8(net, SC_AT_NAME + i);
}

void sc_net_source_hash(const sc_net *net, uint8_t hash[32]) {
  for (uint32_t i = 0; i < 32; i++) hash[i] = sc_header8(net, SC_AT_HASH + i);
}

uint8_t sc_net_needs_time(const sc_net *net) {
  for (uint8_t i = 0; i < net->features; i++) {
    const uint8_t feature = sc_header8(net, net->at_features + i);
    if (feature >= SC_DAY_SIN && feature <= SC_WEEKEND) return 1;
  }
  return 0;
}

#ifndef SC_NET_NO_INT8
static sc_net_status test_int8(const sc_net *net, void *hidden, void *scratch) {
  int16_t *x = sc_scratch_x(scratch);
  int32_t *y = sc_scratch_y(net, scratch);
  const int16_t *golden = (const int16_t *)(const void *)(net->blob + net->at_golden);
  uint32_t crc = 0xffffffffu;
  for (uint16_t step = 0; step < net->golden; step++) {
    for (uint16_t i = 0; i < net->columns; i++) x[i] = sc_i16(golden++);
    sc_net_step_int8(net, hidden, scratch, x, y);
    crc = crc_bytes(crc, y, 4u * net->outputs);
  }
  crc = crc_bytes(crc, hidden, net->hidden_bytes);
  const uint32_t after = net->at_golden + sc_padded(2u * (uint32_t)net->golden * net->columns);
  return ~crc == sc_header32(net, after) ? SC_NET_OK : SC_NET_GOLDEN;
}
#endif

#ifndef SC_NET_NO_FLOAT
static sc_net_status test_float(const sc_net *net, void *hidden, void *scratch) {
  float *x = sc_scratch_x(scratch), *y = sc_scratch_y(net, scratch);
  const float *golden = (const float *)(const void *)(net->blob + net->at_golden);
  for (uint16_t step = 0; step < net->golden; step++) {
    for (uint16_t i = 0; i < net->columns; i++) x[i] = sc_f32(golden++);
    sc_net_step_float(net, hidden, scratch, x, y);
  }
  for (uint16_t i = 0; i < net->outputs; i++) {
    const float wanted = sc_f32(golden++);
    const float size = wanted < 0 ? -wanted : wanted, off = y[i] < wanted ? wanted - y[i] : y[i] - wanted;
    if (!(off <= 1e-4f * (1.0f + size))) return SC_NET_GOLDEN;
  }
  return SC_NET_OK;
}
#endif

sc_net_status sc_net_self_test(const sc_net *net, void *state, void *scratch) {
  sc_net_status status = SC_NET_VERSION;
  if (!is_aligned(state) || !is_aligned(scratch)) return SC_NET_UNALIGNED;
  sc_net_reset(net, state);
#ifndef SC_NET_NO_INT8
  if (net->kind == SC_NET_INT8) status = test_int8(net, sc_net_hidden(net, state), scratch);
#endif
#ifndef SC_NET_NO_FLOAT
  if (net->kind == SC_NET_FLOAT) status = test_float(net, sc_net_hidden(net, state), scratch);
#endif
  sc_net_reset(net, state);
  return status;
}
