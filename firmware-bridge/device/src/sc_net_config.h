/*
 * What the kernels leave out. All of it is there by default, so that any model runs that is pushed to a slot; stepcast export-c
 * writes one that leaves out what its model has no use for. A model that needs what was left out is refused by sc_net_open.
 *
 *     SC_NET_NO_INT8  SC_NET_NO_FLOAT                                 kinds
 *     SC_NET_NO_RNN  SC_NET_NO_GRU  SC_NET_NO_GRU_BEFORE  SC_NET_NO_LSTM   cells of integer models
 *     SC_NET_NO_CALENDAR  SC_NET_NO_ELAPSED                           columns
 *     SC_NET_NO_RESIDUAL  SC_NET_NO_DENSE  SC_NET_NO_GATED             parts of integer models
 */
#ifndef SC_NET_CONFIG_H
#define SC_NET_CONFIG_H

#endif
