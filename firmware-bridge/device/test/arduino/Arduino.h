/* As much of Arduino as the examples use, so that they compile and link without a board's package. */
#ifndef ARDUINO_H
#define ARDUINO_H

#include <stddef.h>
#include <stdint.h>

#define A0 14
#define LED_BUILTIN 13
#define OUTPUT 1

uint32_t millis();
int analogRead(uint8_t pin);
void pinMode(uint8_t pin, uint8_t mode);
void digitalWrite(uint8_t pin, uint8_t level);

struct SerialPort {
  void begin(uint32_t baud);
  int available();
  int read();
  size_t write(const uint8_t *bytes, size_t size);
};

extern SerialPort Serial;

void setup();
void loop();

#endif
