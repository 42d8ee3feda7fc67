/*
 * Runs a model over files, on whatever target it is built for:
 *
 *     kernels step BLOB X Y        rows of columns (as the kind has them) to rows of y, then the recurrent state
 *     kernels observe BLOB T F     ticks (f32 value, u32 week_ms, u16 missing, u8 restart, a zero byte) to forecasts (f32)
 *     kernels cost BLOB            instructions of a step and of an observation, where QEMU counts them (-icount shift=0)
 *
 * The first line of its output says how opening and self-test went, and the bytes of state and scratch.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sc_net.h"

static uint32_t blob[1 << 18], state[1 << 14], scratch[1 << 14];
static float forecast[8192];
static int32_t y[8192];
static uint8_t row[2048];

static int step(const sc_net *net, FILE *in, FILE *out) {
  const size_t size = (net->kind == SC_NET_FLOAT ? 4u : 2u) * net->columns;
  void *hidden = sc_net_hidden(net, state);
  while (fread(row, 1, size, in) == size) {
    if (net->kind == SC_NET_FLOAT)
      sc_net_step_float(net, hidden, scratch, (const float *)(void *)row, (float *)(void *)y);
    else
      sc_net_step_int8(net, hidden, scratch, (const int16_t *)(void *)row, y);
    fwrite(y, 4, net->outputs, out);
  }
  fwrite(hidden, 1, net->hidden_bytes, out);
  return 0;
}

static int observe(const sc_net *net, FILE *in, FILE *out) {
  while (fread(row, 1, 12, in) == 12) {
    sc_tick tick;
    memcpy(&tick.value, row, 4);
    memcpy(&tick.week_ms, row + 4, 4);
    memcpy(&tick.missing, row + 8, 2);
    tick.restart = row[10];
    sc_net_observe(net, state, scratch, &tick, forecast);
    fwrite(forecast, 4, net->outputs, out);
  }
  return 0;
}

#ifdef __arm__
#define TIMER(register) (*(volatile uint32_t *)(0x40000000u + (register)))

static uint32_t now(void) { return 0u - TIMER(4); }

/* The timer runs at 25 MHz, and QEMU gives an instruction a nanosecond. */
static int cost(const sc_net *net) {
  enum { STEPS = 200, INSTRUCTIONS_A_TICK = 40 };
  int16_t *x = (int16_t *)(void *)row;
  TIMER(8) = 0xffffffffu;
  TIMER(4) = 0xffffffffu;
  TIMER(0) = 1;
  const uint32_t begin = now();
  for (int i = 0; i < STEPS; i++) {
    if (net->kind == SC_NET_FLOAT) {
      for (uint16_t c = 0; c < net->columns; c++) ((float *)(void *)row)[c] = (float)((i * 7 + c * 3) % 5) - 2.0f;
      sc_net_step_float(net, sc_net_hidden(net, state), scratch, (float *)(void *)row, (float *)(void *)y);
    } else {
      for (uint16_t c = 0; c < net->columns; c++) x[c] = (int16_t)(((i * 7 + c * 3) % 5 - 2) * 1024);
      sc_net_step_int8(net, sc_net_hidden(net, state), scratch, x, y);
    }
  }
  const uint32_t stepped = now();
  for (int i = 0; i < STEPS; i++) {
    sc_tick tick = {(float)((i * 37) % 101) * 0.25f, (uint32_t)i * 3600000u, 0, 0};
    sc_net_observe(net, state, scratch, &tick, forecast);
  }
  const uint32_t observed = now();
  printf("{\"step\": %lu, \"observe\": %lu}\n", (unsigned long)((stepped - begin) * INSTRUCTIONS_A_TICK / STEPS),
         (unsigned long)((observed - stepped) * INSTRUCTIONS_A_TICK / STEPS));
  return 0;
}
#else
static int cost(const sc_net *net) {
  (void)net;
  return 1;
}
#endif

int main(int argc, char **argv) {
  sc_net net;
  if (argc < 3) return 2;
  FILE *file = fopen(argv[2], "rb");
  if (!file) return 2;
  const size_t size = fread(blob, 1, sizeof blob, file);
  fclose(file);
  const sc_net_status opened = sc_net_open(&net, blob, size);
  sc_net_status tested = opened;
  if (opened == SC_NET_OK && net.state_bytes <= sizeof state && net.scratch_bytes <= sizeof scratch)
    tested = sc_net_self_test(&net, state, scratch);
  printf("{\"open\": %d, \"test\": %d, \"state\": %lu, \"scratch\": %lu}\n", (int)opened, (int)tested,
         (unsigned long)net.state_bytes, (unsigned long)net.scratch_bytes);
  if (tested != SC_NET_OK) return 1;
  sc_net_reset(&net, state);
  if (strcmp(argv[1], "cost") == 0) return cost(&net);
  if (argc < 5) return 2;
  FILE *in = fopen(argv[3], "rb"), *out = fopen(argv[4], "wb");
  if (!in || !out) return 2;
  const int code = strcmp(argv[1], "step") == 0 ? step(&net, in, out) : observe(&net, in, out);
  fclose(in);
  return fclose(out) == 0 ? code : 1;
}
