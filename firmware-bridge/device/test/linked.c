/* The least program that forecasts: what is linked is what a model needs. */
#include "sc_net.h"

extern const uint32_t *volatile model;
extern uint32_t model_size;
uint32_t state[1], scratch[1], model_size;
const uint32_t *volatile model;
float forecast[1];
sc_tick tick;

int main(void) {
  sc_net net;
  if (sc_net_open(&net, model, model_size) != SC_NET_OK || sc_net_self_test(&net, state, scratch) != SC_NET_OK) return 1;
  sc_net_reset(&net, state);
  for (;;) sc_net_observe(&net, state, scratch, &tick, forecast);
}
