/* The few functions that forecasting needs of libm, in single precision. Not part of the interface. */
#ifndef SC_NET_MATH_H
#define SC_NET_MATH_H

#include <stdint.h>

static inline uint8_t sc_is_finite(float x) { return x - x == 0.0f; }

/* e^x, within 2e-7 of its size; 0 below -87, e^88 above 88. */
float sc_exp(float x);

float sc_tanh(float x);
float sc_sigmoid(float x);

/* 0 for what is not positive. */
float sc_sqrt(float x);

/* ln(1 + n) */
float sc_log1p(uint32_t n);

/* sin(2 pi phase) for 0 <= phase < 2. */
float sc_sin_turns(float phase);

#endif
