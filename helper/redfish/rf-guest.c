/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The software in the machine (DSP0268 OperatingSystem, BootProgress of
 * ComputerSystem), as far as the guest agent tells.
 */
#include "osdep.h"

#include "redfish/rf-guest.h"

#include "redfish/rf-exchange.h"
#include "redfish/rf-hardware.h"
#include "redfish/rf-system-values.h"

enum { PROGRESS_NONE, PROGRESS_RUNNING };
static const char *const boot_states[] = {
    [PROGRESS_NONE] = "None", [PROGRESS_RUNNING] = "OSRunning", NULL,
};

enum { OS_LINUX, OS_WINDOWS, OS_BSD };
static const char *const os_types[] = {
    [OS_LINUX] = "Linux", [OS_WINDOWS] = "Windows", [OS_BSD] = "BSD", NULL,
};

/*
 * The agent does not tell when an address changes, so it is asked when
 * somebody looks. The hub bounds the wait, and how often that happens.
 */
static void refreshed(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;

    bmc_guest_refresh_finish(res, NULL);
    if (!g_cancellable_is_cancelled(x->cancellable)) {
        rf_exchange_prepared(x, NULL);
    }
}

static void hardware_refreshed(GObject *source, GAsyncResult *res,
                               void *opaque)
{
    g_autoptr(RfExchange) x = opaque;

    bmc_hardware_refresh_finish(res, NULL);
    if (!g_cancellable_is_cancelled(x->cancellable)) {
        rf_guest_prepare(x);
    }
}

void rf_guest_prepare_with_hardware(RfExchange *x)
{
    bmc_hardware_refresh_async(x->context.bmc, x->cancellable,
                               hardware_refreshed, rf_exchange_ref(x));
}

void rf_guest_prepare(RfExchange *x)
{
    if (bmc_guest_is_fresh(x->context.bmc)) {
        rf_exchange_prepared(x, NULL);
    } else {
        bmc_guest_refresh_async(x->context.bmc, x->cancellable, refreshed,
                                rf_exchange_ref(x));
    }
}

bool rf_get_guest_host_name(const RfContext *ctx, RfValue *value)
{
    const MachineGuest *guest = bmc_guest(ctx->bmc);
    const char *name = guest ? guest->host_name : NULL;
    size_t len = name ? strcspn(name, ".") : 0;

    if (!len || len >= sizeof(value->buf)) {
        return false;
    }
    g_strlcpy(value->buf, name, len + 1);
    value->text = value->buf;
    return true;
}

/* Boot progress */

bool rf_has_boot_progress(const RfContext *ctx, RfValue *value)
{
    return bmc_guest_boot_progress(ctx->bmc) != BMC_BOOT_PROGRESS_UNKNOWN;
}

static bool get_state(const RfContext *ctx, RfValue *value)
{
    value->choice = bmc_guest_boot_progress(ctx->bmc) ==
                    BMC_BOOT_PROGRESS_RUNNING ? PROGRESS_RUNNING
                                              : PROGRESS_NONE;
    return true;
}

static bool get_state_time(const RfContext *ctx, RfValue *value)
{
    int64_t when = bmc_guest_running_since(ctx->bmc);

    return when && rf_value_set_time(value, when);
}

/* In hundredths: more is neither known nor of use. */
static bool get_boot_time(const RfContext *ctx, RfValue *value)
{
    double seconds = bmc_guest_boot_seconds(ctx->bmc);

    value->number = (int64_t)(seconds * 100 + 0.5) / 100.0;
    return seconds >= 0;
}

const RfProperty rf_boot_progress[] = {
    { "LastState", RF_TYPE_ENUM, .texts = boot_states, .get = get_state },
    { "LastStateTime", RF_TYPE_STRING, .get = get_state_time },
    { "LastBootTimeSeconds", RF_TYPE_NUMBER, .get = get_boot_time },
    { NULL }
};

/* The operating system */

static const MachineGuest *guest_of(const RfContext *ctx)
{
    const MachineGuest *guest = bmc_guest(ctx->bmc);

    return guest && (guest->os_name || guest->kernel_release) ? guest : NULL;
}

static bool exists_os(const RfContext *ctx)
{
    return rf_exists_one(ctx) && guest_of(ctx);
}

bool rf_get_operating_system(const RfContext *ctx, RfValue *value)
{
    value->text = "/redfish/v1/Systems/1/OperatingSystem";
    return guest_of(ctx);
}

static bool get_name(const RfContext *ctx, RfValue *value)
{
    value->text = guest_of(ctx)->os_name;
    if (!value->text) {
        value->text = "Operating System";
    }
    return true;
}

static bool get_type(const RfContext *ctx, RfValue *value)
{
    static const unsigned types[] = {
        [MACHINE_GUEST_OS_LINUX] = OS_LINUX,
        [MACHINE_GUEST_OS_WINDOWS] = OS_WINDOWS,
        [MACHINE_GUEST_OS_BSD] = OS_BSD,
    };
    MachineGuestOs os = machine_guest_os(guest_of(ctx));

    value->choice = types[os];
    return os != MACHINE_GUEST_OS_UNKNOWN;
}

static bool get_release(const RfContext *ctx, RfValue *value)
{
    value->text = guest_of(ctx)->kernel_release;
    return value->text;
}

static bool get_version(const RfContext *ctx, RfValue *value)
{
    value->text = guest_of(ctx)->kernel_version;
    return value->text;
}

static bool get_machine(const RfContext *ctx, RfValue *value)
{
    value->text = guest_of(ctx)->machine;
    return value->text;
}

static const RfProperty kernel_properties[] = {
    { "Release", RF_TYPE_STRING, .get = get_release },
    { "Version", RF_TYPE_STRING, .get = get_version },
    { "Machine", RF_TYPE_STRING, .get = get_machine },
    { NULL }
};

static const RfProperty os_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "OperatingSystem" },
    { "Name", RF_TYPE_STRING, .get = get_name },
    { "Type", RF_TYPE_ENUM, .texts = os_types, .get = get_type },
    { "Kernel", RF_TYPE_OBJECT, .members = kernel_properties },
    { "Status", RF_TYPE_OBJECT, .members = rf_present_status },
    { NULL }
};

const RfResource rf_guest_resources[] = {
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/OperatingSystem",
      .type = "OperatingSystem.v1_0_2.OperatingSystem",
      .properties = os_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_GUEST | 1 << BMC_PART_POWER,
      .refreshes = true,
      .prepare = rf_guest_prepare,
      .exists = exists_os },
    { NULL }
};
