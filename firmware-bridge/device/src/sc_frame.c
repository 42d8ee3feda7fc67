#include "sc_frame.h"

#include "sc_bytes.h"
#include "sc_check.h"
#include "sc_protocol.h"

void sc_decoder_init(sc_decoder *decoder, uint8_t *buffer, uint16_t capacity) {
  memset(decoder, 0, sizeof *decoder);
  decoder->content = buffer;
  decoder->capacity = capacity;
}

static void take(sc_decoder *d, uint8_t byte) {
  if (d->length < d->capacity)
    d->content[d->length++] = byte;
  else
    d->too_long = 1;
}

static sc_verdict judge(sc_decoder *d) {
  if (d->taken == 0) return SC_EMPTY;
  if (d->too_long) return d->overruns++, SC_LONG;
  if (d->left > 0) return d->malformed++, SC_COBS;
  if (d->length < 4) return d->malformed++, SC_SHORT;
  d->length = (uint16_t)(d->length - 2);
  if (sc_crc16(d->content, d->length) != sc_get_u16(d->content + d->length)) return d->crc_errors++, SC_BAD_CRC;
  return d->frames++, SC_GOOD;
}

sc_verdict sc_decode(sc_decoder *d, uint8_t byte) {
  if (byte == 0) {
    sc_verdict verdict = judge(d);
    d->taken = 0;
    return verdict;
  }
  if (d->taken == 0) {
    d->length = 0;
    d->left = 0;
    d->zero = 0;
    d->too_long = 0;
  }
  if (d->taken == SC_LINE_MAX - 1) {
    d->too_long = 1;
    return SC_PENDING;
  }
  d->taken++;
  if (d->left > 0) {
    take(d, byte);
    d->left--;
  } else {
    if (d->zero) take(d, 0);
    d->zero = byte != 0xFF;
    d->left = (uint8_t)(byte - 1);
  }
  return SC_PENDING;
}

static void append(sc_writer *w, uint8_t byte) {
  if (w->length < w->capacity)
    w->line[w->length++] = byte;
  else
    w->failed = 1;
}

static void open_block(sc_writer *w) {
  w->code_at = w->length;
  w->full = 0;
  append(w, 0);
}

static void close_block(sc_writer *w) {
  if (!w->failed) w->line[w->code_at] = (uint8_t)(w->length - w->code_at);
}

static void encode(sc_writer *w, uint8_t byte) {
  if (w->full) open_block(w);
  if (byte == 0) {
    close_block(w);
    open_block(w);
    return;
  }
  append(w, byte);
  if (w->length - w->code_at == 255) {
    close_block(w);
    w->full = 1;
  }
}

void sc_put_u8(sc_writer *w, uint8_t value) {
  if (++w->content > SC_CONTENT_MAX - 2) w->failed = 1;
  if (w->failed) return;
  w->crc = sc_crc16_byte(w->crc, value);
  encode(w, value);
}

void sc_frame_begin(sc_writer *w, uint8_t *line, uint16_t capacity, uint8_t version, uint8_t type) {
  memset(w, 0, sizeof *w);
  w->line = line;
  w->capacity = capacity;
  w->crc = SC_CRC16_START;
  open_block(w);
  sc_put_u8(w, version);
  sc_put_u8(w, type);
}

void sc_put_u16(sc_writer *w, uint16_t value) {
  sc_put_u8(w, (uint8_t)value);
  sc_put_u8(w, (uint8_t)(value >> 8));
}

void sc_put_u32(sc_writer *w, uint32_t value) {
  sc_put_u16(w, (uint16_t)value);
  sc_put_u16(w, (uint16_t)(value >> 16));
}

void sc_put_u64(sc_writer *w, uint64_t value) {
  sc_put_u32(w, (uint32_t)value);
  sc_put_u32(w, (uint32_t)(value >> 32));
}

void sc_put_f32(sc_writer *w, float value) { sc_put_u32(w, sc_bits_of_f32(value)); }

/* Subnormals too are normal numbers in 64 bits. */
uint64_t sc_widened_bits(float value) {
  uint32_t bits = sc_bits_of_f32(value);
  uint64_t sign = (uint64_t)(bits >> 31) << 63;
  uint32_t fraction = bits & 0x7FFFFFu;
  int16_t exponent = (int16_t)((bits >> 23) & 0xFFu);
  if (exponent == 0) {
    if (fraction == 0) return sign;
    for (exponent = 1; (fraction & 0x800000u) == 0; exponent--) fraction <<= 1;
    fraction &= 0x7FFFFFu;
  }
  return sign | ((uint64_t)(uint16_t)(exponent + 896) << 52) | ((uint64_t)fraction << 29);
}

void sc_put_f64(sc_writer *w, double value) {
  uint64_t bits;
  if (sizeof value == sizeof bits)
    memcpy(&bits, &value, sizeof value);
  else
    bits = sc_widened_bits((float)value);
  sc_put_u64(w, bits);
}

void sc_put_bytes(sc_writer *w, const uint8_t *bytes, uint16_t size) {
  for (uint16_t i = 0; i < size; i++) sc_put_u8(w, bytes[i]);
}

void sc_put_text(sc_writer *w, const char *text, uint8_t size) {
  for (; size > 0; size--) sc_put_u8(w, *text ? (uint8_t)*text++ : 0);
}

uint16_t sc_frame_end(sc_writer *w) {
  uint16_t crc = w->crc;
  if (w->failed) return 0;
  encode(w, (uint8_t)crc);
  encode(w, (uint8_t)(crc >> 8));
  if (!w->full) close_block(w);
  append(w, 0);
  return w->failed ? 0 : w->length;
}
