/*
 * flips FRAMES: every bit of FRAMES readings on the line is flipped, one at a time; in thousands of frames none passes as
 * another reading (3 do in a million frames). A bit
 * that becomes the last of a zero byte cuts the frame in two, and one piece in 65,536 has a right CRC: its length tells.
 */
#include <stdlib.h>

#include "bench.h"

static uint64_t drawn = 88172645463325252ull;

static uint32_t draw(uint32_t below) {
  drawn ^= drawn << 13;
  drawn ^= drawn >> 7;
  drawn ^= drawn << 17;
  return (uint32_t)((drawn >> 16) % below);
}

int main(int argc, char **argv) {
  unsigned long frames = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000;
  unsigned long flips = 0, readings = 0;
  uint8_t line[SC_LINE_MAX];
  sc_writer w;
  sc_decoder decoder;
  sc_decoder_init(&decoder, rx, sizeof rx);
  for (unsigned long i = 0; i < frames; i++) {
    sc_reading reading = {100000 + 1000ull * i + draw(1000), draw(100000) / 997.0, (uint8_t)draw(3)};
    uint16_t size;
    if (i % 2) reading.value = (double)draw(1000) / 10.0;
    size = sc_write_reading(&w, line, sizeof line, 1, BOOT, (uint32_t)(i + 1), (uint16_t)(draw(64) % (i + 1)), 0, &reading);
    for (uint32_t bit = 0; bit < 8u * (size - 1u); bit++, flips++) {
      line[bit / 8] ^= (uint8_t)(1u << bit % 8);
      for (uint16_t at = 0; at < size; at++)
        readings += sc_decode(&decoder, line[at]) == SC_GOOD && decoder.length == 30;
      line[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
  }
  CHECK(readings == 0);
  CHECK(flips >= frames * 8 * 32);
  fprintf(stderr, "%lu flips: %lu readings, %lu pieces with a right CRC\n", flips, readings, (unsigned long)decoder.frames);
  return report();
}
