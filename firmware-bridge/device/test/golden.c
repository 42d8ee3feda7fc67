/* The golden vectors of the protocol against the device's own code; vectors.h is written from golden.json. */
#include "check.h"
#include "stepcast.h"

static uint8_t line[SC_LINE_MAX], buffer[SC_CONTENT_MAX];
static sc_writer writer;
static uint16_t n;

#define W &writer, line, sizeof line
#define SAME(expected, size) CHECK(n == (size) && memcmp(line, expected, size) == 0)

static double from_bits(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static void digest(const uint8_t *bytes, size_t size, const uint8_t *expected) {
  uint8_t found[32];
  sc_sha256(bytes, size, found);
  CHECK(memcmp(found, expected, sizeof found) == 0);
}

static const char *named(sc_verdict verdict, const sc_decoder *decoder) {
  static const char *const names[] = {"pending", "good", "empty", "long", "cobs", "short", "crc"};
  const uint8_t *content = decoder->content;
  uint8_t fault;
  if (verdict != SC_GOOD) return names[verdict];
  if (content[0] != 1) return "version";
  if ((content[1] & SC_FROM_HOST) == 0) return "type";
  fault = sc_host_fault(content[1], content + 2, (uint8_t)(decoder->length - 2));
  return fault == SC_NAK_TYPE ? "type" : fault == SC_NAK_LENGTH ? "length" : fault == SC_NAK_VALUE ? "value" : "good";
}

/* The content becomes the line and the line the content, and what the host says is sound. */
static void frame(const uint8_t *content, uint16_t content_size, const uint8_t *bytes, uint16_t size, int from_host) {
  sc_decoder decoder;
  sc_verdict verdict = SC_PENDING;
  sc_decoder_init(&decoder, buffer, sizeof buffer);
  for (uint16_t i = 0; i < size; i++) {
    CHECK(verdict == SC_PENDING);
    verdict = sc_decode(&decoder, bytes[i]);
  }
  CHECK(verdict == SC_GOOD && decoder.length + 2 == content_size);
  CHECK(memcmp(decoder.content, content, decoder.length) == 0);
  CHECK(strcmp(named(verdict, &decoder), from_host ? "good" : "type") == 0);
  sc_frame_begin(&writer, line, size, content[0], content[1]);
  sc_put_bytes(&writer, content + 2, (uint16_t)(content_size - 4));
  n = sc_frame_end(&writer);
  SAME(bytes, size);
  sc_frame_begin(&writer, line, (uint16_t)(size - 1), content[0], content[1]);
  sc_put_bytes(&writer, content + 2, (uint16_t)(content_size - 4));
  CHECK(sc_frame_end(&writer) == 0);
}

static void bad(const uint8_t *bytes, size_t size, const char *expected) {
  sc_decoder decoder;
  sc_verdict verdict = SC_PENDING;
  sc_decoder_init(&decoder, buffer, sizeof buffer);
  for (size_t i = 0; i < size; i++) verdict = sc_decode(&decoder, bytes[i]);
  CHECK(strcmp(named(verdict, &decoder), expected) == 0);
}

static void stream(const uint8_t *bytes, size_t size, const char *verdicts, const uint8_t *good, size_t good_size) {
  sc_decoder decoder;
  char found[64] = "";
  size_t at = 0;
  sc_decoder_init(&decoder, buffer, sizeof buffer);
  for (size_t i = 0; i < size; i++) {
    sc_verdict verdict = sc_decode(&decoder, bytes[i]);
    if (verdict == SC_GOOD) {
      CHECK(at + decoder.length <= good_size && memcmp(good + at, decoder.content, decoder.length) == 0);
      at += decoder.length;
    } else if (verdict != SC_PENDING && verdict != SC_EMPTY) {
      if (found[0]) strcat(found, ",");
      strcat(found, named(verdict, &decoder));
    }
  }
  CHECK(at == good_size);
  CHECK(strcmp(found, verdicts) == 0);
}

static void vectors(void) {
#include "vectors.h"
}

int main(void) {
  vectors();
  return report();
}
