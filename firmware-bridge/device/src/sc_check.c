#include "sc_check.h"

/* Without a table: 512 bytes of flash are worth more on a small device than the cycles at line speed. */
uint16_t sc_crc16_byte(uint16_t crc, uint8_t byte) {
  uint8_t x = (uint8_t)((crc >> 8) ^ byte);
  x ^= (uint8_t)(x >> 4);
  return (uint16_t)((crc << 8) ^ ((uint16_t)x << 12) ^ ((uint16_t)x << 5) ^ x);
}

uint16_t sc_crc16(const uint8_t *bytes, size_t size) {
  uint16_t crc = SC_CRC16_START;
  for (size_t i = 0; i < size; i++) crc = sc_crc16_byte(crc, bytes[i]);
  return crc;
}

/* A nibble at a time: 64 bytes of table. */
uint32_t sc_crc32(uint32_t crc, const uint8_t *bytes, size_t size) {
  static const uint32_t table[16] = {
      0x00000000u, 0x1DB71064u, 0x3B6E20C8u, 0x26D930ACu, 0x76DC4190u, 0x6B6B51F4u, 0x4DB26158u, 0x5005713Cu,
      0xEDB88320u, 0xF00F9344u, 0xD6D6A3E8u, 0xCB61B38Cu, 0x9B64C2B0u, 0x86D3D2D4u, 0xA00AE278u, 0xBDBDF21Cu};
  crc = ~crc;
  for (size_t i = 0; i < size; i++) {
    crc ^= bytes[i];
    crc = (crc >> 4) ^ table[crc & 15u];
    crc = (crc >> 4) ^ table[crc & 15u];
  }
  return ~crc;
}
