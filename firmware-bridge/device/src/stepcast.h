/* The device's side of stepcast: the line, model slots, and networks that forecast on the device. */
#ifndef STEPCAST_H
#define STEPCAST_H

#include "sc_check.h"
#include "sc_forecaster.h"
#include "sc_link.h"
#include "sc_net.h"
#include "sc_protocol.h"
#include "sc_sha256.h"
#include "sc_slots.h"

#endif
