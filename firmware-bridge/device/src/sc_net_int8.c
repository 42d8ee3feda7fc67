/* Integer steps: int8 weights, Q15 state, Q4.11 columns. The arithmetic, to the bit: protocol/model.md. */
#include "sc_net_blob.h"

#ifndef SC_NET_NO_INT8

/* What a step of a GRU calls is worth a copy there: calls were a third of its time. */
#if defined(__GNUC__)
#define SC_INLINE inline __attribute__((always_inline))
#else
#define SC_INLINE inline
#endif

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

/* What rows read. */
typedef struct operand {
  const int16_t *v;
  uint16_t size;
  uint8_t shift; /* fraction bits of v, and one */
} operand;

static SC_INLINE int32_t add(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

/* floor(a * m / 2^s); wraps. */
static SC_INLINE int32_t scaled(int32_t a, uint32_t m, uint8_t s) {
  const uint32_t low = (uint32_t)a & (((uint32_t)1 << s) - 1u);
  return (int32_t)((uint32_t)(a >> s) * m + ((low * m) >> s));
}

/* a in Q15 */
static SC_INLINE int32_t tanh15(int32_t a) {
  const int32_t size = a < 0 ? -a : a;
  int32_t t = 32767;
  if (size < ((int32_t)1 << 18)) {
    const int16_t *at = tanh_table + (size >> 10);
    const int32_t low = sc_i16(at);
    t = low + (((sc_i16(at + 1) - low) * (size & 1023)) >> 10);
  }
  return a < 0 ? -t : t;
}

static SC_INLINE int32_t squashed(int32_t sum, uint8_t q) { return tanh15(sum >> (q - 15)); }

/* 0 to 32767 */
static SC_INLINE int32_t sigmoid(int32_t sum, uint8_t q) { return (tanh15(sum >> (q - 14)) + 32768) >> 1; }

/* Products of rows that are stored side by side with one operand; each gives the weights after them. */

static const int8_t *dot_one(const int8_t *w, const int16_t *v, uint16_t left, int32_t *sum) {
  int32_t a = 0;
  for (; left >= 4; left = (uint16_t)(left - 4), v += 4, w += 4)
    a += sc_i8(w) * (int32_t)v[0] + sc_i8(w + 1) * (int32_t)v[1] + sc_i8(w + 2) * (int32_t)v[2] +
         sc_i8(w + 3) * (int32_t)v[3];
  for (; left > 0; left--) a += sc_i8(w++) * (int32_t)*v++;
  *sum = a;
  return w;
}

#ifndef SC_NET_NO_GRU_BEFORE
static const int8_t *dot_two(const int8_t *w, const int16_t *v, uint16_t left, int32_t *sums) {
  int32_t a = 0, b = 0;
  for (; left > 0; left--, v++, w += 2) {
    const int32_t x = *v;
    a += sc_i8(w) * x;
    b += sc_i8(w + 1) * x;
  }
  sums[0] = a;
  sums[1] = b;
  return w;
}
#endif

#ifndef SC_NET_NO_GRU
#define THREE(k)                 \
  x = v[k];                      \
  a += sc_i8(w + 3 * k) * x;     \
  b += sc_i8(w + 3 * k + 1) * x; \
  c += sc_i8(w + 3 * k + 2) * x;

static SC_INLINE const int8_t *dot_three(const int8_t *w, const int16_t *v, uint16_t left, int32_t *sums) {
  int32_t a = 0, b = 0, c = 0, x;
  for (; left >= 4; left = (uint16_t)(left - 4), v += 4, w += 12) {
    THREE(0) THREE(1) THREE(2) THREE(3)
  }
  for (; left > 0; left--, v++, w += 3) {
    THREE(0)
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  return w;
}
#endif

#ifndef SC_NET_NO_LSTM
static const int8_t *dot_four(const int8_t *w, const int16_t *v, uint16_t left, int32_t *sums) {
  int32_t a = 0, b = 0, c = 0, d = 0;
  for (; left > 0; left--, v++, w += 4) {
    const int32_t x = *v;
    a += sc_i8(w) * x;
    b += sc_i8(w + 1) * x;
    c += sc_i8(w + 2) * x;
    d += sc_i8(w + 3) * x;
  }
  sums[0] = a;
  sums[1] = b;
  sums[2] = c;
  sums[3] = d;
  return w;
}
#endif

/* The row at *record, of one operand or two; moves on to the next record. */
static int32_t next_row(const uint8_t **record, const operand *first, const operand *second) {
  const int32_t *bias = (const int32_t *)(const void *)*record;
  const uint16_t *m = (const uint16_t *)(const void *)(bias + 1);
  const int8_t *w = (const int8_t *)(m + (second ? 2 : 1));
  int32_t sum;
  w = dot_one(w, first->v, first->size, &sum);
  int32_t row = add(sc_i32(bias), scaled(sum, sc_u16(m), first->shift));
  if (second) {
    w = dot_one(w, second->v, second->size, &sum);
    row = add(row, scaled(sum, sc_u16(m + 1), second->shift));
  }
  *record = sc_next_record(w);
  return row;
}

/* h' = n + z (h - n), the rest kept in e. */
static SC_INLINE int16_t moved(int32_t z, int32_t n, int16_t h, uint16_t *e) {
  const int32_t v = z * (h - n) + (*e & 32767);
  *e = (uint16_t)(v & 32767);
  return (int16_t)(n + (v >> 15));
}

typedef struct layer {
  const uint8_t *record;
  operand in, own; /* own: the state before the step */
  uint16_t H;
  uint8_t q;
  int16_t *h, *next;
  void *beside;   /* what a unit keeps beside h */
  int16_t *reset; /* space for H values */
} layer;

#ifndef SC_NET_NO_RNN
static void step_rnn(const layer *l) {
  const uint8_t *record = l->record;
  for (uint16_t u = 0; u < l->H; u++) l->next[u] = (int16_t)squashed(next_row(&record, &l->in, &l->own), l->q);
}
#endif

#ifndef SC_NET_NO_GRU
static void step_gru(const layer *l) {
  const int16_t *const x = l->in.v, *const h = l->h;
  const uint16_t columns = l->in.size, H = l->H;
  const uint8_t shift = l->in.shift, q = l->q;
  const uint8_t *record = l->record;
  uint16_t *e = l->beside;
  int16_t *next = l->next;
  for (uint16_t u = 0; u < H; u++) {
    const int32_t *bias = (const int32_t *)(const void *)record;
    const uint16_t *m = (const uint16_t *)(const void *)(bias + 4);
    int32_t a[3], b[3];
    const int8_t *w = dot_three((const int8_t *)(m + 6), x, columns, a);
    a[0] = add(sc_i32(bias), scaled(a[0], sc_u16(m), shift));
    a[1] = add(sc_i32(bias + 1), scaled(a[1], sc_u16(m + 1), shift));
    a[2] = add(sc_i32(bias + 2), scaled(a[2], sc_u16(m + 2), shift));
    record = sc_next_record(dot_three(w, h, H, b));
    const int32_t z = sigmoid(add(a[0], scaled(b[0], sc_u16(m + 3), 16)), q);
    const int32_t r = sigmoid(add(a[1], scaled(b[1], sc_u16(m + 4), 16)), q);
    const int32_t written = add(sc_i32(bias + 3), scaled(b[2], sc_u16(m + 5), 16));
    const int32_t n = squashed(add(a[2], scaled(written, (uint32_t)r, 15)), q);
    next[u] = moved(z, n, h[u], &e[u]);
  }
}
#endif

#ifndef SC_NET_NO_GRU_BEFORE
static void step_gru_before(const layer *l) {
  const operand after = {l->reset, l->H, 16};
  const uint8_t *record = l->record;
  uint16_t *e = l->beside;
  for (uint16_t u = 0; u < l->H; u++) {
    const int32_t *bias = (const int32_t *)(const void *)record;
    const uint16_t *m = (const uint16_t *)(const void *)(bias + 2);
    int32_t a[2], b[2];
    const int8_t *w = dot_two((const int8_t *)(m + 4), l->in.v, l->in.size, a);
    record = sc_next_record(dot_two(w, l->h, l->H, b));
    for (uint8_t p = 0; p < 2; p++)
      a[p] = add(add(sc_i32(bias + p), scaled(a[p], sc_u16(m + p), l->in.shift)), scaled(b[p], sc_u16(m + 2 + p), 16));
    l->next[u] = (int16_t)sigmoid(a[0], l->q); /* z waits where h' will be */
    l->reset[u] = (int16_t)((sigmoid(a[1], l->q) * l->h[u] + 16384) >> 15);
  }
  for (uint16_t u = 0; u < l->H; u++) {
    const int32_t n = squashed(next_row(&record, &l->in, &after), l->q);
    l->next[u] = moved(l->next[u], n, l->h[u], &e[u]);
  }
}
#endif

#ifndef SC_NET_NO_LSTM
static void step_lstm(const layer *l) {
  const int32_t most = (int32_t)1 << 30;
  const uint8_t *record = l->record;
  const uint8_t q = l->q;
  int32_t *cells = l->beside;
  for (uint16_t u = 0; u < l->H; u++) {
    const int32_t *bias = (const int32_t *)(const void *)record;
    const uint16_t *m = (const uint16_t *)(const void *)(bias + 4);
    int32_t a[4], b[4];
    const int8_t *w = dot_four((const int8_t *)(m + 8), l->in.v, l->in.size, a);
    record = sc_next_record(dot_four(w, l->h, l->H, b));
    for (uint8_t p = 0; p < 4; p++)
      a[p] = add(add(sc_i32(bias + p), scaled(a[p], sc_u16(m + p), l->in.shift)), scaled(b[p], sc_u16(m + 4 + p), 16));
    const int32_t i = sigmoid(a[0], q), o = sigmoid(a[1], q), f = sigmoid(a[2], q);
    const int32_t written = (i * squashed(a[3], q)) >> 10;
    const uint32_t low = ((uint32_t)(cells[u] & 32767) * (uint32_t)f + 16384u) >> 15;
    int32_t c = add((int32_t)((uint32_t)(cells[u] >> 15) * (uint32_t)f + low), written);
    if (c > most) c = most;
    if (c < -most) c = -most;
    cells[u] = c;
    l->next[u] = (int16_t)((o * tanh15((c + 16) >> 5) + 16384) >> 15);
  }
}
#endif

/* Reads `in` and the state `h`, and leaves the next state there. */
static void step_layer(const sc_net *net, uint8_t k, const operand *in, int16_t *h, int16_t *next, int16_t *reset) {
  const uint16_t H = sc_hidden_units(net, k);
  const uint8_t cell = sc_header8(net, SC_AT_CELLS + k);
  layer l;
  l.record = net->blob + net->at_layer[k];
  l.H = H;
  l.q = sc_header8(net, SC_AT_LAYER_Q + k);
  l.in = *in;
  l.h = h;
  l.own.v = h;
  l.own.size = H;
  l.own.shift = 16;
  l.next = next;
  l.reset = reset;
  l.beside = (uint8_t *)h + (cell == SC_LSTM ? sc_padded(2u * H) : 2u * H);
#ifndef SC_NET_NO_RNN
  if (cell == SC_RNN) step_rnn(&l);
#endif
#ifndef SC_NET_NO_GRU
  if (cell == SC_GRU) step_gru(&l);
#endif
#ifndef SC_NET_NO_GRU_BEFORE
  if (cell == SC_GRU_BEFORE) step_gru_before(&l);
#endif
#ifndef SC_NET_NO_LSTM
  if (cell == SC_LSTM) step_lstm(&l);
#endif
  for (int16_t *const end = h + H; h != end;) *h++ = *next++;
}

#ifndef SC_NET_NO_GATED
/* What the head weighs of the columns themselves. */
static void add_gated(const sc_net *net, const operand *in, const int16_t *x, int32_t *y) {
  const uint8_t *record = net->blob + net->at_gates;
  for (uint8_t j = 0; j < net->gated; j++) {
    const uint16_t from = sc_header16(net, net->at_gated + 4u * j);
    const uint8_t moves = sc_header16(net, net->at_gated + 4u * j + 2u) != 1;
    int32_t *out = y;
    for (uint16_t k = 0; k < net->horizon; k++) {
      const int32_t gate = next_row(&record, in, NULL), column = x[from + (moves ? k : 0)];
      const int32_t carried = add((int32_t)((uint32_t)(gate >> 11) * (uint32_t)column), ((gate & 2047) * column) >> 11);
      for (uint8_t level = 0; level < net->levels; level++, out++) *out = add(*out, carried);
    }
  }
}
#endif

void sc_net_step_int8(const sc_net *net, void *hidden, void *scratch, const int16_t *x, int32_t *y) {
  const uint32_t width = sc_padded(2u * net->widest) / 2u;
  int16_t *next = sc_scratch_work(net, scratch), *reset = next + 2u * width;
  const operand columns = {x, net->columns, SC_NET_X_BITS + 1};
  operand in = columns;
  uint8_t *state = hidden;
  uint8_t bits = 15;
  for (uint8_t k = 0; k < net->layers; k++) {
    const uint16_t H = sc_hidden_units(net, k);
    int16_t *h = (int16_t *)(void *)state;
    step_layer(net, k, &in, h, next, reset);
    state += sc_layer_state(SC_NET_INT8, sc_header8(net, SC_AT_CELLS + k), H);
    const int16_t *below = in.v;
    in.v = h;
    in.size = H;
#ifdef SC_NET_NO_RESIDUAL
    (void)below;
#else
    if ((net->flags & SC_RESIDUAL) && k > 0) {
      int16_t *v = next + width;
      const uint8_t kept = k == 1 ? 14 : 13, lost = (uint8_t)(bits - kept);
      for (uint16_t u = 0; u < H; u++) v[u] = (int16_t)((h[u] >> (15 - kept)) + (below[u] >> lost));
      bits = kept;
      in.v = v;
    }
#endif
    in.shift = (uint8_t)(bits + 1);
  }
#ifndef SC_NET_NO_DENSE
  if (net->flags & SC_DENSE) {
    const uint8_t *record = net->blob + net->at_dense;
    const uint8_t q = sc_header8(net, SC_AT_DENSE_Q);
    for (uint16_t u = 0; u < in.size; u++) {
      const int32_t sum = next_row(&record, &in, NULL);
      next[u] = (int16_t)(net->dense == SC_SIGMOID ? sigmoid(sum, q) : squashed(sum, q));
    }
    in.v = next;
    in.shift = 16;
  }
#endif
  const uint8_t *record = net->blob + net->at_head;
  const operand *direct = net->flags & SC_DIRECT ? &columns : NULL;
  for (uint16_t i = 0; i < net->outputs; i++) y[i] = next_row(&record, &in, direct);
#ifndef SC_NET_NO_GATED
  if (net->gated) add_gated(net, &in, x, y);
#endif
}

#endif
