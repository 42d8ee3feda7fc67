/* Integer steps: int8 weights, Q15 state, Q4.11 columns. The arithmetic, to the bit: protocol/model.md. */
#include <string.h>

#include "sc_net_blob.h"

#ifndef SC_NET_NO_INT8

/* min(32767, floor(2^15 t (1 + (1 - t^2) / 6144) + 1/2)), t = tanh(i / 32) */
static const int16_t tanh_table[257] SC_ROM = {
  0, 1024, 2046, 3064, 4075, 5080, 6074, 7057, 8027, 8982, 9921, 10842,
  11744, 12627, 13488, 14328, 15145, 15938, 16708, 17454, 18175, 18872, 19544, 20192,
  20815, 21413, 21988, 22539, 23067, 23573, 24056, 24517, 24958, 25377, 25778, 26158,
  26521, 26865, 27192, 27503, 27798, 28077, 28342, 28593, 28831, 29056, 29269, 29470,
  29661, 29841, 30011, 30171, 30322, 30465, 30600, 30728, 30848, 30961, 31067, 31168,
  31263, 31352, 31436, 31515, 31590, 31660, 31726, 31788, 31847, 31902, 31954, 32002,
  32048, 32091, 32132, 32170, 32206, 32240, 32272, 32301, 32330, 32356, 32381, 32404,
  32426, 32447, 32466, 32484, 32501, 32517, 32533, 32547, 32560, 32573, 32584, 32596,
  32606, 32616, 32625, 32634, 32642, 32649, 32657, 32663, 32670, 32676, 32681, 32686,
  32691, 32696, 32700, 32704, 32708, 32712, 32715, 32719, 32722, 32724, 32727, 32729,
  32732, 32734, 32736, 32738, 32740, 32742, 32743, 32745, 32746, 32747, 32749, 32750,
  32751, 32752, 32753, 32754, 32755, 32755, 32756, 32757, 32758, 32758, 32759, 32759,
  32760, 32760, 32761, 32761, 32762, 32762, 32762, 32763, 32763, 32763, 32764, 32764,
  32764, 32764, 32765, 32765, 32765, 32765, 32765, 32766, 32766, 32766, 32766, 32766,
  32766, 32766, 32766, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767,
  32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767,
  32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767,
  32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767,
  32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767,
  32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767,
  32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767, 32767,
  32767, 32767, 32767, 32767, 32767,
};

/* Rows that are still to come of a group; see protocol/model.md. */
typedef struct rows {
  const int32_t *bias; /* NULL: none */
  const uint16_t *m;
  const int8_t *w;
} rows;

/* What a group of rows reads. */
typedef struct operand {
  const int16_t *v;
  uint16_t size;
  uint8_t shift; /* fraction bits of v, and one */
} operand;

/* floor(a * m / 2^s); wraps. */
static int32_t scaled(int32_t a, uint32_t m, uint8_t s) {
  const uint32_t low = (uint32_t)a & (((uint32_t)1 << s) - 1u);
  return (int32_t)((uint32_t)(a >> s) * m + ((low * m) >> s));
}

