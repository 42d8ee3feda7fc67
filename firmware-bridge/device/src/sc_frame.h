/* Frames on the line: COBS, a 0x00 behind each, CRC-16 inside. Protocol, section 1. */
#ifndef SC_FRAME_H
#define SC_FRAME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What became of the bytes up to a delimiter, in the order in which a frame is judged. */
typedef enum { SC_PENDING, SC_GOOD, SC_EMPTY, SC_LONG, SC_COBS, SC_SHORT, SC_BAD_CRC } sc_verdict;

/* Decodes byte by byte into a buffer of the caller. Its fields are read, never written, from outside. */
typedef struct {
  uint8_t *content;  /* after SC_GOOD: version, type, payload */
  uint16_t capacity; /* longest payload + 4 */
  uint16_t length;   /* after SC_GOOD: payload + 2 */
  uint16_t taken;    /* encoded bytes of this frame so far */
  uint8_t left;      /* of the COBS block */
  uint8_t zero;      /* the block before was a short one: a zero stands between */
  uint8_t too_long;
  uint32_t frames;
  uint32_t crc_errors;
  uint32_t malformed;
  uint32_t overruns;
} sc_decoder;

void sc_decoder_init(sc_decoder *decoder, uint8_t *buffer, uint16_t capacity);

/* Takes a byte. SC_GOOD: `content` and `length` hold until the next byte is given. */
sc_verdict sc_decode(sc_decoder *decoder, uint8_t byte);

/* Writes one frame into a buffer of the caller, encoded as it comes. */
typedef struct {
  uint8_t *line;
  uint16_t capacity;
  uint16_t length;
  uint16_t code_at; /* where the code of the open block belongs */
  uint16_t content; /* bytes of content so far */
  uint16_t crc;
  uint8_t full; /* the block has its 254 bytes: another opens only if a byte follows */
  uint8_t failed;
} sc_writer;

void sc_frame_begin(sc_writer *writer, uint8_t *line, uint16_t capacity, uint8_t version, uint8_t type);
void sc_put_u8(sc_writer *writer, uint8_t value);
void sc_put_u16(sc_writer *writer, uint16_t value);
void sc_put_u32(sc_writer *writer, uint32_t value);
void sc_put_u64(sc_writer *writer, uint64_t value);
void sc_put_f32(sc_writer *writer, float value);
/* The bits of the 64-bit number that a finite 32-bit one is. */
uint64_t sc_widened_bits(float value);
/* As 64 bits, exactly, also where `double` has 32 (AVR). */
void sc_put_f64(sc_writer *writer, double value);
void sc_put_bytes(sc_writer *writer, const uint8_t *bytes, uint16_t size);
/* At most `size` bytes of a C string, padded with zeros. */
void sc_put_text(sc_writer *writer, const char *text, uint8_t size);

/* Ends the frame: its length on the line with the delimiter, or 0 when it did not fit. */
uint16_t sc_frame_end(sc_writer *writer);

#ifdef __cplusplus
}
#endif

#endif
