/* Four flash areas as files of a folder, which outlive the process: killing it is a power cut. */
#ifndef FLASH_H
#define FLASH_H

#include "stepcast.h"

enum { SLOT_BYTES = 65536, LOG_BYTES = 256 };

/*
 * Reads the areas into memory; those without a file are blank. `cut` n > 0: the n-th erase or write from now on is
 * done by half, and the process is gone.
 */
void flash_open(const char *folder, uint32_t cut);

uint8_t flash_erase(void *context, uint8_t area);
uint8_t flash_write(void *context, uint8_t area, uint32_t offset, const uint8_t *bytes, uint16_t size);
const uint8_t *flash_map(void *context, uint8_t area);

#endif
