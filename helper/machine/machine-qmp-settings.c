/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of firmware and watchdog: what a running QEMU tells of them, and
 * those that it takes. "boot" is one property of the machine, read at each
 * reset as far as "strict" goes: it is written back as a whole.
 */
#include "osdep.h"

#include "machine/machine-qmp-priv.h"

#include <json-glib/json-glib.h>

#include "qmp/qmp-cmds.h"
#include "util/error.h"
#include "util/json.h"

#define MACHINE_PATH "/machine"
#define SEABIOS_MENU_WAIT_MS 2500

typedef struct SettingsCall {
    MachineCall call;
    unsigned pending;
} SettingsCall;

static void settings_free(MachineCall *call)
{
    g_free(call);
}

/* Asked for anew afterwards: what QEMU tells is what counts. */
static void settings_answered(SettingsCall *s, GError *error)
{
    MachineQmp *q = s->call.q;

    s->pending--;
    if (error) {
        machine_call_fail(&s->call, error);
    } else if (q && !s->pending) {
        machine_qmp_query_info(q);
        machine_call_succeed(&s->call, NULL, NULL);
    }
    if (q && !s->pending) {
        machine_notify(&q->parent, MACHINE_EVENT_INFO, false, NULL);
    }
    machine_call_unref(&s->call);
}

static void boot_set(GObject *source, GAsyncResult *res, gpointer opaque)
{
    SettingsCall *s = opaque;
    GError *error = NULL;

    if (qmp_void_finish(res, &error) && s->call.q) {
        MachineQmp *q = s->call.q;

        machine_settings_put(&q->parent.info.settings,
                             MACHINE_SETTING_STRICT_BOOT,
                             q->parent.wanted.value[
                                 MACHINE_SETTING_STRICT_BOOT]);
        q->reset_needed = true;
    }
    settings_answered(s, error);
}

static void boot_told(GObject *source, GAsyncResult *res, gpointer opaque)
{
    SettingsCall *s = opaque;
    GError *error = NULL;
    g_autoptr(JsonNode) reply = qmp_client_execute_finish(res, &error);
    MachineQmp *q = s->call.q;
    JsonObject *args;
    JsonObject *boot;

    if (error || !q || !JSON_NODE_HOLDS_OBJECT(reply)) {
        settings_answered(s, error);
        return;
    }
    boot = json_object_ref(json_node_get_object(reply));
    json_object_set_boolean_member(boot, "strict",
        q->parent.wanted.value[MACHINE_SETTING_STRICT_BOOT]);
    args = json_object_new();
    json_object_set_string_member(args, "path", MACHINE_PATH);
    json_object_set_string_member(args, "property", "boot");
    json_object_set_object_member(args, "value", boot);
    qmp_client_command_async(q->client, &(QmpCommand) {
        .name = "qom-set",
        .args = args,
        .flags = QMP_EXEC_NOW,
        .timeout_ms = MACHINE_QMP_COMMAND_MS,
    }, s->call.cancellable, boot_set, s);
}

static void watchdog_set(GObject *source, GAsyncResult *res, gpointer opaque)
{
    SettingsCall *s = opaque;
    GError *error = NULL;

    if (qmp_void_finish(res, &error) && s->call.q) {
        MachineQmp *q = s->call.q;

        q->watchdog_set = true;
        machine_settings_put(&q->parent.info.settings,
                             MACHINE_SETTING_WATCHDOG,
                             q->parent.wanted.value[
                                 MACHINE_SETTING_WATCHDOG]);
    }
    settings_answered(s, error);
}

