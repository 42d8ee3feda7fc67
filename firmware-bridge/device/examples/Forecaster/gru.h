/* torchGru version 1: gru of 8, int8, 6 steps, 3 levels, from ONNX 7e682e8ac1b496c7. Made by stepcast export-c. */
#ifndef GRU_H
#define GRU_H

#include "sc_net.h"

#ifdef __cplusplus
extern "C" {
#endif

#define GRU_BLOB_SIZE 1052u
#define GRU_STATE_BYTES 132u
#define GRU_SCRATCH_BYTES 132u
#define GRU_HORIZON 6
#define GRU_LEVELS 3
#define GRU_FORECAST_VALUES 18

/* The model, for sc_net_open. */
extern const union gru_model {
  uint8_t bytes[GRU_BLOB_SIZE];
  uint32_t aligned;
} gru_model;

#ifdef __cplusplus
}
#endif

#endif
