/* A link whose line is an array: what the device sends is decoded into `out`, oldest first. */
#ifndef BENCH_H
#define BENCH_H

#include "check.h"
#include "sc_bytes.h"
#include "stepcast.h"

enum { MOST_SENT = 512, RING = 8, BOOT = 77 };

typedef struct {
  uint8_t bytes[SC_CONTENT_MAX];
  uint16_t size;
} sent_frame;

static sent_frame out[MOST_SENT];
static size_t sent, room; /* frames; how many more the line takes */
static sc_reading ring[RING];
static uint8_t rx[SC_CONTENT_MAX], tx[SC_LINE_MAX];
static sc_model_info info;
static sc_link link;
static uint64_t now;
static uint16_t last_forecast;

static uint8_t take_frame(void *context, const uint8_t *line, uint16_t size) {
  static uint8_t buffer[SC_CONTENT_MAX];
  sc_decoder decoder;
  (void)context;
  if (room == 0 || sent == MOST_SENT) return 0;
  room--;
  sc_decoder_init(&decoder, buffer, sizeof buffer);
  for (uint16_t i = 0; i < size; i++)
    if (sc_decode(&decoder, line[i]) == SC_GOOD) {
      memcpy(out[sent].bytes, decoder.content, decoder.length);
      out[sent++].size = decoder.length;
    }
  return 1;
}

static void note_forecast(void *context, const uint8_t *payload, uint8_t size) {
  (void)context;
  (void)payload;
  last_forecast = size;
}

static const sc_channel channels[2] = {{"temperature", "°C", 0}, {"humidity", "%", 60000}};
static sc_link_setup setup = {"bench", "1.0",     channels,  2,  SC_RESET_PIN, 3, rx, tx, sizeof rx, sizeof tx, ring,
                              RING,    NULL, take_frame, note_forecast, NULL};

static inline void forget(void) { sent = 0; }

static inline void start(void) {
  sent = 0;
  room = MOST_SENT;
  now = 1000;
  info.slot = SC_NO_SLOT;
  sc_link_init(&link, &setup, &info, BOOT, 0);
}

static inline void poll_after(uint64_t ms) {
  now += ms;
  sc_link_poll(&link, now);
}

static inline void host_says(uint8_t type, const uint8_t *payload, uint16_t size) {
  uint8_t line[SC_LINE_MAX];
  sc_writer w;
  sc_frame_begin(&w, line, sizeof line, 1, type);
  sc_put_bytes(&w, payload, size);
  sc_link_receive(&link, line, sc_frame_end(&w), now);
}

static inline void host_hello(uint32_t nonce, uint8_t min, uint8_t max) {
  uint8_t p[32] = {min, max, 0, 250, 0, 0, 0, 0, 'h'};
  sc_set_u32(p + 4, nonce);
  host_says(SC_HOST_HELLO, p, sizeof p);
}

static inline void ack_of(uint32_t boot, uint32_t committed, uint32_t received, uint16_t credit) {
  uint8_t p[14];
  sc_set_u32(p, boot);
  sc_set_u32(p + 4, committed);
  sc_set_u32(p + 8, received);
  p[12] = (uint8_t)credit;
  p[13] = (uint8_t)(credit >> 8);
  host_says(SC_ACK, p, sizeof p);
}

static inline void ack(uint32_t committed, uint32_t received, uint16_t credit) { ack_of(BOOT, committed, received, credit); }

static inline void host_nak(uint8_t code, uint32_t detail) {
  uint8_t p[6] = {code, SC_READING};
  sc_set_u32(p + 2, detail);
  host_says(SC_HOST_NAK, p, sizeof p);
}

static inline void join(uint32_t nonce) {
  host_hello(nonce, 1, 1);
  poll_after(0);
  forget();
}

/* Frames of a type that were sent since the last forget(). */
static inline size_t count_of(uint8_t type) {
  size_t count = 0;
  for (size_t i = 0; i < sent; i++) count += out[i].bytes[1] == type;
  return count;
}

/* Payload of the index-th frame of a type, or NULL. */
static inline const uint8_t *nth(uint8_t type, size_t index) {
  for (size_t i = 0; i < sent; i++)
    if (out[i].bytes[1] == type && index-- == 0) return out[i].bytes + 2;
  return NULL;
}

static inline void measure(uint32_t count) {
  while (count-- > 0) CHECK(sc_link_reading(&link, 0, 20.0 + link.next, now) != 0);
}

/* Whether exactly the sequences from…to (none if to < from) went out since the last forget(), in order. */
static inline int sent_readings(uint32_t from, uint32_t to) {
  size_t index = 0;
  for (uint32_t sequence = from; sequence <= to; sequence++) {
    const uint8_t *p = nth(SC_READING, index++);
    if (!p || sc_get_u32(p) != BOOT || sc_get_u32(p + 4) != sequence) return 0;
  }
  return count_of(SC_READING) == index;
}

#endif
