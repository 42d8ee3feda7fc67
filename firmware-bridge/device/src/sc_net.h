/*
 * Recurrent forecasters on a microcontroller: GRU, LSTM and RNN step models as `stepcast export-c` writes them.
 *
 * C99, no heap, no global state, no libm. A model is a blob (protocol/model.md) that stays where it is, usually in
 * flash; state and scratch are the caller's. Integer models (int8 weights, Q15 state) give the same bits on every
 * target; float ones agree to about 1e-6.
 *
 *     static uint32_t state[NAME_STATE_BYTES / 4], scratch[NAME_SCRATCH_BYTES / 4];
 *     sc_net net;
 *     if (sc_net_open(&net, blob, blob_size) != SC_NET_OK) ...
 *     if (sc_net_self_test(&net, state, scratch) != SC_NET_OK) ...
 *     sc_net_reset(&net, state);
 *     for each step:  sc_net_observe(&net, state, scratch, &tick, forecast);
 */
#ifndef SC_NET_H
#define SC_NET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SC_NET_FORMAT 1u      /* version of the blob */
#define SC_NET_MAX_LAYERS 4u
#define SC_NET_MAX_HIDDEN 256u
#define SC_NET_MAX_COLUMNS 511u
#define SC_NET_X_BITS 11      /* fraction bits of the columns of x in an integer model: Q4.11 */

typedef enum sc_net_status {
  SC_NET_OK = 0,
  SC_NET_SHORT = 1,     /* fewer bytes than the blob says it has */
  SC_NET_UNALIGNED = 2, /* blob, state or scratch is not on a multiple of 4 bytes */
  SC_NET_MAGIC = 3,     /* not a model */
  SC_NET_VERSION = 4,   /* of another format, or of a kind this build leaves out */
  SC_NET_CRC = 5,       /* damaged */
  SC_NET_LAYOUT = 6,    /* contradicts itself, or is larger than this library takes */
  SC_NET_GOLDEN = 7     /* this build computes something else than the exporter did */
} sc_net_status;

typedef enum sc_net_kind { SC_NET_INT8 = 0, SC_NET_FLOAT = 1 } sc_net_kind;
typedef enum sc_net_target { SC_NET_VALUE = 0, SC_NET_CHANGE = 1 } sc_net_target;

/* An open model: where its parts are within the blob. Plain data, may be copied. */
typedef struct sc_net {
  const uint8_t *blob;
  uint32_t size;        /* bytes of the blob */
  uint8_t kind;         /* sc_net_kind */
  uint8_t target;       /* sc_net_target */
  uint8_t features;     /* kinds of columns, sc_net_feature */
  uint8_t layers;
  uint8_t levels;       /* quantile levels, increasing */
  uint8_t gated;        /* groups of columns that the head weighs by the state */
  uint8_t flags;
  uint8_t dense;        /* activation of the dense layer before the head */
  uint8_t y_bits;       /* fraction bits of the outputs of an integer model */
  uint16_t columns;     /* of x */
  uint16_t horizon;     /* steps */
  uint16_t outputs;     /* horizon * levels */
  uint16_t season;      /* steps, 0: none */
  uint16_t ring;        /* past values kept */
  uint16_t golden;      /* steps of the self-test */
  uint16_t widest;      /* hidden units of the widest layer */
  uint32_t version;     /* of the model */
  uint32_t at_features, at_levels, at_gated, at_dense, at_head, at_gates, at_golden;
  uint32_t at_layer[SC_NET_MAX_LAYERS];
  uint32_t hidden_at;     /* offset of the recurrent state within the state */
  uint32_t hidden_bytes;  /* bytes of the recurrent state */
  uint32_t state_bytes;   /* bytes of the whole state: past values, scaler and recurrent state */
  uint32_t scratch_bytes; /* bytes that a call needs for its own use; nothing is kept there */
} sc_net;

/*
 * One step of a series. `value` is NaN for a step whose reading is missing; `missing` counts steps that were skipped
 * altogether just before this one; `restart` clears the recurrent state first, as after a long gap.
 */
typedef struct sc_tick {
  float value;
  uint32_t week_ms; /* of the reading, milliseconds since Monday 00:00 UTC: sc_net_week_ms; 0 when no column needs it */
  uint16_t missing;
  uint8_t restart;
} sc_tick;

/*
 * Opens a blob of `size` bytes (trailing bytes beyond its own size are ignored). Every length is checked against it, and
 * its CRC-32, so that a blob from anywhere is refused rather than read beyond its end. Nothing is copied: the blob must
 * stay. `net` is valid only after SC_NET_OK.
 */
sc_net_status sc_net_open(sc_net *net, const void *blob, size_t size);

/* Clears a state: nothing has been seen. */
void sc_net_reset(const sc_net *net, void *state);

/*
 * Steps the golden inputs of the blob and compares: bit for bit in an integer model, within 1e-4 in a float one.
 * Overwrites `state` and leaves it cleared.
 */
sc_net_status sc_net_self_test(const sc_net *net, void *state, void *scratch);

/*
 * Takes in one step and forecasts: forecast[(h - 1) * levels + q] is the quantile net->levels[q] for h steps ahead, in the
 * unit of the series, never crossing. All values are finite once one finite value was seen; before that they are 0.
 */
void sc_net_observe(const sc_net *net, void *state, void *scratch, const sc_tick *tick, float *forecast);

/*
 * One step of an integer model alone: x[columns] in Q4.11, `hidden` the recurrent state (sc_net_hidden), y[outputs] with
 * net->y_bits fraction bits. The same bits on every target (protocol/model.md).
 */
void sc_net_step_int8(const sc_net *net, void *hidden, void *scratch, const int16_t *x, int32_t *y);

/* The same of a float model. */
void sc_net_step_float(const sc_net *net, void *hidden, void *scratch, const float *x, float *y);

/* A column as an integer model reads it: rounded to Q4.11, within +-16, 0 for NaN. */
int16_t sc_net_quantise(float column);

/* The recurrent state within a state; net->hidden_bytes long. It is little-endian plain data and may be copied. */
void *sc_net_hidden(const sc_net *net, void *state);

/* Level `index`, 0 to levels - 1. */
float sc_net_level(const sc_net *net, uint8_t index);

/* Name of the model: at most 31 bytes of UTF-8 and a zero byte, copied to `name`. */
void sc_net_name(const sc_net *net, char name[32]);

/* SHA-256 of the ONNX file that the model was made from, copied to `hash`. */
void sc_net_source_hash(const sc_net *net, uint8_t hash[32]);

/* Milliseconds since Monday 00:00 UTC of a Unix time in milliseconds. */
uint32_t sc_net_week_ms(uint64_t epoch_ms);

/* Whether a column of x depends on the time of day or week: without time from the host the model cannot run. */
uint8_t sc_net_needs_time(const sc_net *net);

#ifdef __cplusplus
}
#endif

#endif
