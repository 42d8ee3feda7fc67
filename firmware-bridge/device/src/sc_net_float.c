/* The same networks in single precision: protocol/model.md. */
#include <string.h>

#include "sc_net_blob.h"
#include "sc_net_math.h"

#ifndef SC_NET_NO_FLOAT

/* Rows that are still to come of a group. */
typedef struct rows {
  const float *bias; /* NULL: none */
  const float *w;
} rows;

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

static uint32_t group(const sc_net *net, uint32_t at, uint32_t n, uint32_t inputs, uint8_t biased, rows *g) {
  const float *p = (const float *)(const void *)(net->blob + at);
  g->bias = biased ? p : NULL;
  g->w = biased ? p + n : p;
  return at + sc_rows_bytes(SC_NET_FLOAT, n, inputs, biased);
}

/* The next `side` rows, which are stored side by side, added to out[side]. */
static void next_rows(rows *g, uint8_t side, const float *v, uint16_t size, float *out) {
  for (uint16_t i = 0; i < size; i++)
    for (uint8_t p = 0; p < side; p++) out[p] += sc_f32(g->w++) * v[i];
  if (g->bias)
    for (uint8_t p = 0; p < side; p++) out[p] += sc_f32(g->bias++);
}

static void step_layer(const sc_net *net, uint8_t layer, const float *in, uint16_t size, float *h, float *next,
                       float *reset) {
  const uint16_t H = sc_hidden_units(net, layer);
  const uint8_t cell = sc_header8(net, SC_AT_CELLS + layer), activation = sc_header8(net, SC_AT_DENSE_Q);
  const uint8_t side = cell == SC_LSTM ? 4 : cell == SC_GRU ? 3 : cell == SC_RNN ? 1 : 2;
  rows x, r, xn = {NULL, NULL}, rn = xn;
  uint32_t at = group(net, net->at_layer[layer], (uint32_t)side * H, size, 1, &x);
  if (cell == SC_GRU_BEFORE) at = group(net, at, H, size, 1, &xn);
  at = group(net, at, (uint32_t)side * H, H, 0, &r);
  if (cell == SC_GRU_BEFORE) (void)group(net, at, H, H, 0, &rn);
  const float *bias = (const float *)(const void *)(net->blob + at);

  for (uint16_t u = 0; u < H; u++) {
    float sums[4] = {0, 0, 0, 0}, gates[4] = {0, 0, 0, 0};
    next_rows(&x, side, in, size, sums);
    next_rows(&r, side, h, H, gates);
    if (cell == SC_RNN) {
      next[u] = activated(sums[0] + gates[0], activation);
    } else if (cell == SC_GRU) {
      const float z = sc_sigmoid(sums[0] + gates[0]), reset_by = sc_sigmoid(sums[1] + gates[1]);
      const float n = activated(sums[2] + reset_by * (gates[2] + sc_f32(bias++)), activation);
      next[u] = n + z * (h[u] - n);
    } else if (cell == SC_GRU_BEFORE) {
      next[u] = sc_sigmoid(sums[0] + gates[0]);
      reset[u] = sc_sigmoid(sums[1] + gates[1]) * h[u];
    } else {
      float *c = h + H;
      const float i = sc_sigmoid(sums[0] + gates[0]), o = sc_sigmoid(sums[1] + gates[1]);
      c[u] = sc_sigmoid(sums[2] + gates[2]) * c[u] + i * activated(sums[3] + gates[3], activation);
      next[u] = o * activated(c[u], activation);
    }
  }
  if (cell == SC_GRU_BEFORE)
    for (uint16_t u = 0; u < H; u++) {
      float sum = 0;
      next_rows(&xn, 1, in, size, &sum);
      next_rows(&rn, 1, reset, H, &sum);
      const float n = activated(sum, activation);
      next[u] = n + next[u] * (h[u] - n);
    }
  memcpy(h, next, 4u * (uint32_t)H);
}

static void step_head(const sc_net *net, const float *v, uint16_t size, const float *x, float *y) {
  rows g;
  uint32_t at = group(net, net->at_head, net->outputs, size, 1, &g);
  for (uint16_t i = 0; i < net->outputs; i++) {
    y[i] = 0;
    next_rows(&g, 1, v, size, &y[i]);
  }
  if (net->flags & SC_DIRECT) {
    at = group(net, at, net->outputs, net->columns, 0, &g);
    for (uint16_t i = 0; i < net->outputs; i++) next_rows(&g, 1, x, net->columns, &y[i]);
  }
  (void)group(net, at, (uint32_t)net->gated * net->horizon, size, 1, &g);
  for (uint8_t j = 0; j < net->gated; j++) {
    const uint16_t from = sc_header16(net, net->at_gated + 4u * j);
    const uint8_t moves = sc_header16(net, net->at_gated + 4u * j + 2u) != 1;
    for (uint16_t k = 0; k < net->horizon; k++) {
      float gate = 0;
      next_rows(&g, 1, v, size, &gate);
      const float carried = gate * x[from + (moves ? k : 0)];
      for (uint8_t level = 0; level < net->levels; level++) y[(uint32_t)k * net->levels + level] += carried;
    }
  }
}

void sc_net_step_float(const sc_net *net, void *hidden, void *scratch, const float *x, float *y) {
  float *next = sc_scratch_work(net, scratch), *v = next + net->widest, *reset = v + net->widest;
  float *h = hidden;
  const float *in = x;
  uint16_t size = net->columns;
  for (uint8_t layer = 0; layer < net->layers; layer++) {
    const uint16_t H = sc_hidden_units(net, layer);
    step_layer(net, layer, in, size, h, next, reset);
    h += sc_layer_state(SC_NET_FLOAT, sc_header8(net, SC_AT_CELLS + layer), H) / 4u;
    if ((net->flags & SC_RESIDUAL) && layer > 0)
      for (uint16_t u = 0; u < H; u++) v[u] += next[u];
    else
      memcpy(v, next, 4u * (uint32_t)H);
    in = v;
    size = H;
  }
  if (net->flags & SC_DENSE) {
    rows d;
    (void)group(net, net->at_dense, size, size, 1, &d);
    for (uint16_t u = 0; u < size; u++) {
      next[u] = 0;
      next_rows(&d, 1, v, size, &next[u]);
      next[u] = activated(next[u], net->dense);
    }
    in = next;
  }
  step_head(net, in, size, x, y);
}

#endif
