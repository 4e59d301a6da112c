/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hub itself: identity, notification, the identify indicator. */
#include "osdep.h"

#include "bmc/bmc.h"

#include <json-glib/json-glib.h>

#include "bmc/bmc-priv.h"
#include "bmc/boot-options.h"
#include "bmc/events.h"
#include "bmc/images-priv.h"
#include "bmc/media.h"
#include "bmc/pef.h"
#include "bmc/persist-read.h"
#include "bmc/sdr-repo.h"
#include "bmc/sel.h"
#include "bmc/sessions.h"
#include "bmc/watchdog.h"
#include "bmc/network.h"
#include "bmc/trust.h"
#include "util/error.h"
#include "util/log.h"

#define DEFAULT_CYCLE_INTERVAL_MS 1000
#define ORIGIN_MAX_SHOWN 64

static const char *const channel_names[] = {
    [BMC_CHANNEL_INTERNAL] = "the BMC itself",
    [BMC_CHANNEL_LAN] = "IPMI over LAN",
    [BMC_CHANNEL_IN_BAND] = "in-band IPMI",
    [BMC_CHANNEL_REDFISH] = "Redfish",
    [BMC_CHANNEL_LOCAL] = "the local socket",
};

static void send_notifications(Bmc *bmc)
{
    bmc->notifying = true;
    while (bmc->changed) {
        BmcChange change = {
            .part = g_bit_nth_lsf(bmc->changed, -1),
        };

        bmc->changed &= ~(1u << change.part);
        notifier_list_notify(&bmc->notifiers, &change);
    }
    bmc->notifying = false;
}

static void machine_event(void *opaque, const void *data)
{
    Bmc *bmc = opaque;
    const MachineEvent *event = data;

    bmc_events_machine_event(bmc, event);
    /* A graceful restart waits for what boot begins to do about it */
    bmc_boot_machine_event(bmc, event);
    bmc_bios_machine_event(bmc, event);
    bmc_secure_boot_machine_event(bmc, event);
    bmc_power_machine_event(bmc, event);
    bmc_os_info_machine_event(bmc, event);
    bmc_fru_machine_event(bmc, event);
    bmc_sensors_machine_event(bmc, event);
    bmc_watchdog_machine_event(bmc, event);
    bmc_chassis_machine_event(bmc, event);
    bmc_channel_machine_event(bmc, event);
    bmc_media_machine_event(bmc, event);
    bmc_update_machine_event(bmc, event);
    bmc_guest_machine_event(bmc, event);
    if (event->type == MACHINE_EVENT_INFO ||
        event->type == MACHINE_EVENT_STATE) {
        bmc_lan_machine_info(bmc);
        bmc_changed(bmc, BMC_PART_SYSTEM);
    }
    if (event->type == MACHINE_EVENT_RESET ||
        event->type == MACHINE_EVENT_GONE) {
        notifier_list_notify(&bmc->reset_notifiers, NULL);
    }
}

/* Who the BMC is must not change when the state is loaded again. */
static void load_identity(Bmc *bmc)
{
    JsonObject *section;
    const char *uuid;
    PersistReader r;

    persist_read(&r, bmc->persist, "identity");
    if (persist_read_string(&r, "uuid", &uuid)) {
        if (g_uuid_string_is_valid(uuid)) {
            bmc->uuid = g_ascii_strdown(uuid, -1);
            return;
        }
        persist_read_damaged(&r, "uuid");
    }
    bmc->uuid = g_uuid_string_random();
    section = json_object_new();
    json_object_set_string_member(section, "uuid", bmc->uuid);
    persist_set(bmc->persist, "identity", section);
}

static void identify_expired(void *opaque)
{
    Bmc *bmc = opaque;

    bmc->identify = 0;
    bmc->identify_blinks = false;
    g_message("identify: off, its time is over");
    bmc_changed(bmc, BMC_PART_IDENTIFY);
}

char *bmc_origin_to_string(const BmcOrigin *origin)
{
    GString *text = g_string_new(NULL);

    if (origin->user && *origin->user) {
        g_autofree char *user = log_escape(origin->user, -1,
                                           ORIGIN_MAX_SHOWN);

        g_string_append(text, user);
    }
    if (origin->peer && *origin->peer) {
        g_autofree char *peer = log_escape(origin->peer, -1,
                                           ORIGIN_MAX_SHOWN);

        g_string_append_printf(text, "%sat %s", text->len ? " " : "", peer);
    }
    if (text->len) {
        g_string_append(text, " over ");
    }
    g_string_append(text, channel_names[origin->channel]);
    return g_string_free(text, false);
}

void bmc_changed(Bmc *bmc, BmcPart part)
{
    bmc->generation[part]++;
    bmc->generation[BMC_PART__MAX]++;
    bmc->changed |= 1u << part;
    if (!bmc->notifying && !bmc->held) {
        send_notifications(bmc);
    }
}

