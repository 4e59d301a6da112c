/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hub's functions that the IPMI layer calls, for tests. */
#include "osdep.h"

#include "mock-hub.h"

static void add_user(Bmc *hub, unsigned slot, const char *name, bool enabled,
                     BmcPrivilege privilege)
{
    hub->users[slot].name = name;
    hub->users[slot].enabled = enabled;
    hub->users[slot].privilege = privilege;
    hub->users[slot].ipmi = true;
}

static void note_origin(Bmc *hub, const BmcOrigin *origin)
{
    g_free(hub->user);
    g_free(hub->peer);
    hub->user = g_strdup(origin->user);
    hub->peer = g_strdup(origin->peer);
    hub->channel = origin->channel;
}

static void answer(Bmc *hub, GTask *task)
{
    if (hub->hold) {
        g_queue_push_tail(&hub->held, task);
        return;
    }
    if (hub->error) {
        g_task_return_new_error(task, BMC_ERROR, hub->error - 1, "refused");
    } else {
        g_task_return_boolean(task, TRUE);
    }
    g_object_unref(task);
}

Bmc *mock_hub_new(void)
{
    Bmc *hub = g_new0(Bmc, 1);
    unsigned i;

    hub->clock = clock_new_fake();
    for (i = 0; i <= BMC_USERS_MAX; i++) {
        hub->users[i].slot = i;
        hub->users[i].name = "";
    }
    add_user(hub, 2, "admin", true, BMC_PRIVILEGE_ADMIN);
    add_user(hub, 3, "oper", true, BMC_PRIVILEGE_OPERATOR);
    add_user(hub, 4, "viewer", true, BMC_PRIVILEGE_USER);
    add_user(hub, 5, "caller", true, BMC_PRIVILEGE_CALLBACK);
    add_user(hub, 6, "gone", false, BMC_PRIVILEGE_ADMIN);
    hub->system_uuid = MOCK_HUB_UUID;
    hub->power = BMC_POWER_STATE_ON;
    g_queue_init(&hub->held);
    return hub;
}

void mock_hub_release(Bmc *hub)
{
    GTask *task;

    hub->hold = false;
    while ((task = g_queue_pop_head(&hub->held))) {
        answer(hub, task);
    }
}

void mock_hub_changed(Bmc *hub, BmcPart part)
{
    BmcChange change = { part };

    notifier_list_notify(&hub->notifiers, &change);
}

void bmc_free(Bmc *hub)
{
    if (!hub) {
        return;
    }
    mock_hub_release(hub);
    clock_unref(hub->clock);
    g_free(hub->user);
    g_free(hub->peer);
    g_free(hub);
}

Clock *bmc_clock(const Bmc *hub)
{
    return hub->clock;
}

NotifierList *bmc_notifiers(Bmc *hub)
{
    return &hub->notifiers;
}

const char *bmc_uuid(const Bmc *hub)
{
    return "ffeeddcc-bbaa-4988-8776-554433221100";
}

const char *bmc_system_uuid(const Bmc *hub)
{
    return hub->system_uuid;
}

void bmc_flush_async(Bmc *hub, GCancellable *cancellable,
                     GAsyncReadyCallback callback, void *opaque)
{
    answer(hub, g_task_new(NULL, cancellable, callback, opaque));
}

bool bmc_flush_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

void bmc_identify_set(Bmc *hub, int seconds, const BmcOrigin *origin)
{
    hub->identify = seconds;
    note_origin(hub, origin);
}

int bmc_identify_state(const Bmc *hub)
{
    return hub->identify < 0 ? 2 : hub->identify > 0;
}

BmcPowerState bmc_power_state(const Bmc *hub)
{
    return hub->power;
}

const BmcPowerEvent *bmc_power_last_off_event(const Bmc *hub)
{
    return &hub->off;
}

const BmcPowerEvent *bmc_power_last_restart_event(const Bmc *hub)
{
    return &hub->on;
}

void bmc_power_request_async(Bmc *hub, BmcPowerAction action,
                             const BmcOrigin *origin,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque)
{
    hub->requests++;
    hub->action = action;
    note_origin(hub, origin);
    answer(hub, g_task_new(NULL, cancellable, callback, opaque));
}

bool bmc_power_request_finish(Bmc *hub, GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

const BmcBoot *bmc_boot_get(const Bmc *hub)
{
    return &hub->boot;
}

bool bmc_boot_target_allowed(const Bmc *hub, BmcBootTarget target)
{
    return target == BMC_BOOT_NONE || target != hub->no_target;
}

void bmc_boot_set_async(Bmc *hub, BmcBootEnabled enabled,
                        BmcBootTarget target, const uint8_t *ipmi_flags,
                        const BmcOrigin *origin, GCancellable *cancellable,
                        GAsyncReadyCallback callback, void *opaque)
{
    hub->boot.enabled = enabled;
    hub->boot.target = target;
    memcpy(hub->boot.ipmi_flags, ipmi_flags, sizeof(hub->boot.ipmi_flags));
    note_origin(hub, origin);
    answer(hub, g_task_new(NULL, cancellable, callback, opaque));
}

bool bmc_boot_set_finish(Bmc *hub, GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

const BmcUser *bmc_users_get(const Bmc *hub, unsigned slot)
{
    return slot >= 1 && slot <= BMC_USERS_MAX ? &hub->users[slot] : NULL;
}

const BmcUser *bmc_users_find(const Bmc *hub, const char *name, size_t len)
{
    unsigned i;

    for (i = 1; len && i <= BMC_USERS_MAX; i++) {
        if (strlen(hub->users[i].name) == len &&
            memcmp(hub->users[i].name, name, len) == 0) {
            return &hub->users[i];
        }
    }
    return NULL;
}

bool bmc_users_ipmi_key(const Bmc *hub, const BmcUser *user,
                        uint8_t key[BMC_IPMI_PASSWORD_MAX])
{
    memset(key, 0, BMC_IPMI_PASSWORD_MAX);
    memcpy(key, MOCK_HUB_PASSWORD, strlen(MOCK_HUB_PASSWORD));
    return user->ipmi;
}
