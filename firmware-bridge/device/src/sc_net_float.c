/* The same networks in single precision: protocol/model.md. */
#include <string.h>

#include "sc_net_blob.h"
#include "sc_net_math.h"

#ifndef SC_NET_NO_FLOAT

static float activated(float a, uint8_t activation) {
  switch (activation) {
    case SC_RELU:
      return a > 0 ? a : 0.0f;
    case SC_LEAKY:
      return a > 0 ? a : 0.01f * a;
    case SC_SIGMOID:
      return sc_sigmoid(a);
    case SC_ELU:
      return a > 0 ? a : sc_exp(a) - 1.0f;
    default:
      return sc_tanh(a);
  }
}

/* `side` rows side by side times v, added to sums; gives the weights after them. */
static const float *dot(const float *w, uint8_t side, const float *v, uint16_t size, float *sums) {
  for (uint16_t i = 0; i < size; i++)
    for (uint8_t p = 0; p < side; p++) sums[p] += sc_f32(w++) * v[i];
  return w;
}

/* The row at *record, of one operand or two; moves on to the next record. */
static float next_row(const float **record, const float *first, uint16_t size, const float *second, uint16_t more) {
  float sum = sc_f32(*record);
  *record = dot(*record + 1, 1, first, size, &sum);
  *record = dot(*record, 1, second, more, &sum);
  return sum;
}

static void step_layer(const sc_net *net, uint8_t k, const float *in, uint16_t size, float *h, float *next, float *reset) {
  const uint16_t H = sc_hidden_units(net, k);
  const uint8_t cell = sc_header8(net, SC_AT_CELLS + k), activation = sc_header8(net, SC_AT_DENSE_Q);
  const uint8_t side = cell == SC_LSTM ? 4 : cell == SC_GRU ? 3 : cell == SC_RNN ? 1 : 2;
  const float *record = (const float *)(const void *)(net->blob + net->at_layer[k]);
  for (uint16_t u = 0; u < H; u++) {
    float a[4] = {0, 0, 0, 0}, b[4] = {0, 0, 0, 0};
    for (uint8_t p = 0; p < side; p++) a[p] = sc_f32(record++);
    if (cell == SC_GRU) b[2] = sc_f32(record++);
    record = dot(record, side, in, size, a);
    record = dot(record, side, h, H, b);
    if (cell == SC_RNN) {
      next[u] = activated(a[0] + b[0], activation);
    } else if (cell == SC_GRU) {
      const float n = activated(a[2] + sc_sigmoid(a[1] + b[1]) * b[2], activation);
      next[u] = n + sc_sigmoid(a[0] + b[0]) * (h[u] - n);
    } else if (cell == SC_GRU_BEFORE) {
      next[u] = sc_sigmoid(a[0] + b[0]);
      reset[u] = sc_sigmoid(a[1] + b[1]) * h[u];
    } else {
      float *c = h + H;
      c[u] = sc_sigmoid(a[2] + b[2]) * c[u] + sc_sigmoid(a[0] + b[0]) * activated(a[3] + b[3], activation);
      next[u] = sc_sigmoid(a[1] + b[1]) * activated(c[u], activation);
    }
  }
  if (cell == SC_GRU_BEFORE)
    for (uint16_t u = 0; u < H; u++) {
      const float n = activated(next_row(&record, in, size, reset, H), activation);
      next[u] = n + next[u] * (h[u] - n);
    }
  memcpy(h, next, 4u * (uint32_t)H);
}

/* What the head weighs of the columns themselves. */
static void add_gated(const sc_net *net, const float *v, uint16_t size, const float *x, float *y) {
  const float *record = (const float *)(const void *)(net->blob + net->at_gates);
  for (uint8_t j = 0; j < net->gated; j++) {
    const uint16_t from = sc_header16(net, net->at_gated + 4u * j);
    const uint8_t moves = sc_header16(net, net->at_gated + 4u * j + 2u) != 1;
    float *out = y;
    for (uint16_t k = 0; k < net->horizon; k++) {
      const float carried = next_row(&record, v, size, NULL, 0) * x[from + (moves ? k : 0)];
      for (uint8_t level = 0; level < net->levels; level++) *out++ += carried;
    }
  }
}

void sc_net_step_float(const sc_net *net, void *hidden, void *scratch, const float *x, float *y) {
  float *next = sc_scratch_work(net, scratch), *v = next + net->widest, *reset = v + net->widest;
  float *h = hidden;
  const float *in = x;
  uint16_t size = net->columns;
  for (uint8_t k = 0; k < net->layers; k++) {
    const uint16_t H = sc_hidden_units(net, k);
    step_layer(net, k, in, size, h, next, reset);
    if ((net->flags & SC_RESIDUAL) && k > 0) {
      for (uint16_t u = 0; u < H; u++) v[u] = h[u] + in[u];
      in = v;
    } else {
      in = h;
    }
    size = H;
    h += sc_layer_state(SC_NET_FLOAT, sc_header8(net, SC_AT_CELLS + k), H) / 4u;
  }
  if (net->flags & SC_DENSE) {
    const float *record = (const float *)(const void *)(net->blob + net->at_dense);
    for (uint16_t u = 0; u < size; u++) next[u] = activated(next_row(&record, in, size, NULL, 0), net->dense);
    in = next;
  }
  const float *record = (const float *)(const void *)(net->blob + net->at_head);
  const uint16_t direct = net->flags & SC_DIRECT ? net->columns : 0;
  for (uint16_t i = 0; i < net->outputs; i++) y[i] = next_row(&record, in, size, x, direct);
  if (net->gated) add_gated(net, in, size, x, y);
}

#endif