void bmc_hold_changes(Bmc *bmc)
{
    bmc->held++;
}

void bmc_release_changes(Bmc *bmc)
{
    if (--bmc->held == 0 && bmc->changed && !bmc->notifying) {
        send_notifications(bmc);
    }
}

void bmc_task_cancelled(GTask *task)
{
    g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                            "the hub is gone");
    g_object_unref(task);
}

Bmc *bmc_new(const BmcConfig *config, Machine *machine, Clock *clock,
             GError **errp)
{
    Bmc *bmc = g_new0(Bmc, 1);
    unsigned part;

    for (part = 0; part <= BMC_PART__MAX; part++) {
        bmc->generation[part] = 1;
    }
    bmc->name = g_strdup(config->name);
    bmc->state_dir = g_strdup(config->state_dir);
    bmc->boot_mode = config->boot_mode == MACHINE_FIRMWARE_UEFI ?
                     MACHINE_FIRMWARE_UEFI : MACHINE_FIRMWARE_BIOS;
    bmc->boot_expiry_ms = config->boot_expiry_s * 1000;
    bmc->boot_late = config->boot_late;
    bmc->power_cycle_interval_ms = config->power_cycle_interval_ms ?
                                   config->power_cycle_interval_ms :
                                   DEFAULT_CYCLE_INTERVAL_MS;
    bmc->default_cycle_interval_ms = bmc->power_cycle_interval_ms;
    bmc->machine = machine;
    bmc->clock = clock_ref(clock);
    bmc->persist = persist_open(config->state_dir, errp);
    if (!bmc->persist || !bmc_users_new(bmc, config, errp) ||
        !bmc_fru_new(bmc, config->fru, errp) ||
        !bmc_sensors_new(bmc, config->sensors, errp)) {
        bmc_free(bmc);
        return NULL;
    }
    load_identity(bmc);
    bmc_sel_new(bmc);
    bmc_events_new(bmc);
    bmc->asleep = machine->state == MACHINE_STATE_SUSPENDED;
    bmc_tasks_new(bmc);
    bmc_subscriptions_new(bmc, config->events_allow);
    bmc_reports_new(bmc);
    bmc_asset_new(bmc);
    bmc_lockout_new(bmc, config->reset_accounts);
    bmc_sessions_new(bmc);
    bmc_channel_new(bmc, config->reset_accounts);
    bmc_lan_new(bmc);
    bmc_network_new(bmc);
    bmc_certificate_new(bmc);
    bmc_trust_new(bmc, config->reset_accounts);
    bmc_watchdog_new(bmc);
    bmc_chassis_new(bmc);
    notifier_list_add(&machine->notifiers, &bmc->machine_notifier,
                      machine_event, bmc);
    bmc_sdr_new(bmc);
    bmc_power_new(bmc);
    bmc_boot_new(bmc);
    bmc_bios_new(bmc);
    bmc_flash_new(bmc);
    bmc_secure_boot_new(bmc);
    bmc_images_new(bmc, config->media ? config->media->images_dir : NULL,
                   config->media ? config->media->upload_bytes : 0);
    bmc_media_new(bmc, config->media);
    bmc_os_info_new(bmc);
    bmc_updates_new(bmc, config->update);
    bmc_sol_new(bmc);
    bmc_pef_new(bmc);
    bmc_journal_new(bmc);
    bmc_restarts_new(bmc);
    bmc_hardware_new(bmc);
    bmc_storages_new(bmc);
    bmc_guest_new(bmc);
    return bmc;
}

void bmc_free(Bmc *bmc)
{
    if (!bmc) {
        return;
    }
    notifier_remove(&bmc->machine_notifier);
    clock_timer_stop(&bmc->identify_timer);
    bmc_guest_free(bmc);
    bmc_hardware_free(bmc);
    bmc_storages_free(bmc);
    bmc_restarts_free(bmc);
    bmc_journal_free(bmc);
    bmc_pef_free(bmc);
    bmc_sol_free(bmc);
    bmc_updates_free(bmc);
    bmc_os_info_free(bmc);
    bmc_secure_boot_free(bmc);
    bmc_flash_free(bmc);
    bmc_bios_free(bmc);
    bmc_media_free(bmc);
    bmc_images_free(bmc);
    bmc_boot_free(bmc);
    bmc_power_free(bmc);
    bmc_watchdog_free(bmc);
    bmc_chassis_free(bmc);
    bmc_sessions_free(bmc);
    bmc_lockout_free(bmc);
    bmc_trust_free(bmc);
    bmc_certificate_free(bmc);
    bmc_network_free(bmc);
    bmc_lan_free(bmc);
    bmc_channel_free(bmc);
    bmc_sdr_free(bmc);
    bmc_reports_free(bmc);
    bmc_sensors_free(bmc);
    bmc_fru_free(bmc);
    bmc_asset_free(bmc);
    bmc_users_free(bmc);
    bmc_events_free(bmc);
    bmc_sel_free(bmc);
    bmc_subscriptions_free(bmc);
    bmc_tasks_free(bmc);
    persist_free(bmc->persist);
    while (bmc->notifiers.first) {
        notifier_remove(bmc->notifiers.first);
    }
    while (bmc->reset_notifiers.first) {
        notifier_remove(bmc->reset_notifiers.first);
    }
    clock_unref(bmc->clock);
    g_free(bmc->uuid);
    g_free(bmc->state_dir);
    g_free(bmc->name);
    g_free(bmc);
}

