/*
 * The device's end of the line: keeps readings until the host has them safe, and answers what it is asked.
 * Protocol, sections 4 to 6.
 *
 * Everything belongs to the caller: the struct, the buffers, the ring. No function blocks, none keeps time by itself.
 *
 *     sc_link_init(&link, &setup, &info, boot);
 *     for (;;) {
 *       sc_link_receive(&link, bytes, count, now);       what the UART took in
 *       sc_link_reading(&link, 0, celsius, now);         when there is one
 *       sc_link_poll(&link, now);                        sends what is due
 *     }
 */
#ifndef SC_LINK_H
#define SC_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "sc_message.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SC_CONTENT_MIN 68 /* smallest `rx` buffer: a payload of 64 */
#define SC_LINE_MIN 114   /* smallest `tx` buffer: HELLO */

typedef struct sc_link sc_link;

/* Constant for the life of the link; may lie in flash where the processor reads it like memory. */
typedef struct {
  const char *id;       /* [A-Za-z0-9_.-], 1 to 24, the same for ever */
  const char *firmware; /* at most 16 characters */
  const sc_channel *channels;
  uint8_t channel_count;
  uint8_t reset_reason;
  uint32_t boot_count;
  uint8_t *rx, *tx;
  uint16_t rx_size, tx_size;
  sc_reading *ring;
  uint16_t ring_size; /* readings, at least 1 */
  void *context;
  /* Hands a frame to the line: 1 when it took all of it, 0 when there is no room now and nothing of it was taken. */
  uint8_t (*send)(void *context, const uint8_t *line, uint16_t size);
  /* A forecast of the host (sc_forecast_*). May be NULL. */
  void (*forecast)(void *context, const uint8_t *payload, uint8_t size);
  /* MODEL_* and STATE_* of the host, checked; NULL for a device without slots. */
  void (*model)(void *context, sc_link *link, uint8_t type, const uint8_t *payload, uint8_t size);
} sc_link_setup;

/* Its fields are the library's; read the counters through sc_link_stats. */
struct sc_link {
  const sc_link_setup *setup;
  const sc_model_info *info;
  sc_decoder decoder;
  sc_writer writer;
  uint64_t now;
  uint32_t boot;
  uint32_t first, next; /* sequences: the oldest in the ring, the one that comes */
  uint32_t cursor;      /* the next to send */
  uint32_t highest;     /* below it all have been sent at least once */
  uint32_t received;    /* below it the host has them, safe or not */
  uint32_t nonce;
  uint32_t heard_ms, hello_ms, stats_ms, progress_ms; /* low halves of `now` */
  uint64_t time_device_ms, time_epoch_ms;
  uint32_t time_uncertainty_ms;
  uint32_t dropped, resent, forecasts;
  uint16_t head; /* where `first` lies in the ring */
  uint16_t peak, credit, timeout_ms;
  uint8_t version, joined, greeting, channels_sent, time_known, flags;
};

/*
 * `info` is looked at whenever a HELLO goes out and may change. `boot` is not 0 and differs from that of every earlier
 * boot (protocol, section 5). `flags`: SC_HAS_SLOTS, SC_FORECASTS.
 */
void sc_link_init(sc_link *link, const sc_link_setup *setup, const sc_model_info *info, uint32_t boot, uint8_t flags);

/* Bytes from the line, at `now` ms since boot. */
void sc_link_receive(sc_link *link, const uint8_t *bytes, size_t count, uint64_t now);

/*
 * A reading into the ring; a full ring drops its oldest, which is counted. Returns the sequence, or 0 when the reading
 * is not finite, its channel unknown, or the sequences of this boot are used up: then nothing is kept.
 */
uint32_t sc_link_reading(sc_link *link, uint8_t channel, double value, uint64_t ms);

/* Sends what is due. Call it often; at least every 100 ms for the timeouts to mean what they say. */
void sc_link_poll(sc_link *link, uint64_t now);

/* Sends a forecast made here, in as many frames as it needs; 0 when no host listens or the line has no room. */
uint8_t sc_link_forecast(sc_link *link, const sc_forecast *forecast);

/* Says HELLO again soon, because what `info` points to has changed. */
void sc_link_announce(sc_link *link);

/* Epoch milliseconds at `now`, 0 before the host has told; the uncertainty grows by 100 ppm of the age. */
uint64_t sc_link_time(const sc_link *link, uint64_t now, uint32_t *uncertainty_ms);

/* For the handler of MODEL_* and STATE_*. */
void sc_link_answer_model(sc_link *link, uint32_t transfer, uint8_t status, uint8_t slot, uint32_t offset);
void sc_link_answer_state(sc_link *link, const sc_state_part *part);
void sc_link_answer_state_status(sc_link *link, uint8_t channel, uint8_t status, uint16_t offset);

void sc_link_stats(const sc_link *link, sc_stats *stats);

#ifdef __cplusplus
}
#endif

#endif
