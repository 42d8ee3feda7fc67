/* ARM MPS2 (AN385 Cortex-M3, AN386 Cortex-M4F) as QEMU has it: UART0 for the line, semihosting for the rest. */
#include <stdlib.h>
#include <string.h>

#include "port.h"

enum { RX_SIZE = 2048, TX_SIZE = 8192, MAX_ARGUMENTS = 64, CLOCK_HZ = 25000000 };

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define UART_DATA REGISTER(0x40004000u)
#define UART_STATE REGISTER(0x40004004u) /* bit 0 transmitter full, bit 1 receiver full */
#define UART_CTRL REGISTER(0x40004008u)  /* bit 0 transmit, 1 receive, 3 receive interrupt */
#define UART_INT REGISTER(0x4000400Cu)
#define UART_BAUDDIV REGISTER(0x40004010u)
#define SYSTICK_CTRL REGISTER(0xE000E010u)
#define SYSTICK_LOAD REGISTER(0xE000E014u)
#define SYSTICK_VALUE REGISTER(0xE000E018u)
#define NVIC_ENABLE REGISTER(0xE000E100u)
#define CPACR REGISTER(0xE000ED88u)

enum { TX_FULL = 1, RX_FULL = 2, RX_INTERRUPT = 2, ENABLE = 3, ENABLE_RX_INTERRUPT = 8 };

extern uint32_t load_start, data_start, data_end, bss_start, bss_end, stack_top;
extern void initialise_monitor_handles(void);
extern void __libc_init_array(void);
int main(int argc, char **argv);

static uint8_t rx[RX_SIZE], tx[TX_SIZE];
static volatile uint32_t rx_in, rx_out; /* count for ever; the place is modulo the size */
static uint32_t tx_in, tx_out;
static volatile uint32_t ticks_low, ticks_high;

static void on_tick(void) {
  if (++ticks_low == 0) ticks_high++;
}

/* A receiver that stays full holds QEMU's side back: nothing is lost while the ring is full. */
static void on_receive(void) {
  UART_INT = RX_INTERRUPT;
  while ((UART_STATE & RX_FULL) && rx_in - rx_out < RX_SIZE) rx[rx_in++ % RX_SIZE] = (uint8_t)UART_DATA;
  if (rx_in - rx_out == RX_SIZE) UART_CTRL = ENABLE;
}

static void on_fault(void) { abort(); }

uint64_t port_now_ms(void) {
  uint32_t high, low;
  do {
    high = ticks_high;
    low = ticks_low;
  } while (high != ticks_high);
  return (uint64_t)high << 32 | low;
}

static void drain(void) {
  while (tx_out != tx_in && !(UART_STATE & TX_FULL)) UART_DATA = tx[tx_out++ % TX_SIZE];
}

void port_open(int argc, char **argv) {
  (void)argc;
  (void)argv;
  UART_BAUDDIV = 16;
  UART_CTRL = ENABLE | ENABLE_RX_INTERRUPT;
  NVIC_ENABLE = 1;
}

size_t port_read(uint8_t *bytes, size_t capacity) {
  size_t count = 0;
  drain();
  while (count < capacity && rx_out != rx_in) bytes[count++] = rx[rx_out++ % RX_SIZE];
  if (!(UART_CTRL & ENABLE_RX_INTERRUPT)) {
    UART_CTRL = ENABLE | ENABLE_RX_INTERRUPT;
    __asm volatile("cpsid i");
    on_receive();
    __asm volatile("cpsie i");
  }
  return count;
}

uint8_t port_send(void *context, const uint8_t *line, uint16_t size) {
  (void)context;
  if (TX_SIZE - (tx_in - tx_out) < size) return 0;
  while (size-- > 0) tx[tx_in++ % TX_SIZE] = *line++;
  drain();
  return 1;
}

void port_wait(uint32_t ms) {
  uint64_t until = port_now_ms() + ms;
  while (rx_in == rx_out && tx_in == tx_out && port_now_ms() < until) {
    /* An interrupt between the question and WFI stays pending, and ends it. */
    __asm volatile("cpsid i");
    if (rx_in == rx_out) __asm volatile("wfi");
    __asm volatile("cpsie i");
  }
}

int port_is_idle(void) { return tx_in == tx_out; }

static int read_arguments(char **argv) {
  static char text[2048];
  struct {
    char *text;
    size_t size;
  } block = {text, sizeof text};
  register uint32_t operation __asm("r0") = 0x15; /* SYS_GET_CMDLINE */
  register void *argument __asm("r1") = &block;
  int argc = 0;
  __asm volatile("bkpt 0xAB" : "+r"(operation) : "r"(argument) : "memory");
  for (char *word = strtok(text, " "); word && argc < MAX_ARGUMENTS; word = strtok(NULL, " ")) argv[argc++] = word;
  return argc;
}

void reset_handler(void) {
  static char *argv[MAX_ARGUMENTS + 1];
  memcpy(&data_start, &load_start, (size_t)((char *)&data_end - (char *)&data_start));
  memset(&bss_start, 0, (size_t)((char *)&bss_end - (char *)&bss_start));
#ifdef __ARM_FP
  CPACR |= 0xFu << 20;
  __asm volatile("dsb\n isb");
#endif
  SYSTICK_LOAD = CLOCK_HZ / 1000 - 1;
  SYSTICK_VALUE = 0;
  SYSTICK_CTRL = 7;
  initialise_monitor_handles();
  __libc_init_array();
  exit(main(read_arguments(argv), argv));
}

/* crt0 has these; nothing here needs them. */
void _init(void) {}
void _fini(void) {}

typedef void (*handler)(void);

__attribute__((section(".vectors"), used)) static const handler vectors[17] = {
    (handler)&stack_top, reset_handler, on_fault, on_fault, on_fault, on_fault, on_fault, 0, 0, 0, 0,
    on_fault, on_fault, 0, on_fault, on_tick, on_receive};
