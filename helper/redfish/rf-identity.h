/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By what the system and its chassis are told from others. */
#ifndef QEMU_BMC_REDFISH_RF_IDENTITY_H
#define QEMU_BMC_REDFISH_RF_IDENTITY_H

#include "bmc/asset.h"
#include "codec/fru.h"
#include "redfish/rf-resource.h"

/**
 * rf_get_fru: read a field of the machine's FRU device.
 *
 * @ctx: which one
 * @field: the field
 * @other: what is taken where that is empty
 * @value: set to the text
 *
 * Returns: false if both are empty
 */
bool rf_get_fru(const RfContext *ctx, FruField field, FruField other,
                RfValue *value);

/**
 * rf_get_manufacturer: RfProperty.get of Manufacturer.
 *
 * @ctx: which one
 * @value: set to the text of the FRU device, or "QEMU"
 *
 * Returns: true
 */
bool rf_get_manufacturer(const RfContext *ctx, RfValue *value);

/**
 * rf_get_asset: RfProperty.get of AssetTag, which IPMI's DCMI commands show
 * too. Until somebody sets it, it is that of the FRU device.
 *
 * @ctx: which one
 * @value: set to the text
 *
 * Returns: true
 */
bool rf_get_asset(const RfContext *ctx, RfValue *value);

/* RfProperty.setter of it. */
extern const RfSetter rf_asset_setter;

/**
 * rf_get_indicator: RfProperty.get of LocationIndicatorActive: one lamp.
 *
 * @ctx: which one
 * @value: set to whether it is lit
 *
 * Returns: true
 */
bool rf_get_indicator(const RfContext *ctx, RfValue *value);

/* What IndicatorLED can be. */
extern const char *const rf_indicator_leds[];

/**
 * rf_get_indicator_led: RfProperty.get of IndicatorLED, the same lamp as
 * clients know it that are older than LocationIndicatorActive.
 *
 * @ctx: which one
 * @value: set to the index into rf_indicator_leds
 *
 * Returns: true
 */
bool rf_get_indicator_led(const RfContext *ctx, RfValue *value);

/* RfProperty.setter of both. */
extern const RfSetter rf_indicator_setter;

#endif /* QEMU_BMC_REDFISH_RF_IDENTITY_H */
