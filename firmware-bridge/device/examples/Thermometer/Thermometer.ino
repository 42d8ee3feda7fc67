/*
 * A thermometer that only reports: an analog sensor (TMP36) every ten seconds over the board's serial line.
 * On the Pi: stepcast run with `devices: [{ port: /dev/ttyACM0 }]`, or stepcast bridge --serial /dev/ttyACM0.
 */
#include <EEPROM.h>
#include <stepcast.h>

static const uint32_t EVERY_MS = 10000;
static const sc_channel channels[] = {{"temperature", "\xC2\xB0"
                                                      "C",
                                       EVERY_MS}};

static uint8_t rx[SC_CONTENT_MIN], tx[SC_LINE_MIN];
static sc_reading ring[48]; /* eight minutes without a host */
static sc_model_info no_model;
static sc_link_setup setup_;
static sc_link stepcast;
static uint32_t due;

static uint8_t send_line(void *, const uint8_t *line, uint16_t size) { return Serial.write(line, size) == size; }

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
  no_model.slot = SC_NO_SLOT;
  setup_.id = "thermometer-1"; /* another one on each board */
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
  uint32_t boot = setup_.boot_count * 2654435761u;
  sc_link_init(&stepcast, &setup_, &no_model, boot ? boot : 1, 0);
}

void loop() {
  uint64_t now = now_ms();
  while (Serial.available() > 0) {
    uint8_t byte = (uint8_t)Serial.read();
    sc_link_receive(&stepcast, &byte, 1, now);
  }
  if ((uint32_t)now - due >= EVERY_MS) {
    due = (uint32_t)now;
    double volts = analogRead(A0) * 5.0 / 1024.0;
    sc_link_reading(&stepcast, 0, (volts - 0.5) * 100.0, now);
  }
  sc_link_poll(&stepcast, now);
}
