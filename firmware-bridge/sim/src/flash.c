#include "flash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POWER_CUT = 9, MISUSE = 70 };

static uint32_t slots[2][SLOT_BYTES / 4], logs[2][LOG_BYTES / 4];
static const char *folder;
static uint32_t operations_left;

static uint8_t *memory(uint8_t area) {
  return area <= SC_AREA_SLOT_B ? (uint8_t *)slots[area] : (uint8_t *)logs[area - SC_AREA_LOG_0];
}

static uint32_t size_of(uint8_t area) { return area <= SC_AREA_SLOT_B ? SLOT_BYTES : LOG_BYTES; }

static FILE *file_of(uint8_t area, const char *mode) {
  char path[512];
  snprintf(path, sizeof path, "%s/area%u", folder, area);
  return fopen(path, mode);
}

static void store(uint8_t area, uint32_t offset, uint32_t size) {
  FILE *file = file_of(area, "r+b");
  if (!file || fseek(file, (long)offset, SEEK_SET) || fwrite(memory(area) + offset, 1, size, file) != size || fclose(file)) {
    fprintf(stderr, "device: cannot write the flash folder %s\n", folder);
    exit(1);
  }
}

void flash_open(const char *at, uint32_t cut) {
  folder = at;
  operations_left = cut;
  for (uint8_t area = SC_AREA_SLOT_A; area <= SC_AREA_LOG_1; area++) {
    FILE *file = file_of(area, "rb");
    memset(memory(area), 0xFF, size_of(area));
    if (file) {
      size_t size = fread(memory(area), 1, size_of(area), file);
      fclose(file);
      if (size == size_of(area)) continue;
    }
    file = file_of(area, "wb");
    if (file) fclose(file);
    store(area, 0, size_of(area));
  }
}

/* How much of an operation on `size` bytes still happens. */
static uint32_t powered(uint32_t size) { return operations_left > 0 && --operations_left == 0 ? size / 2 : size; }

static uint8_t done(uint8_t area, uint32_t offset, uint32_t size, uint32_t of) {
  store(area, offset, size);
  if (size < of) _Exit(POWER_CUT);
  return 1;
}

uint8_t flash_erase(void *context, uint8_t area) {
  uint32_t size = powered(size_of(area));
  (void)context;
  memset(memory(area), 0xFF, size);
  return done(area, 0, size, size_of(area));
}

uint8_t flash_write(void *context, uint8_t area, uint32_t offset, const uint8_t *bytes, uint16_t size) {
  uint8_t *at = memory(area) + offset;
  uint32_t powered_size;
  (void)context;
  if (offset % SC_FLASH_UNIT || size % SC_FLASH_UNIT || offset + size > size_of(area)) exit(MISUSE);
  for (uint16_t i = 0; i < size; i++)
    if (at[i] != 0xFF) exit(MISUSE);
  powered_size = powered(size);
  memcpy(at, bytes, powered_size);
  return done(area, offset, powered_size, size);
}

const uint8_t *flash_map(void *context, uint8_t area) {
  (void)context;
  return memory(area);
}
