/* Little-endian numbers in bytes, whatever the processor's own order and alignment. */
#ifndef SC_BYTES_H
#define SC_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint16_t sc_get_u16(const uint8_t *at) { return (uint16_t)(at[0] | ((uint16_t)at[1] << 8)); }

static inline uint32_t sc_get_u32(const uint8_t *at) {
  return (uint32_t)sc_get_u16(at) | ((uint32_t)sc_get_u16(at + 2) << 16);
}

static inline uint64_t sc_get_u64(const uint8_t *at) {
  return (uint64_t)sc_get_u32(at) | ((uint64_t)sc_get_u32(at + 4) << 32);
}

static inline float sc_get_f32(const uint8_t *at) {
  uint32_t bits = sc_get_u32(at);
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static inline void sc_set_u32(uint8_t *at, uint32_t value) {
  at[0] = (uint8_t)value;
  at[1] = (uint8_t)(value >> 8);
  at[2] = (uint8_t)(value >> 16);
  at[3] = (uint8_t)(value >> 24);
}

static inline uint32_t sc_bits_of_f32(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

#endif
