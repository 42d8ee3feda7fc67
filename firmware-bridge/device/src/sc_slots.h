/*
 * Two model slots in flash, and a log of two erasable areas whose last whole record says which one is in use.
 * Protocol, section 7. A cut of the power at any moment leaves either the record before or the record after.
 */
#ifndef SC_SLOTS_H
#define SC_SLOTS_H

#include "sc_link.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SC_AREA_SLOT_A, SC_AREA_SLOT_B, SC_AREA_LOG_0, SC_AREA_LOG_1 };

#define SC_FLASH_UNIT 16u  /* every write is a multiple of it, at a multiple of it */
#define SC_SLOT_HEAD 64u   /* bytes of a slot before its blob */
#define SC_TRIAL_BOOTS 3u  /* boots that a model in trial gets without a CONFIRM */

/* The flash, as the caller drives it. Areas never share an erase unit; functions return 1 when they have done it. */
typedef struct {
  void *context;
  uint32_t slot_bytes; /* of each slot area, its head included */
  uint32_t log_bytes;  /* of each log area, at least 32 */
  uint8_t (*erase)(void *context, uint8_t area); /* to 0xFF */
  uint8_t (*write)(void *context, uint8_t area, uint32_t offset, const uint8_t *bytes, uint16_t size);
  const uint8_t *(*map)(void *context, uint8_t area); /* where it is read, on a multiple of 4 bytes */
  /* Whether this device runs the blob: 0, SC_MODEL_NOT_A_MODEL or SC_MODEL_FAILED_TEST. */
  uint8_t (*accept)(void *context, const uint8_t *blob, uint32_t size);
} sc_flash;

/* Its fields are the library's. */
typedef struct {
  const sc_flash *flash;
  uint32_t counter; /* of the last record */
  uint32_t log_end; /* where the next record goes */
  uint32_t trial_transfer;
  uint8_t log_area;
  uint8_t confirmed, trial; /* slots, or SC_NO_SLOT */
  uint8_t tries, fell_back;
  uint8_t running;
  /* The transfer under way. */
  uint32_t transfer, version, size, crc32, offset;
  uint8_t sha256[32];
  uint8_t unit[SC_FLASH_UNIT]; /* bytes that do not make a whole unit yet */
  uint8_t complete;
} sc_slots;

/*
 * Once at boot, before anything uses a model: counts a boot in trial, falls back after SC_TRIAL_BOOTS of them, and
 * verifies what it chooses (CRC-32, SHA-256, `accept`). Returns the slot in use, or SC_NO_SLOT.
 */
uint8_t sc_slots_boot(sc_slots *slots, const sc_flash *flash);

/* The blob in use and its size; NULL without one. */
const uint8_t *sc_slots_blob(const sc_slots *slots, uint32_t *size);

/* Fills the slot, its state, version and hash, and the largest blob. */
void sc_slots_info(const sc_slots *slots, sc_model_info *info);

/* Acts on a MODEL_* message and answers it. Returns 1 when another blob is in use than before. */
uint8_t sc_slots_message(sc_slots *slots, sc_link *link, uint8_t type, const uint8_t *payload, uint8_t size);

/* For a device that sees its trial fail (an answer that is not finite): falls back at once. Returns as above. */
uint8_t sc_slots_fail_trial(sc_slots *slots);

#ifdef __cplusplus
}
#endif

#endif
