/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether Redfish, IPMI and QEMU agree on the boot override. */
#include "osdep.h"

#include "boot-stress.h"
#include "util/json.h"

#define FLAG_VALID 0x80
#define FLAG_PERSISTENT 0x40

const char *const stress_devices[N_DEVICES] = {
    "disk0", "cd0", "nic0", "disk1", "stick0"
};

const char *const stress_modes[] = { "Disabled", "Once", "Continuous" };

static bool has_device(const Stress *s, unsigned device)
{
    return device != NIC || !s->uefi;
}

static bool indices_are_original(Stress *s)
{
    for (unsigned i = 0; i < N_DEVICES; i++) {
        if (has_device(s, i) &&
            test_monitor_boot_index(s->monitor, stress_devices[i]) != i) {
            return false;
        }
    }
    return true;
}

static bool is_first(Stress *s, unsigned device)
{
    int64_t first = test_monitor_boot_index(s->monitor,
                                            stress_devices[device]);

    for (unsigned i = 0; i < N_DEVICES; i++) {
        if (i != device && has_device(s, i) &&
            test_monitor_boot_index(s->monitor, stress_devices[i]) <= first) {
            return false;
        }
    }
    return first >= 0;
}

static bool patched_qemu_has(Stress *s, BootModelMode mode)
{
    g_autoptr(JsonObject) reply = test_monitor_run(
        s->monitor, "query-boot-override", NULL);
    JsonObject *info = json_object_get_object_member(reply, "return");
    const char *state = json_object_get_string_member(info, "state");

    g_assert_true(indices_are_original(s));
    if (mode == BOOT_MODEL_DISABLED) {
        return !g_str_equal(state, "armed");
    }
    return !g_str_equal(state, "none") &&
           strstr(json_object_get_string_member(info, "device"),
                  stress_devices[s->target->device]) &&
           g_str_equal(json_object_get_string_member(info, "mode"),
                       mode == BOOT_MODEL_ONCE ? "once" : "persistent");
}

static bool qemu_has(Stress *s, BootModelMode mode)
{
    return s->model.patched ? patched_qemu_has(s, mode) :
           mode == BOOT_MODEL_DISABLED ? indices_are_original(s) :
           is_first(s, s->target->device);
}

void stress_wait_qemu(Stress *s, BootModelMode mode)
{
    for (unsigned tries = 0; !qemu_has(s, mode); tries++) {
        g_assert_cmpuint(tries, <, TRIES);
        g_usleep(TRY_US / 10);
    }
}

static void check_ipmi(Stress *s, BootModelMode mode)
{
    uint8_t flags[5];

    boot_lab_ipmi_flags(&s->lab, flags);
    g_assert_cmphex(flags[0] & FLAG_VALID, ==,
                    mode == BOOT_MODEL_DISABLED ? 0 : FLAG_VALID);
    if (mode != BOOT_MODEL_DISABLED) {
        g_assert_cmphex(flags[0] & FLAG_PERSISTENT, ==,
                        mode == BOOT_MODEL_CONTINUOUS ? FLAG_PERSISTENT : 0);
        g_assert_cmpuint(flags[1] >> 2 & 0xf, ==, s->target->selector);
    }
}

static void check_redfish(Stress *s, BootModelMode mode)
{
    g_autoptr(JsonObject) system = NULL;
    JsonObject *boot;

    g_assert_cmpint(test_bmc_redfish(s->lab.bmc, "GET", "/Systems/1", NULL,
                                     &system), ==, 200);
    boot = json_object_get_object_member(system, "Boot");
    g_assert_cmpstr(json_object_get_string_member(
        boot, "BootSourceOverrideEnabled"), ==, stress_modes[mode]);
    g_assert_cmpstr(json_object_get_string_member(
        boot, "BootSourceOverrideTarget"), ==,
        mode == BOOT_MODEL_DISABLED ? "None" : s->target->redfish);
}

int64_t stress_window_left_ms(const Stress *s)
{
    return BOOT_MODEL_WINDOW_MS + BOOT_MODEL_LATE_MS -
           boot_model_ran_ms(&s->model);
}

void stress_check(Stress *s)
{
    BootModelMode mode;

    if (!boot_model_is_known(&s->model) || s->model.used) {
        g_autofree char *enabled = boot_lab_enabled(&s->lab);

        s->late += stress_window_left_ms(s) <= 0 &&
                   !g_str_equal(enabled, "Disabled");
        boot_lab_wait_consumed(&s->lab);
        boot_model_settle(&s->model);
    }
    mode = s->model.mode;
    check_redfish(s, mode);
    check_ipmi(s, mode);
    if (mode == BOOT_MODEL_DISABLED) {
        /* It was told before QEMU's order was put back. */
        stress_wait_qemu(s, mode);
    }
    g_assert_true(qemu_has(s, mode));
    s->checks++;
}
