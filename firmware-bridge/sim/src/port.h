/* What a simulated device needs of the machine under it: POSIX, or a Cortex-M under QEMU. */
#ifndef PORT_H
#define PORT_H

#include <stddef.h>
#include <stdint.h>

/* Opens the line that the options name; leaves with a message when it cannot. */
void port_open(int argc, char **argv);

uint64_t port_now_ms(void);

/* Bytes that have come; 0 when there are none. */
size_t port_read(uint8_t *bytes, size_t capacity);

/* 1 when the line took all of it, 0 when it has no room now. */
uint8_t port_send(void *context, const uint8_t *line, uint16_t size);

/* Sleeps until something comes, or the line has room again, or `ms` are over. */
void port_wait(uint32_t ms);

/* Whether everything that was sent has left. */
int port_is_idle(void);

#endif