static void settings_ask(SettingsCall *s, unsigned differ)
{
    MachineQmp *q = s->call.q;
    QmpActions actions = {
        .watchdog = machine_watchdog_actions[
            q->parent.wanted.value[MACHINE_SETTING_WATCHDOG]],
    };

    if (differ & 1u << MACHINE_SETTING_STRICT_BOOT) {
        s->pending++;
        qmp_qom_get_async(q->client, MACHINE_PATH, "boot",
                          s->call.cancellable, boot_told,
                          machine_call_ref(&s->call));
    }
    if (differ & 1u << MACHINE_SETTING_WATCHDOG) {
        s->pending++;
        qmp_set_action_async(q->client, &actions, s->call.cancellable,
                             watchdog_set, machine_call_ref(&s->call));
    }
}

void machine_qmp_apply_settings(Machine *machine, bool may_end, GTask *task)
{
    MachineQmp *q = (MachineQmp *)machine;
    SettingsCall *s = g_new0(SettingsCall, 1);
    unsigned differ = machine_settings_differ(&machine->wanted,
                                              &machine->info.settings);

    s->call.free = settings_free;
    machine_call_init(&s->call, q, task);
    if (!q->watchdog_set) {
        /* The command line's, or that of an earlier helper */
        differ |= machine->wanted.known & 1u << MACHINE_SETTING_WATCHDOG;
    }
    differ &= machine->info.settings_there | 1u << MACHINE_SETTING_WATCHDOG;
    if (!q->ready || !(differ & MACHINE_SETTINGS_LIVE)) {
        machine_call_succeed(&s->call, NULL, NULL);
        return;
    }
    settings_ask(s, differ);
}

static void read_boot(MachineInfo *info, JsonObject *boot)
{
    static const struct {
        const char *key;
        MachineSetting which;
        int32_t fallback;
    } members[] = {
        { "splash-time", MACHINE_SETTING_MENU_WAIT, SEABIOS_MENU_WAIT_MS },
        { "reboot-timeout", MACHINE_SETTING_RETRY_WAIT, -1 },
    };
    bool flag = false;

    json_get_bool(boot, "menu", &flag);
    machine_settings_put(&info->settings, MACHINE_SETTING_BOOT_MENU, flag);
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        int64_t value = members[i].fallback;
        JsonGet got = json_get_int(boot, members[i].key, &value);

        if (got == JSON_GET_OK || info->firmware == MACHINE_FIRMWARE_BIOS) {
            value = CLAMP(value, -1, MACHINE_SETTING_WAIT_MAX);
            machine_settings_put(&info->settings, members[i].which, value);
        }
    }
    flag = false;
    json_get_bool(boot, "strict", &flag);
    machine_settings_put(&info->settings, MACHINE_SETTING_STRICT_BOOT, flag);
}

/*
 * EDK2 reads fw_cfg's boot menu and the time for it, and nothing else of
 * this; SeaBIOS reads it all.
 */
void machine_qmp_read_settings(MachineInfo *info, JsonNode *boot,
                               const bool *graphics)
{
    bool pc = !g_strcmp0(info->arch, "x86_64") ||
              !g_strcmp0(info->arch, "i386");
    unsigned there = 1u << MACHINE_SETTING_WATCHDOG;

    if (pc && info->firmware == MACHINE_FIRMWARE_UEFI) {
        there |= 1u << MACHINE_SETTING_BOOT_MENU |
                 1u << MACHINE_SETTING_MENU_WAIT;
    } else if (pc && info->firmware == MACHINE_FIRMWARE_BIOS) {
        there = MACHINE_SETTINGS_ALL;
    }
    if (boot && JSON_NODE_HOLDS_OBJECT(boot)) {
        read_boot(info, json_node_get_object(boot));
    }
    if (graphics) {
        machine_settings_put(&info->settings, MACHINE_SETTING_SERIAL,
                             !*graphics);
    }
    if (!boot) {
        there &= 1u << MACHINE_SETTING_WATCHDOG |
                 1u << MACHINE_SETTING_SERIAL;
    }
    if (!graphics) {
        there &= ~(1u << MACHINE_SETTING_SERIAL);
    }
    info->settings_there = there;
    info->settings.known &= there;
}
