/*
 * A thermometer that forecasts by itself and lights a lamp when it will be too warm an hour from now: for boards whose
 * flash is read like memory (not AVR). The network is gru.c, here an untrained one; put your own in its place:
 * stepcast export-c MODEL.onnx --out FOLDER. It needs the time of day, which the host tells.
 */
#include <EEPROM.h>
#include <sc_bytes.h>
#include <stepcast.h>

#include "gru.h"

static const uint32_t EVERY_MS = 600000;
static const float TOO_WARM = 25.0f;
static const sc_channel channels[] = {{"temperature", "\xC2\xB0"
                                                      "C",
                                       EVERY_MS}};

static uint8_t rx[SC_CONTENT_MAX], tx[SC_LINE_MAX];
static sc_reading ring[144]; /* a day without a host */
static uint32_t states[2][GRU_STATE_BYTES / 4], scratch[GRU_SCRATCH_BYTES / 4];
static float forecast[GRU_FORECAST_VALUES];
static sc_seen seen[1];
static const sc_forecaster_setup memory = {1, (uint8_t *)states, sizeof states[0], (uint8_t *)scratch, sizeof scratch,
                                           forecast, GRU_FORECAST_VALUES, seen};
static sc_forecaster forecaster;
static sc_model_info model;
static sc_link_setup setup_;
static sc_link stepcast;
static uint32_t due;

static uint8_t send_line(void *, const uint8_t *line, uint16_t size) { return Serial.write(line, size) == size; }

/* The model is part of the firmware: its state may come and go, another model may not. */
static void on_model(void *, sc_link *link, uint8_t type, const uint8_t *payload, uint8_t size) {
  if (type == SC_STATE_GET || type == SC_STATE_SET)
    sc_forecaster_message(&forecaster, link, type, payload, size);
  else
    sc_link_answer_model(link, sc_get_u32(payload), SC_MODEL_NO_SLOTS, SC_NO_SLOT, 0);
}

/* millis() starts again after 49 days; readings need milliseconds that do not. */
static uint64_t now_ms() {
  static uint32_t low, high;
  uint32_t now = millis();
  if (now < low) high++;
  low = now;
  return (uint64_t)high << 32 | now;
}

/* Differs in each boot: a counter that survives it, spread over 32 bits. */
static uint32_t boot_count() {
  uint32_t count = 0;
  EEPROM.get(0, count);
  EEPROM.put(0, ++count);
  return count;
}

void setup() {
  Serial.begin(115200);
  pinMode(LED_BUILTIN, OUTPUT);
  model.slot = SC_NO_SLOT;
  sc_sha256(gru_model.bytes, sizeof gru_model.bytes, model.sha256);
  sc_forecaster_open(&forecaster, &memory, gru_model.bytes, sizeof gru_model.bytes, model.sha256);
  sc_forecaster_info(&forecaster, &model);
  setup_.id = "forecaster-1"; /* another one on each board */
  setup_.firmware = "1.0";
  setup_.channels = channels;
  setup_.channel_count = 1;
  setup_.boot_count = boot_count();
  setup_.rx = rx;
  setup_.rx_size = sizeof rx;
  setup_.tx = tx;
  setup_.tx_size = sizeof tx;
  setup_.ring = ring;
  setup_.ring_size = sizeof ring / sizeof *ring;
  setup_.send = send_line;
  setup_.model = on_model;
  uint32_t boot = setup_.boot_count * 2654435761u;
  sc_link_init(&stepcast, &setup_, &model, boot ? boot : 1, SC_FORECASTS);
}

static void measure(uint64_t now) {
  double celsius = (analogRead(A0) * 5.0 / 1024.0 - 0.5) * 100.0; /* TMP36 */
  uint32_t sequence = sc_link_reading(&stepcast, 0, celsius, now);
  if (sequence == 0 || !sc_forecaster_observe(&forecaster, &stepcast, 0, sequence, celsius, now)) return;
  float in_an_hour = forecast[(GRU_HORIZON - 1) * GRU_LEVELS + GRU_LEVELS / 2];
  digitalWrite(LED_BUILTIN, in_an_hour > TOO_WARM);
}

void loop() {
  uint64_t now = now_ms();
  while (Serial.available() > 0) {
    uint8_t byte = (uint8_t)Serial.read();
    sc_link_receive(&stepcast, &byte, 1, now);
  }
  if ((uint32_t)now - due >= EVERY_MS) {
    due = (uint32_t)now;
    measure(now);
  }
  sc_link_poll(&stepcast, now);
}
