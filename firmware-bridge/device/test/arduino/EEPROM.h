#ifndef EEPROM_H
#define EEPROM_H

#include <stdint.h>
#include <string.h>

struct Eeprom {
  uint8_t bytes[16];
  template <typename T> void get(int at, T &value) { memcpy(&value, bytes + at, sizeof value); }
  template <typename T> void put(int at, const T &value) { memcpy(bytes + at, &value, sizeof value); }
};

extern Eeprom EEPROM;

#endif
