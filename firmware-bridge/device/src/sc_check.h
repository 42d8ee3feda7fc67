#ifndef SC_CHECK_H
#define SC_CHECK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SC_CRC16_START 0xFFFFu
#define SC_CRC32_START 0u

/* CRC-16/CCITT-FALSE, one byte further; starts at SC_CRC16_START. */
uint16_t sc_crc16_byte(uint16_t crc, uint8_t byte);

uint16_t sc_crc16(const uint8_t *bytes, size_t size);

/* CRC-32 (ISO-HDLC, as zip has it), further by `size` bytes; starts at SC_CRC32_START. */
uint32_t sc_crc32(uint32_t crc, const uint8_t *bytes, size_t size);

#ifdef __cplusplus
}
#endif

#endif
