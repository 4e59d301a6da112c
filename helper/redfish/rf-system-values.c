/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power state, health and firmware version of the machine. */
#include "osdep.h"

#include "redfish/rf-system-values.h"

#include "bmc/os-info.h"
#include "bmc/power.h"
#include "bmc/update.h"

enum { POWER_ON, POWER_OFF, POWER_PAUSED, POWERING_ON, POWERING_OFF };

const char *const rf_power_states[] = {
    [POWER_ON] = "On",
    [POWER_OFF] = "Off",
    [POWER_PAUSED] = "Paused",
    [POWERING_ON] = "PoweringOn",
    [POWERING_OFF] = "PoweringOff",
    NULL,
};

enum { STATE_ENABLED, STATE_STANDBY, STATE_STARTING, STATE_QUIESCED,
       STATE_UNAVAILABLE };

static const char *const states[] = {
    [STATE_ENABLED] = "Enabled",
    [STATE_STANDBY] = "StandbyOffline",
    [STATE_STARTING] = "Starting",
    [STATE_QUIESCED] = "Quiesced",
    [STATE_UNAVAILABLE] = "UnavailableOffline",
    NULL,
};

enum { HEALTH_OK, HEALTH_WARNING, HEALTH_CRITICAL };

static const char *const healths[] = {
    [HEALTH_OK] = "OK",
    [HEALTH_WARNING] = "Warning",
    [HEALTH_CRITICAL] = "Critical",
    NULL,
};

static bool get_state(const RfContext *ctx, RfValue *value)
{
    static const unsigned choices[] = {
        [BMC_POWER_STATE_UNKNOWN] = STATE_UNAVAILABLE,
        [BMC_POWER_STATE_ON] = STATE_ENABLED,
        [BMC_POWER_STATE_OFF] = STATE_STANDBY,
        [BMC_POWER_STATE_PAUSED] = STATE_QUIESCED,
        [BMC_POWER_STATE_POWERING_ON] = STATE_STARTING,
        [BMC_POWER_STATE_POWERING_OFF] = STATE_ENABLED,
    };

    value->choice = choices[bmc_power_state(ctx->bmc)];
    return true;
}

/* What QEMU stopped the machine for; nothing is known while it is silent. */
static bool get_health(const RfContext *ctx, RfValue *value)
{
    switch (bmc_machine(ctx->bmc)->state) {
    case MACHINE_STATE_UNKNOWN:
        return false;
    case MACHINE_STATE_PANICKED:
    case MACHINE_STATE_IO_ERROR:
    case MACHINE_STATE_INTERNAL_ERROR:
        value->choice = HEALTH_CRITICAL;
        return true;
    case MACHINE_STATE_WATCHDOG:
        value->choice = HEALTH_WARNING;
        return true;
    default:
        value->choice = HEALTH_OK;
        return true;
    }
}

bool rf_get_power_state(const RfContext *ctx, RfValue *value)
{
    static const unsigned choices[] = {
        [BMC_POWER_STATE_ON] = POWER_ON,
        [BMC_POWER_STATE_OFF] = POWER_OFF,
        [BMC_POWER_STATE_PAUSED] = POWER_PAUSED,
        [BMC_POWER_STATE_POWERING_ON] = POWERING_ON,
        [BMC_POWER_STATE_POWERING_OFF] = POWERING_OFF,
    };
    BmcPowerState state = bmc_power_state(ctx->bmc);

    value->null = state == BMC_POWER_STATE_UNKNOWN;
    value->choice = choices[state];
    return true;
}

const RfProperty rf_machine_status[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = get_state },
    { "Health", RF_TYPE_ENUM, .texts = healths, .get = get_health },
    { NULL }
};

/* Virtual hardware that is there works; nothing is known without QEMU. */
static bool get_present_health(const RfContext *ctx, RfValue *value)
{
    value->choice = HEALTH_OK;
    return bmc_machine(ctx->bmc)->state != MACHINE_STATE_UNKNOWN;
}

const RfProperty rf_present_status[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = rf_get_first },
    { "Health", RF_TYPE_ENUM, .texts = healths,
      .get = get_present_health },
    { NULL }
};

bool rf_firmware_version(const Bmc *bmc, RfValue *value)
{
    const BmcUpdateImage *image = bmc_update_current(bmc,
                                                     BMC_UPDATE_FIRMWARE);
    g_autofree char *told = NULL;

    if (image && image->version) {
        value->text = image->version;
        return true;
    }
    told = bmc_os_info_text(bmc, BMC_OS_FIRMWARE);
    if (told) {
        g_strlcpy(value->buf, told, sizeof(value->buf));
        value->text = value->buf;
    }
    return told;
}
