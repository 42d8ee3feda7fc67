/* Reading a model in place. Not part of the interface. */
#ifndef SC_NET_BLOB_H
#define SC_NET_BLOB_H

#include "sc_net.h"
#include "sc_net_config.h"

/* On AVR constants stay in flash, which needs instructions of its own; define SC_NET_BLOB_IN_RAM for a blob that was loaded. */
#if defined(__AVR__) && !defined(SC_NET_BLOB_IN_RAM)
#include <avr/pgmspace.h>
#include <string.h>
#define SC_ROM PROGMEM
static inline int8_t sc_i8(const int8_t *p) { return (int8_t)pgm_read_byte(p); }
static inline uint8_t sc_u8(const uint8_t *p) { return pgm_read_byte(p); }
static inline int16_t sc_i16(const int16_t *p) { return (int16_t)pgm_read_word(p); }
static inline uint16_t sc_u16(const uint16_t *p) { return pgm_read_word(p); }
static inline int32_t sc_i32(const int32_t *p) { return (int32_t)pgm_read_dword(p); }
static inline uint32_t sc_u32(const uint32_t *p) { return pgm_read_dword(p); }
static inline float sc_f32(const float *p) { return pgm_read_float(p); }
#else
#define SC_ROM
static inline int8_t sc_i8(const int8_t *p) { return *p; }
static inline uint8_t sc_u8(const uint8_t *p) { return *p; }
static inline int16_t sc_i16(const int16_t *p) { return *p; }
static inline uint16_t sc_u16(const uint16_t *p) { return *p; }
static inline int32_t sc_i32(const int32_t *p) { return *p; }
static inline uint32_t sc_u32(const uint32_t *p) { return *p; }
static inline float sc_f32(const float *p) { return *p; }
#endif

enum { SC_RNN = 1, SC_GRU = 2, SC_GRU_BEFORE = 3, SC_LSTM = 4 };
enum { SC_TANH = 0, SC_RELU = 1, SC_LEAKY = 2, SC_SIGMOID = 3, SC_ELU = 4 };
enum { SC_DIRECT = 1, SC_DENSE = 2, SC_RESIDUAL = 4 };

enum {
  SC_VALUE = 1, SC_DIFF, SC_MISSING, SC_ELAPSED, SC_DAY_SIN, SC_DAY_COS, SC_WEEK_SIN, SC_WEEK_COS, SC_WEEKEND, SC_SEASON
};

/* Where the fields of the header are. */
enum {
  SC_AT_MAGIC = 0, SC_AT_FORMAT = 4, SC_AT_KIND = 6, SC_AT_TARGET = 7, SC_AT_SIZE = 8, SC_AT_VERSION = 12,
  SC_AT_COLUMNS = 16, SC_AT_HORIZON = 18, SC_AT_SEASON = 20, SC_AT_LEVELS = 22, SC_AT_FEATURES = 23, SC_AT_LAYERS = 24,
  SC_AT_GATED = 25, SC_AT_FLAGS = 26, SC_AT_DENSE = 27, SC_AT_DENSE_Q = 28, SC_AT_HEAD_Q = 29, SC_AT_GOLDEN = 30,
  SC_AT_HASH = 32, SC_AT_NAME = 64, SC_AT_HIDDEN = 96, SC_AT_CELLS = 104, SC_AT_LAYER_Q = 108, SC_HEADER = 112
};

static inline uint32_t sc_padded(uint32_t bytes) { return (bytes + 3u) & ~(uint32_t)3u; }

static inline uint8_t sc_header8(const sc_net *net, uint32_t at) { return sc_u8(net->blob + at); }
static inline uint16_t sc_header16(const sc_net *net, uint32_t at) {
  return sc_u16((const uint16_t *)(const void *)(net->blob + at));
}
static inline uint32_t sc_header32(const sc_net *net, uint32_t at) {
  return sc_u32((const uint32_t *)(const void *)(net->blob + at));
}

static inline uint16_t sc_hidden_units(const sc_net *net, uint8_t layer) {
  return sc_header16(net, SC_AT_HIDDEN + 2u * layer);
}

/*
 * Bytes of a block: `units` records of `side` rows each, which read `first` numbers of one operand and `second` of another (0: there
 * is none); `further` biases more a record.
 */
static inline uint32_t sc_block_bytes(uint8_t kind, uint32_t units, uint32_t side, uint32_t further, uint32_t first,
                                      uint32_t second) {
  const uint32_t biases = side + further, weights = side * (first + second);
  if (kind == SC_NET_FLOAT) return units * 4u * (biases + weights);
  return units * sc_padded(4u * biases + 2u * side * (second ? 2u : 1u) + weights);
}

/* The record after one that ends before `end`. */
static inline const uint8_t *sc_next_record(const void *end) {
  return (const uint8_t *)(((uintptr_t)end + 3u) & ~(uintptr_t)3u);
}

/* Bytes of the recurrent state of a layer. */
uint32_t sc_layer_state(uint8_t kind, uint8_t cell, uint32_t hidden);

/* Columns of x that a feature takes up; 0 for one that is not known. */
uint16_t sc_feature_width(uint8_t feature, uint16_t horizon);

/* The part of the state that is not the network's: its size, and what it holds before the first step. */
void sc_net_place_series(sc_net *net);
void sc_net_reset_series(const sc_net *net, void *state);

/* Where x, y and the space of a step are within the scratch. */
static inline uint32_t sc_column_bytes(const sc_net *net) {
  return net->kind == SC_NET_FLOAT ? 4u * net->columns : sc_padded(2u * net->columns);
}
static inline void *sc_scratch_x(void *scratch) { return scratch; }
static inline void *sc_scratch_y(const sc_net *net, void *scratch) { return (uint8_t *)scratch + sc_column_bytes(net); }
static inline void *sc_scratch_work(const sc_net *net, void *scratch) {
  return (uint8_t *)scratch + sc_column_bytes(net) + 4u * net->outputs;
}

#endif
