/*
 * One model over the channels of a device: observes, forecasts, and lets states come and go (protocol, section 8).
 */
#ifndef SC_FORECASTER_H
#define SC_FORECASTER_H

#include "sc_link.h"
#include "sc_net.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What has been seen of a channel. */
typedef struct {
  uint64_t ms;
  uint32_t sequence; /* 0: nothing in this boot */
} sc_seen;

/* All memory is the caller's; sizes in bytes, all on a multiple of 4. A model that needs more is refused. */
typedef struct {
  uint8_t channels;      /* the first of the link's, which the model forecasts */
  uint8_t *states;       /* channels + 1 states: the last one takes in what comes from the host, and self-tests */
  uint32_t state_bytes;  /* of each */
  uint8_t *scratch;
  uint32_t scratch_bytes;
  float *forecast;       /* horizon * levels */
  uint16_t forecast_values;
  sc_seen *seen;         /* one a channel */
} sc_forecaster_setup;

typedef struct {
  const sc_forecaster_setup *setup;
  sc_net net;
  uint8_t sha256[32];
  uint16_t incoming; /* bytes of a state on its way */
  uint8_t incoming_channel;
  uint8_t open;
} sc_forecaster;

/* Whether a blob could run here: 0, SC_MODEL_NOT_A_MODEL or SC_MODEL_FAILED_TEST. A model in use is not disturbed. */
uint8_t sc_forecaster_accept(sc_forecaster *forecaster, const uint8_t *blob, uint32_t size);

/* Starts a model with cleared states, or none (`blob` NULL). `sha256` of the blob. Returns 1 when it runs. */
uint8_t sc_forecaster_open(sc_forecaster *forecaster, const sc_forecaster_setup *setup, const uint8_t *blob,
                           uint32_t size, const uint8_t sha256[32]);

/* Fills cell and state size. */
void sc_forecaster_info(const sc_forecaster *forecaster, sc_model_info *info);

/*
 * A reading that the link took in as `sequence`: steps the network and sends the forecast if a host listens. Returns 0
 * without a model, or when it needs the time of day and nobody has told it; `forecast` of the setup holds the result.
 */
uint8_t sc_forecaster_observe(sc_forecaster *forecaster, sc_link *link, uint8_t channel, uint32_t sequence, double value,
                              uint64_t ms);

/* Acts on STATE_GET and STATE_SET, and answers. */
void sc_forecaster_message(sc_forecaster *forecaster, sc_link *link, uint8_t type, const uint8_t *payload, uint8_t size);

#ifdef __cplusplus
}
#endif

#endif
