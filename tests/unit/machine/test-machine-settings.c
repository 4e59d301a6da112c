/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings as options on QEMU's command line. */
#include "osdep.h"

#include "machine/machine-settings.h"

static void test_argv(void)
{
    MachineSettings settings = { 0 };
    g_auto(GStrv) none = machine_settings_argv(&settings);
    g_auto(GStrv) argv = NULL;
    g_autofree char *line = NULL;

    g_assert_null(none[0]);
    machine_settings_put(&settings, MACHINE_SETTING_BOOT_MENU, 1);
    machine_settings_put(&settings, MACHINE_SETTING_RETRY_WAIT, -1);
    machine_settings_put(&settings, MACHINE_SETTING_SERIAL, 1);
    machine_settings_put(&settings, MACHINE_SETTING_WATCHDOG, 3);
    argv = machine_settings_argv(&settings);
    line = g_strjoinv(" ", argv);
    g_assert_cmpstr(line, ==, "-boot menu=on -boot reboot-timeout=-1 "
                    "-machine graphics=off -action watchdog=pause");
}

static void test_parse(void)
{
    static const struct {
        const char *line;
        int32_t action;
    } rows[] = {
        { "qemu", 0 },
        { "qemu -watchdog-action pause", 3 },
        { "qemu --watchdog-action none -m 64", 5 },
        { "qemu -action panic=none,watchdog=debug", 4 },
        { "qemu -action watchdog=debug -action watchdog=shutdown", 1 },
        { "qemu -action watchdog=dance", 0 },
        { "qemu -action", 0 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(GStrv) argv = g_strsplit(rows[i].line, " ", -1);
        MachineSettings settings = { 0 };

        machine_settings_parse((const char *const *)argv, &settings);
        g_assert_cmpuint(settings.known, ==, 1u << MACHINE_SETTING_WATCHDOG);
        g_assert_cmpint(settings.value[MACHINE_SETTING_WATCHDOG], ==,
                        rows[i].action);
    }
}

static void test_differ(void)
{
    MachineSettings a = { 0 };
    MachineSettings b = { 0 };

    machine_settings_put(&b, MACHINE_SETTING_SERIAL, 1);
    g_assert_cmpuint(machine_settings_differ(&a, &b), ==, 0);
    machine_settings_put(&a, MACHINE_SETTING_BOOT_MENU, 0);
    g_assert_cmpuint(machine_settings_differ(&a, &b), ==,
                     1u << MACHINE_SETTING_BOOT_MENU);
    machine_settings_put(&b, MACHINE_SETTING_BOOT_MENU, 0);
    g_assert_cmpuint(machine_settings_differ(&a, &b), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/machine-settings/argv", test_argv);
    g_test_add_func("/machine-settings/parse", test_parse);
    g_test_add_func("/machine-settings/differ", test_differ);
    return g_test_run();
}
