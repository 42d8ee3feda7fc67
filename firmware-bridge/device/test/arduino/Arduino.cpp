/* Registers of no machine in particular: enough that nothing is optimised away. */
#include "Arduino.h"

#include "EEPROM.h"

static volatile uint32_t clock_register;
static volatile uint8_t data_register, ready_register;

SerialPort Serial;
Eeprom EEPROM;

uint32_t millis() { return clock_register; }
int analogRead(uint8_t pin) { return (int)(clock_register >> pin); }
void pinMode(uint8_t pin, uint8_t mode) { ready_register = (uint8_t)(pin + mode); }
void digitalWrite(uint8_t pin, uint8_t level) { data_register = (uint8_t)(pin + level); }
void SerialPort::begin(uint32_t baud) { clock_register = baud; }
int SerialPort::available() { return ready_register; }
int SerialPort::read() { return data_register; }

size_t SerialPort::write(const uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) data_register = bytes[i];
  return size;
}


int main() {
  setup();
  for (;;) loop();
}
