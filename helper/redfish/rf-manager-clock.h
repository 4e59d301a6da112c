/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BMC's clock, which is that of the System Event Log. */
#ifndef QEMU_BMC_REDFISH_RF_MANAGER_CLOCK_H
#define QEMU_BMC_REDFISH_RF_MANAGER_CLOCK_H

#include "redfish/rf-resource.h"

/* Writes DateTime and DateTimeLocalOffset. */
extern const RfSetter rf_clock_setter;

/**
 * rf_get_clock: RfProperty.get of DateTime.
 *
 * @ctx: which one
 * @value: the time by the clock, at its offset from UTC
 *
 * Returns: true
 */
bool rf_get_clock(const RfContext *ctx, RfValue *value);

/**
 * rf_get_clock_offset: RfProperty.get of DateTimeLocalOffset.
 *
 * @ctx: which one
 * @value: the offset; +00:00 when nobody has set one
 *
 * Returns: true
 */
bool rf_get_clock_offset(const RfContext *ctx, RfValue *value);

/**
 * rf_value_set_sel_time: as rf_value_set_time(), of a time by the BMC's
 * clock and at its offset.
 *
 * @bmc: the hub
 * @value: its text is set
 * @seconds: seconds since 1970, UTC
 */
void rf_value_set_sel_time(const Bmc *bmc, RfValue *value, uint32_t seconds);

#endif /* QEMU_BMC_REDFISH_RF_MANAGER_CLOCK_H */
