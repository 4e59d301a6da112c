/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the system boots from (DSP0268 ComputerSystem.Boot). */
#include "osdep.h"

#include "bmc/boot.h"
#include "redfish/rf-exchange.h"
#include "redfish/rf-system-values.h"
#include "util/error.h"

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
    [BMC_BOOT_SETUP] = "BiosSetup",
    [BMC_BOOT_UEFI] = "UefiTarget",
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

/*
 * Targets that are one device: the property that tells which, and what it is
 * to be.
 */
typedef struct OneDevice {
    BmcBootTarget target;
    const char *property;
    const char *pointer;
    const char *(*get)(const Bmc *bmc);
    void (*set)(Bmc *bmc, const char *text);
    const MachineBootDevice *(*find)(const Bmc *bmc, const char *text);
} OneDevice;

static const OneDevice one_devices[] = {
    { BMC_BOOT_DEVICE, "BootNext", "/Boot/BootNext", bmc_boot_next,
      bmc_boot_set_next, bmc_boot_find },
    { BMC_BOOT_UEFI, "UefiTargetBootSourceOverride",
      "/Boot/UefiTargetBootSourceOverride", bmc_boot_uefi, bmc_boot_set_uefi,
      bmc_boot_find_uefi },
};

static const RfValue *new_device(const RfPatch *patch, const OneDevice *one)
{
    return rf_patch_get(patch, &boot_setter, one->property);
}

/* The device that it is to mean; NULL for none. */
static const char *complete_device(const RfContext *ctx, const RfPatch *patch,
                                   const OneDevice *one)
{
    const RfValue *value = new_device(patch, one);

    if (!value) {
        return one->get(ctx->bmc);
    }
    return value->null ? NULL : value->text;
}

static const OneDevice *find_one_device(BmcBootTarget target)
{
    for (size_t i = 0; i < G_N_ELEMENTS(one_devices); i++) {
        if (one_devices[i].target == target) {
            return &one_devices[i];
        }
    }
    return NULL;
}

/* Whether the device that is overriding is changed, and to what. */
static bool changes_device(const RfContext *ctx, const RfPatch *patch,
                           bool *ends)
{
    const OneDevice *one = find_one_device(bmc_boot_get(ctx->bmc)->target);

    *ends = one && !complete_device(ctx, patch, one);
    return one && new_device(patch, one);
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
    bool ends;

    *enabled = e ? e->choice : boot->enabled;
    *target = t ? t->choice : boot->target;
    if (!e && !t && changes_device(ctx, patch, &ends) && ends) {
        *enabled = BMC_BOOT_DISABLED; /* it was what was overriding */
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
 * The mode can be given, but there is one that it can have. A device alone is
 * what a later target will mean, unless it is that already.
 */
static bool changes_boot(const RfContext *ctx, const RfPatch *patch)
{
    bool ends;

    return new_enabled(patch) || new_target(patch) ||
           changes_device(ctx, patch, &ends);
}

static void check_device(const RfContext *ctx, const RfPatch *patch,
                         const OneDevice *one, BmcBootEnabled enabled,
                         RfMessages *messages)
{
    if (!complete_device(ctx, patch, one)) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_MISSING, one->pointer,
                        NULL, one->property, NULL);
    } else if (enabled == BMC_BOOT_CONTINUOUS) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_CONFLICT,
                        "/Boot/BootSourceOverrideEnabled", NULL,
                        "BootSourceOverrideEnabled",
                        "BootSourceOverrideTarget", NULL);
    }
}

/* Before QEMU has listed them nobody can say whether there is such a one. */
static bool devices_known(const RfContext *ctx, RfMessages *messages)
{
    g_autoptr(GError) err = NULL;

    if (bmc_boot_devices(ctx->bmc)) {
        return true;
    }
    err = g_error_new_literal(BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                              "QEMU has not told its devices yet");
    rf_messages_add_error(messages, err);
    return false;
}

static bool devices_exist(const RfContext *ctx, const RfPatch *patch,
                          RfMessages *messages)
{
    bool ok = true;

    for (size_t i = 0; i < G_N_ELEMENTS(one_devices); i++) {
        const OneDevice *one = &one_devices[i];
        const RfValue *value = new_device(patch, one);

        if (!value || value->null) {
            continue;
        }
        if (!devices_known(ctx, messages)) {
            return false;
        }
        if (!one->find(ctx->bmc, value->text)) {
            rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_NOT_IN_LIST,
                            one->pointer, NULL, value->text, one->property,
                            NULL);
            ok = false;
        }
    }
    return ok;
}

static void boot_check(const RfContext *ctx, const RfPatch *patch,
                       RfMessages *messages)
{
    const OneDevice *one;
    BmcBootEnabled enabled;
    BmcBootTarget target;

    if (!devices_exist(ctx, patch, messages) || !changes_boot(ctx, patch)) {
        return;
    }
    if (complete_boot(ctx, patch, &enabled, &target)) {
        one = find_one_device(target);
        if (one) {
            check_device(ctx, patch, one, enabled, messages);
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
    for (size_t i = 0; i < G_N_ELEMENTS(one_devices); i++) {
        if (new_device(patch, &one_devices[i])) {
            one_devices[i].set(x->context.bmc,
                               complete_device(&x->context, patch,
                                               &one_devices[i]));
        }
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

/* Machines with a BIOS have no such names. */
static bool get_uefi(const RfContext *ctx, RfValue *value)
{
    value->text = bmc_boot_uefi(ctx->bmc);
    value->null = !value->text;
    return bmc_boot_mode(ctx->bmc) == MACHINE_FIRMWARE_UEFI;
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

    if (references->len > 1 && !devices_known(ctx, messages)) {
        return;
    }
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
    { "UefiTargetBootSourceOverride", RF_TYPE_STRING, .get = get_uefi,
      .nullable = true, .setter = &boot_setter },
    { "BootOrder", RF_TYPE_STRINGS, .item = nth_in_order,
      .setter = &order_setter },
    { "BootOptions", RF_TYPE_LINK,
      .text = "/redfish/v1/Systems/1/BootOptions" },
    { NULL }
};
