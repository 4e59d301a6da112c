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
    [BMC_BOOT_USB] = "Usb",
    [BMC_BOOT_FLOPPY] = "Floppy",
    [BMC_BOOT_DEVICE] = "UefiBootNext",
    [BMC_BOOT_TARGET__MAX] = NULL,
};

static const char *const boot_modes[] = { "Legacy", "UEFI", NULL };
enum { BOOT_MODE_LEGACY, BOOT_MODE_UEFI };

static const RfSetter boot_setter;
static const RfSetter order_setter;

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

static const RfValue *new_next(const RfPatch *patch)
{
    return rf_patch_get(patch, &boot_setter, "BootNext");
}

/* The device that UefiBootNext is to mean; NULL for none. */
static const char *complete_next(const RfContext *ctx, const RfPatch *patch)
{
    const RfValue *next = new_next(patch);

    if (!next) {
        return bmc_boot_next(ctx->bmc);
    }
    return next->null ? NULL : next->text;
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
    if (!e && !t && !complete_next(ctx, patch)) {
        *enabled = BMC_BOOT_DISABLED; /* BootNext was what was overriding */
    } else if (!e && *enabled == BMC_BOOT_DISABLED) {
        *enabled = BMC_BOOT_ONCE;
    }
    if (*enabled == BMC_BOOT_DISABLED || (t && *target == BMC_BOOT_NONE)) {
        *enabled = BMC_BOOT_DISABLED;
        *target = BMC_BOOT_NONE;
    }
    return *enabled == BMC_BOOT_DISABLED || *target != BMC_BOOT_NONE;
}

/*
 * The mode can be given, but there is one that it can have. BootNext alone
 * is what a later UefiBootNext will mean, unless there is one.
 */
static bool changes_boot(const RfContext *ctx, const RfPatch *patch)
{
    return new_enabled(patch) || new_target(patch) ||
           (new_next(patch) &&
            bmc_boot_get(ctx->bmc)->target == BMC_BOOT_DEVICE);
}

static void check_next(const RfContext *ctx, const RfPatch *patch,
                       BmcBootEnabled enabled, RfMessages *messages)
{
    if (!complete_next(ctx, patch)) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_MISSING,
                        "/Boot/BootNext", NULL, "BootNext", NULL);
    } else if (enabled == BMC_BOOT_CONTINUOUS) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_CONFLICT,
                        "/Boot/BootSourceOverrideEnabled", NULL,
                        "BootSourceOverrideEnabled",
                        "BootSourceOverrideTarget", NULL);
    }
}

static void boot_check(const RfContext *ctx, const RfPatch *patch,
                       RfMessages *messages)
{
    BmcBootEnabled enabled;
    const RfValue *next = new_next(patch);
    BmcBootTarget target;

    if (next && !next->null && !bmc_boot_find(ctx->bmc, next->text)) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_NOT_IN_LIST,
                        "/Boot/BootNext", NULL, next->text, "BootNext",
                        NULL);
        return;
    }
    if (!changes_boot(ctx, patch)) {
        return;
    }
    if (complete_boot(ctx, patch, &enabled, &target)) {
        if (target == BMC_BOOT_DEVICE) {
            check_next(ctx, patch, enabled, messages);
        }
    } else {
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
    bool changes = changes_boot(&x->context, patch);

    if (changes) {
        complete_boot(&x->context, patch, &enabled, &target);
    }
    if (new_next(patch)) {
        bmc_boot_set_next(x->context.bmc, complete_next(&x->context, patch));
    }
    if (!changes) {
        rf_exchange_complete_kept(x);
        return;
    }
    bmc_boot_set_async(x->context.bmc, enabled, target, NULL, &x->origin,
                       x->cancellable, boot_done, rf_exchange_ref(x));
}

static const RfSetter boot_setter = { boot_check, boot_start };

static bool get_next(const RfContext *ctx, RfValue *value)
{
    value->text = bmc_boot_next(ctx->bmc);
    value->null = !value->text;
    return true;
}

static bool nth_in_order(const RfContext *ctx, unsigned n, RfValue *value)
{
    const MachineBootDevice *device = bmc_boot_nth(ctx->bmc, n);

    if (device) {
        bmc_boot_reference(device, value->buf);
        value->text = value->buf;
    }
    return device;
}

/* Returns (transfer container): the references, NULL-terminated. */
static GPtrArray *new_order(const RfPatch *patch)
{
    const RfValue *order = rf_patch_get(patch, &order_setter, "BootOrder");
    JsonArray *array = json_node_get_array(order->node);
    GPtrArray *references = g_ptr_array_new();

    for (unsigned i = 0; i < json_array_get_length(array); i++) {
        g_ptr_array_add(references,
                        (char *)json_array_get_string_element(array, i));
    }
    g_ptr_array_add(references, NULL);
    return references;
}

static void order_check(const RfContext *ctx, const RfPatch *patch,
                        RfMessages *messages)
{
    g_autoptr(GPtrArray) references = new_order(patch);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (unsigned i = 0; i + 1 < references->len; i++) {
        char *reference = references->pdata[i];
        g_autofree char *pointer = g_strdup_printf("/Boot/BootOrder/%u", i);

        if (!bmc_boot_find(ctx->bmc, reference) ||
            !g_hash_table_add(seen, reference)) {
            rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_INCORRECT,
                            pointer, NULL, "BootOrder", reference, NULL);
            return;
        }
    }
    if (references->len == 1) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_INCORRECT,
                        "/Boot/BootOrder", NULL, "BootOrder", "[]", NULL);
    }
}

static void order_done(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;
    g_autoptr(GError) err = NULL;

    if (g_cancellable_is_cancelled(x->cancellable)) {
        return;
    }
    bmc_boot_set_order_finish(x->context.bmc, res, &err);
    rf_exchange_complete(x, err);
}

static void order_start(RfExchange *x, const RfPatch *patch)
{
    g_autoptr(GPtrArray) references = new_order(patch);

    bmc_boot_set_order_async(x->context.bmc,
                             (const char *const *)references->pdata,
                             &x->origin, x->cancellable, order_done,
                             rf_exchange_ref(x));
}

static const RfSetter order_setter = { order_check, order_start };

void rf_default_boot_order_start(RfExchange *x, const RfPatch *patch)
{
    bmc_boot_set_order_async(x->context.bmc, NULL, &x->origin,
                             x->cancellable, order_done, rf_exchange_ref(x));
}

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
    { "BootNext", RF_TYPE_STRING, .get = get_next, .nullable = true,
      .setter = &boot_setter },
    { "BootOrder", RF_TYPE_STRINGS, .item = nth_in_order,
      .setter = &order_setter },
    { "BootOptions", RF_TYPE_LINK,
      .text = "/redfish/v1/Systems/1/BootOptions" },
    { NULL }
};
