/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the system boots from (DSP0268 ComputerSystem.Boot). */
#include "osdep.h"

#include "bmc/boot.h"
#include "redfish/rf-exchange.h"
#include "redfish/rf-system-values.h"

/* The order is that of BmcBootEnabled, BmcBootTarget. */
static const char *const boot_enabled[] = {
    [BMC_BOOT_DISABLED] = "Disabled",
    [BMC_BOOT_ONCE] = "Once",
    [BMC_BOOT_CONTINUOUS] = "Continuous",
    NULL,
};

static const char *const boot_targets[] = {
    [BMC_BOOT_NONE] = "None",
    [BMC_BOOT_PXE] = "Pxe",
    [BMC_BOOT_HDD] = "Hdd",
    [BMC_BOOT_CD] = "Cd",
    [BMC_BOOT_TARGET__MAX] = NULL,
};

static const char *const boot_modes[] = { "Legacy", "UEFI", NULL };
enum { BOOT_MODE_LEGACY, BOOT_MODE_UEFI };

static const RfSetter boot_setter;

static bool get_boot_enabled(const RfContext *ctx, RfValue *value)
{
    value->choice = bmc_boot_get(ctx->bmc)->enabled;
    return true;
}

static bool get_boot_target(const RfContext *ctx, RfValue *value)
{
    value->choice = bmc_boot_get(ctx->bmc)->target;
    return true;
}

static bool boot_target_allowed(const RfContext *ctx, unsigned choice)
{
    return bmc_boot_target_allowed(ctx->bmc, choice);
}

static bool get_boot_mode(const RfContext *ctx, RfValue *value)
{
    value->choice = bmc_boot_mode(ctx->bmc) == MACHINE_FIRMWARE_UEFI
                    ? BOOT_MODE_UEFI : BOOT_MODE_LEGACY;
    return true;
}

/* What firmware the machine has is decided where QEMU is started. */
static bool boot_mode_allowed(const RfContext *ctx, unsigned choice)
{
    RfValue value;

    get_boot_mode(ctx, &value);
    return choice == value.choice;
}

static const RfValue *new_enabled(const RfPatch *patch)
{
    return rf_patch_get(patch, &boot_setter, "BootSourceOverrideEnabled");
}

static const RfValue *new_target(const RfPatch *patch)
{
    return rf_patch_get(patch, &boot_setter, "BootSourceOverrideTarget");
}

/*
 * What is asked for, completed from what is. A target alone is meant to be
 * used: with an override that is disabled it means Once. Enabled alone
 * needs a target that is set already.
 */
static bool complete_boot(const RfContext *ctx, const RfPatch *patch,
                          BmcBootEnabled *enabled, BmcBootTarget *target)
{
    const RfValue *e = new_enabled(patch);
    const RfValue *t = new_target(patch);
    const BmcBoot *boot = bmc_boot_get(ctx->bmc);

    *enabled = e ? e->choice : boot->enabled;
    *target = t ? t->choice : boot->target;
    if (!e && *enabled == BMC_BOOT_DISABLED) {
        *enabled = BMC_BOOT_ONCE;
    }
    if (*enabled == BMC_BOOT_DISABLED || (t && *target == BMC_BOOT_NONE)) {
        *enabled = BMC_BOOT_DISABLED;
        *target = BMC_BOOT_NONE;
    }
    return *enabled == BMC_BOOT_DISABLED || *target != BMC_BOOT_NONE;
}

/* The mode can be given, but there is one that it can have. */
static bool changes_boot(const RfPatch *patch)
{
    return new_enabled(patch) || new_target(patch);
}

static void boot_check(const RfContext *ctx, const RfPatch *patch,
                       RfMessages *messages)
{
    BmcBootEnabled enabled;
    BmcBootTarget target;

    if (changes_boot(patch) &&
        !complete_boot(ctx, patch, &enabled, &target)) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_MISSING,
                        "/Boot/BootSourceOverrideTarget", NULL,
                        "BootSourceOverrideTarget", NULL);
    }
}

static void boot_done(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;
    g_autoptr(GError) err = NULL;

    if (g_cancellable_is_cancelled(x->cancellable)) {
        return;
    }
    bmc_boot_set_finish(x->context.bmc, res, &err);
    rf_exchange_complete(x, err);
}

static void boot_start(RfExchange *x, const RfPatch *patch)
{
    BmcBootEnabled enabled;
    BmcBootTarget target;

    if (!changes_boot(patch)) {
        rf_exchange_complete(x, NULL);
        return;
    }
    complete_boot(&x->context, patch, &enabled, &target);
    bmc_boot_set_async(x->context.bmc, enabled, target, NULL, &x->origin,
                       x->cancellable, boot_done, rf_exchange_ref(x));
}

static const RfSetter boot_setter = { boot_check, boot_start };

const RfProperty rf_system_boot[] = {
    { "BootSourceOverrideEnabled", RF_TYPE_ENUM, .texts = boot_enabled,
      .get = get_boot_enabled, .allowed = rf_allow_any,
      .setter = &boot_setter },
    { "BootSourceOverrideTarget", RF_TYPE_ENUM, .texts = boot_targets,
      .get = get_boot_target, .allowed = boot_target_allowed,
      .setter = &boot_setter },
    { "BootSourceOverrideMode", RF_TYPE_ENUM, .texts = boot_modes,
      .get = get_boot_mode, .allowed = boot_mode_allowed,
      .setter = &boot_setter },
    { NULL }
};
