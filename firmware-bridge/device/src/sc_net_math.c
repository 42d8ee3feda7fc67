#include "sc_net_math.h"

#include <string.h>

static uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static float of_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* 2^k e^r with |r| <= ln 2 / 2, by its Taylor series. */
float sc_exp(float x) {
  if (x < -87.0f) return 0.0f;
  if (x > 88.0f) x = 88.0f;
  const int32_t k = (int32_t)(x * 1.44269504f + (x < 0 ? -0.5f : 0.5f));
  const float r = (x - (float)k * 0.693145752f) - (float)k * 1.42860677e-6f;
  const float tail = 1.0f / 24 + r * (1.0f / 120 + r * (1.0f / 720 + r * (1.0f / 5040)));
  return (1.0f + r * (1.0f + r * (0.5f + r * (1.0f / 6 + r * tail)))) * of_bits((uint32_t)(k + 127) << 23);
}

float sc_sigmoid(float x) { return 1.0f / (1.0f + sc_exp(-x)); }

/* Near 0, where 1 - 2 / (e^2x + 1) loses digits, by a continued fraction. */
float sc_tanh(float x) {
  const float size = x < 0 ? -x : x;
  if (size < 0.6f) {
    const float s = x * x;
    return x / (1.0f + s / (3.0f + s / (5.0f + s / (7.0f + s / 9.0f))));
  }
  if (size > 10.0f) return x < 0 ? -1.0f : 1.0f;
  const float t = 1.0f - 2.0f / (sc_exp(2.0f * size) + 1.0f);
  return x < 0 ? -t : t;
}

/* Newton's steps from half the exponent. */
float sc_sqrt(float x) {
  if (!(x > 0.0f)) return 0.0f;
  float root = of_bits((bits_of(x) >> 1) + 0x1fbd1df5u);
  for (uint8_t i = 0; i < 3; i++) root = 0.5f * (root + x / root);
  return root;
}

/* e ln 2 + ln m with m from 0.75 to 1.5, ln m = 2 artanh((m - 1) / (m + 1)). */
float sc_log1p(uint32_t n) {
  const uint32_t bits = bits_of(1.0f + (float)n);
  int32_t e = (int32_t)(bits >> 23) - 127;
  float m = of_bits((bits & 0x7fffffu) | 0x3f800000u);
  if (m > 1.5f) {
    m *= 0.5f;
    e++;
  }
  const float s = (m - 1.0f) / (m + 1.0f), t = s * s;
  return (float)e * 0.69314718f + 2.0f * s * (1.0f + t * (1.0f / 3 + t * (0.2f + t * (1.0f / 7 + t * (1.0f / 9)))));
}

/* Folded to a quarter turn either side of 0, where the Taylor series to the eleventh power is good to 1e-7. */
float sc_sin_turns(float phase) {
  float turn = phase;
  while (turn > 0.5f) turn -= 1.0f;
  if (turn > 0.25f) turn = 0.5f - turn;
  if (turn < -0.25f) turn = -0.5f - turn;
  const float x = turn * 6.28318531f, s = x * x;
  return x * (1.0f - s / 6 * (1.0f - s / 20 * (1.0f - s / 42 * (1.0f - s / 72 * (1.0f - s / 110)))));
}