const Machine *bmc_machine(const Bmc *bmc)
{
    return bmc->machine;
}

void bmc_send_break(Bmc *bmc, const char *address, GCancellable *cancellable,
                    GAsyncReadyCallback callback, void *opaque)
{
    machine_send_break_async(bmc->machine, address, cancellable, callback,
                             opaque);
}

Clock *bmc_clock(const Bmc *bmc)
{
    return bmc->clock;
}

const char *bmc_name(const Bmc *bmc)
{
    return bmc->name;
}

const char *bmc_state_dir(const Bmc *bmc)
{
    return bmc->state_dir;
}

const char *bmc_uuid(const Bmc *bmc)
{
    return bmc->uuid;
}

const char *bmc_system_uuid(const Bmc *bmc)
{
    return bmc->machine->info.uuid;
}

uint64_t bmc_generation(const Bmc *bmc, BmcPart part)
{
    g_return_val_if_fail(part <= BMC_PART__MAX, 1);
    return bmc->generation[part];
}

NotifierList *bmc_notifiers(Bmc *bmc)
{
    return &bmc->notifiers;
}

NotifierList *bmc_reset_notifiers(Bmc *bmc)
{
    return &bmc->reset_notifiers;
}

void bmc_flush_async(Bmc *bmc, GCancellable *cancellable,
                     GAsyncReadyCallback callback, void *opaque)
{
    persist_flush_async(bmc->persist, 0, cancellable, callback, opaque);
}

void bmc_flush_later_async(Bmc *bmc, unsigned delay_ms,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque)
{
    persist_flush_async(bmc->persist, delay_ms, cancellable, callback,
                        opaque);
}

bool bmc_flush_finish(GAsyncResult *res, GError **errp)
{
    return persist_flush_finish(res, errp);
}

bool bmc_state_is_saved(const Bmc *bmc)
{
    return persist_is_saved(bmc->persist);
}

void bmc_set_redfish_port(Bmc *bmc, unsigned port, bool tls)
{
    bmc->redfish_port = port;
    bmc->redfish_tls = tls;
    bmc_changed(bmc, BMC_PART_LAN);
}

unsigned bmc_redfish_port(const Bmc *bmc, bool *tls)
{
    *tls = bmc->redfish_tls;
    return bmc->redfish_port;
}

void bmc_restart(Bmc *bmc, bool cold)
{
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_INTERNAL };

    bmc_event_set_logging(bmc, true);
    bmc_channel_restart(bmc);
    bmc_sessions_end_all(bmc);
    if (cold) {
        bmc_watchdog_restart(bmc);
        bmc_pef_postpone(bmc, 0);
        bmc_boot_options_restart(bmc);
        bmc_sel_unreserve(bmc);
        bmc_sdr_unreserve(bmc);
    }
    if (bmc->identify) {
        bmc_identify_set(bmc, 0, &origin);
    }
}

static void identify_set(Bmc *bmc, int seconds, bool blink,
                         const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);

    clock_timer_stop(&bmc->identify_timer);
    bmc->identify = seconds < 0 ? 2 : seconds > 0 ? 1 : 0;
    bmc->identify_blinks = blink;
    if (seconds > 0) {
        clock_timer_start(bmc->clock, &bmc->identify_timer,
                          seconds * INT64_C(1000), identify_expired, bmc);
        g_message("identify: on for %d s by %s", seconds, who);
    } else {
        g_message("identify: %s by %s",
                  blink ? "blinking" : seconds ? "on" : "off", who);
    }
    bmc_changed(bmc, BMC_PART_IDENTIFY);
}

void bmc_identify_set(Bmc *bmc, int seconds, const BmcOrigin *origin)
{
    identify_set(bmc, seconds, false, origin);
}

void bmc_identify_blink(Bmc *bmc, const BmcOrigin *origin)
{
    identify_set(bmc, -1, true, origin);
}

bool bmc_identify_blinks(const Bmc *bmc)
{
    return bmc->identify_blinks;
}

int bmc_identify_state(const Bmc *bmc)
{
    return bmc->identify;
}