static int32_t add(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

/* a / 2^k, halves upwards */
static int32_t rounded(int32_t a, uint8_t k) { return add(a, (int32_t)1 << (k - 1)) >> k; }

static int32_t tanh15(int32_t a) {
  const int32_t size = a < 0 ? -a : a;
  int32_t t = 32767;
  if (size < ((int32_t)1 << 18)) {
    const int16_t *at = tanh_table + (size >> 10);
    const int32_t low = sc_i16(at);
    t = low + (((sc_i16(at + 1) - low) * (size & 1023) + 512) >> 10);
  }
  return a < 0 ? -t : t;
}

/* 0 to 32768 = 1 */
static int32_t sigmoid(int32_t sum, uint8_t q) {
  const int32_t t = tanh15(rounded(sum, (uint8_t)(q - 14)));
  return (t + 32768 + (t >= 0)) >> 1;
}

static int32_t squashed(int32_t sum, uint8_t q) { return tanh15(rounded(sum, (uint8_t)(q - 15))); }

/* Places a group at `at` and gives the offset after it. */
static uint32_t group(const sc_net *net, uint32_t at, uint32_t n, uint32_t inputs, uint8_t biased, rows *g) {
  const uint8_t *p = net->blob + at;
  g->bias = biased ? (const int32_t *)(const void *)p : NULL;
  if (biased) p += 4u * n;
  g->m = (const uint16_t *)(const void *)p;
  g->w = (const int8_t *)(p + sc_padded(2u * n));
  return at + sc_rows_bytes(SC_NET_INT8, n, inputs, biased);
}

/* The next `side` rows, which are stored side by side, added to out[side]. */
static void next_rows(rows *g, uint8_t side, const operand *in, int32_t *out) {
  const int16_t *v = in->v, *const end = v + in->size;
  const int8_t *w = g->w;
  int32_t acc[4] = {0, 0, 0, 0};
  if (side == 1) {
    int32_t a = 0;
    for (; v != end; v++) a += sc_i8(w++) * (int32_t)*v;
    acc[0] = a;
  } else if (side == 3) {
    int32_t a = 0, b = 0, c = 0;
    for (; v != end; v++, w += 3) {
      const int32_t x = *v;
      a += sc_i8(w) * x;
      b += sc_i8(w + 1) * x;
      c += sc_i8(w + 2) * x;
    }
    acc[0] = a;
    acc[1] = b;
    acc[2] = c;
  } else {
    for (; v != end; v++, w += side) {
      const int32_t x = *v;
      acc[0] += sc_i8(w) * x;
      acc[1] += sc_i8(w + 1) * x;
      if (side == 4) {
        acc[2] += sc_i8(w + 2) * x;
        acc[3] += sc_i8(w + 3) * x;
      }
    }
  }
  g->w = w;
  for (uint8_t p = 0; p < side; p++) {
    out[p] = add(out[p], scaled(acc[p], sc_u16(g->m++), in->shift));
    if (g->bias) out[p] = add(out[p], sc_i32(g->bias++));
  }
}

/* h' = n + z (h - n), the rest kept in e. */
static int16_t moved(int32_t z, int32_t n, int16_t h, uint16_t *e) {
  const int32_t v = z * (h - n) + (*e & 32767);
  *e = (uint16_t)(v & 32767);
  return (int16_t)(n + (v >> 15));
}

/* A layer's step: reads `in` and the state h, writes the next h to `next` and the rest of the state in place. */
static void step_layer(const sc_net *net, uint8_t layer, const operand *in, uint8_t *state, int16_t *next, int16_t *reset) {
  const uint16_t H = sc_hidden_units(net, layer);
  const uint8_t cell = sc_header8(net, SC_AT_CELLS + layer), q = sc_header8(net, SC_AT_LAYER_Q + layer);
  const uint8_t side = cell == SC_LSTM ? 4 : cell == SC_GRU ? 3 : cell == SC_RNN ? 1 : 2;
  int16_t *h = (int16_t *)(void *)state;
  const operand own = {h, H, 16};
  rows x, r, xn = {NULL, NULL, NULL}, rn = xn;
  uint32_t at = group(net, net->at_layer[layer], (uint32_t)side * H, in->size, 1, &x);
  if (cell == SC_GRU_BEFORE) at = group(net, at, H, in->size, 1, &xn);
  at = group(net, at, (uint32_t)side * H, H, 0, &r);
  if (cell == SC_GRU_BEFORE) (void)group(net, at, H, H, 0, &rn);

  if (cell == SC_RNN) {
    for (uint16_t u = 0; u < H; u++) {
      int32_t sum = 0;
      next_rows(&x, 1, in, &sum);
      next_rows(&r, 1, &own, &sum);
      next[u] = (int16_t)squashed(sum, q);
    }
  } else if (cell == SC_GRU) {
    uint16_t *e = (uint16_t *)(h + H);
    const int32_t *c = (const int32_t *)(const void *)(net->blob + at);
    for (uint16_t u = 0; u < H; u++) {
      int32_t sums[3] = {0, 0, 0}, gates[3] = {0, 0, 0};
      next_rows(&x, 3, in, sums);
      gates[2] = sc_i32(c++);
      next_rows(&r, 3, &own, gates);
      const int32_t z = sigmoid(add(sums[0], gates[0]), q);
      const int32_t reset_by = sigmoid(add(sums[1], gates[1]), q);
      const int32_t n = squashed(add(sums[2], scaled(gates[2], (uint32_t)reset_by, 15)), q);
      next[u] = moved(z, n, h[u], &e[u]);
    }
  } else if (cell == SC_GRU_BEFORE) {
    uint16_t *e = (uint16_t *)(h + H);
    const operand after = {reset, H, 16};
    for (uint16_t u = 0; u < H; u++) {
      int32_t sums[2] = {0, 0};
      next_rows(&x, 2, in, sums);
      next_rows(&r, 2, &own, sums);
      next[u] = (int16_t)(uint16_t)sigmoid(sums[0], q); /* z waits where h' will be, its 16 bits unsigned */
      reset[u] = (int16_t)((sigmoid(sums[1], q) * h[u] + 16384) >> 15);
    }
    for (uint16_t u = 0; u < H; u++) {
      int32_t sum = 0;
      next_rows(&xn, 1, in, &sum);
      next_rows(&rn, 1, &after, &sum);
      next[u] = moved((uint16_t)next[u], squashed(sum, q), h[u], &e[u]);
    }
  } else {
    int32_t *c = (int32_t *)(void *)(state + sc_padded(2u * H));
    for (uint16_t u = 0; u < H; u++) {
      const int32_t most = (int32_t)1 << 30;
      int32_t sums[4] = {0, 0, 0, 0};
      next_rows(&x, 4, in, sums);
      next_rows(&r, 4, &own, sums);
      const int32_t i = sigmoid(sums[0], q), o = sigmoid(sums[1], q), f = sigmoid(sums[2], q);
      const int32_t written = (i * squashed(sums[3], q)) >> 10;
      const uint32_t low = ((uint32_t)(c[u] & 32767) * (uint32_t)f + 16384u) >> 15;
      int32_t cell_state = add((int32_t)((uint32_t)(c[u] >> 15) * (uint32_t)f + low), written);
      if (cell_state > most) cell_state = most;
      if (cell_state < -most) cell_state = -most;
      c[u] = cell_state;
      next[u] = (int16_t)((o * tanh15(rounded(cell_state, 5)) + 16384) >> 15);
    }
  }
  memcpy(h, next, 2u * (uint32_t)H);
}

/* v = phi(D v + d) */
static void step_dense(const sc_net *net, int16_t *v, int16_t *next, uint16_t size, uint8_t bits) {
  const operand in = {v, size, (uint8_t)(bits + 1)};
  const uint8_t q = sc_header8(net, SC_AT_DENSE_Q);
  rows d;
  (void)group(net, net->at_dense, size, size, 1, &d);
  for (uint16_t u = 0; u < size; u++) {
    int32_t sum = 0;
    next_rows(&d, 1, &in, &sum);
    sum = net->dense == SC_SIGMOID ? sigmoid(sum, q) : squashed(sum, q);
    next[u] = (int16_t)(sum > 32767 ? 32767 : sum);
  }
  memcpy(v, next, 2u * (uint32_t)size);
}

static void step_head(const sc_net *net, const operand *in, const operand *columns, int32_t *y) {
  rows g;
  uint32_t at = group(net, net->at_head, net->outputs, in->size, 1, &g);
  memset(y, 0, 4u * (uint32_t)net->outputs);
  for (uint16_t i = 0; i < net->outputs; i++) next_rows(&g, 1, in, &y[i]);
  if (net->flags & SC_DIRECT) {
    at = group(net, at, net->outputs, columns->size, 0, &g);
    for (uint16_t i = 0; i < net->outputs; i++) next_rows(&g, 1, columns, &y[i]);
  }
  (void)group(net, at, (uint32_t)net->gated * net->horizon, in->size, 1, &g);
  for (uint8_t j = 0; j < net->gated; j++) {
    const uint16_t from = sc_header16(net, net->at_gated + 4u * j);
    const uint8_t moves = sc_header16(net, net->at_gated + 4u * j + 2u) != 1;
    for (uint16_t k = 0; k < net->horizon; k++) {
      int32_t gate = 0;
      next_rows(&g, 1, in, &gate);
      const int32_t column = columns->v[from + (moves ? k : 0)];
      const int32_t carried = add((int32_t)((uint32_t)(gate >> 11) * (uint32_t)column), ((gate & 2047) * column) >> 11);
      for (uint8_t level = 0; level < net->levels; level++) {
        int32_t *out = &y[(uint32_t)k * net->levels + level];
        *out = add(*out, carried);
      }
    }
  }
}

int16_t sc_net_quantise(float column) {
  const float scaled_up = column * 2048.0f + 0.5f;
  if (scaled_up != scaled_up) return 0;
  if (scaled_up >= 32767.0f) return 32767;
  if (scaled_up <= -32768.0f) return -32768;
  const int32_t whole = (int32_t)scaled_up;
  return (int16_t)((float)whole > scaled_up ? whole - 1 : whole);
}

void sc_net_step_int8(const sc_net *net, void *hidden, void *scratch, const int16_t *x, int32_t *y) {
  int16_t *next = sc_scratch_work(net, scratch), *v = next + sc_padded(2u * net->widest) / 2u;
  int16_t *reset = v + sc_padded(2u * net->widest) / 2u;
  const operand columns = {x, net->columns, SC_NET_X_BITS + 1};
  operand in = columns;
  uint8_t *state = hidden;
  uint8_t bits = 15;
  for (uint8_t layer = 0; layer < net->layers; layer++) {
    const uint16_t H = sc_hidden_units(net, layer);
    step_layer(net, layer, &in, state, next, reset);
    state += sc_layer_state(SC_NET_INT8, sc_header8(net, SC_AT_CELLS + layer), H);
    if ((net->flags & SC_RESIDUAL) && layer > 0) {
      const uint8_t kept = layer == 1 ? 14 : 13, lost = (uint8_t)(bits - kept);
      for (uint16_t u = 0; u < H; u++) v[u] = (int16_t)((next[u] >> (15 - kept)) + (v[u] >> lost));
      bits = kept;
    } else {
      memcpy(v, next, 2u * (uint32_t)H);
    }
    in.v = v;
    in.size = H;
    in.shift = (uint8_t)(bits + 1);
  }
  if (net->flags & SC_DENSE) {
    step_dense(net, v, next, in.size, bits);
    in.shift = 16;
  }
  step_head(net, &in, &columns, y);
}

#endif
