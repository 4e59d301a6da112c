/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where platform events go. */
#include "osdep.h"

#include "bmc/events.h"

#include "bmc/bmc-priv.h"

void bmc_event_add(Bmc *bmc, const BmcEvent *event, const char *text)
{
    g_message("event: %s", text);
    bmc_changed(bmc, BMC_PART_EVENTS);
}
