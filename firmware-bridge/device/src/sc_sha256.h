#ifndef SC_SHA256_H
#define SC_SHA256_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* SHA-256 (FIPS 180-4) of `size` bytes that lie in one piece; 320 bytes of stack. */
void sc_sha256(const uint8_t *bytes, size_t size, uint8_t digest[32]);

#ifdef __cplusplus
}
#endif

#endif
