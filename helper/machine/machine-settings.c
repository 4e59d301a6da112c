/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings as options on QEMU's command line. */
#include "osdep.h"

#include "machine/machine-settings.h"

const char *const machine_watchdog_actions[] = {
    "reset", "shutdown", "poweroff", "pause", "debug", "none", "inject-nmi",
    NULL,
};

static const struct {
    MachineSetting which;
    const char *option;
    const char *key;
    bool boolean;
} options[] = {
    { MACHINE_SETTING_BOOT_MENU, "-boot", "menu", true },
    { MACHINE_SETTING_MENU_WAIT, "-boot", "splash-time", false },
    { MACHINE_SETTING_RETRY_WAIT, "-boot", "reboot-timeout", false },
    { MACHINE_SETTING_STRICT_BOOT, "-boot", "strict", true },
};

static bool has(const MachineSettings *settings, MachineSetting which)
{
    return settings->known & 1u << which;
}

static void add(GPtrArray *argv, const char *option, char *value)
{
    g_ptr_array_add(argv, g_strdup(option));
    g_ptr_array_add(argv, value);
}

void machine_settings_put(MachineSettings *settings, MachineSetting which,
                          int32_t value)
{
    settings->known |= 1u << which;
    settings->value[which] = value;
}

unsigned machine_settings_differ(const MachineSettings *wanted,
                                 const MachineSettings *now)
{
    unsigned differ = 0;

    for (unsigned i = 0; i < MACHINE_SETTING__MAX; i++) {
        if (has(wanted, i) &&
            (!has(now, i) || wanted->value[i] != now->value[i])) {
            differ |= 1u << i;
        }
    }
    return differ;
}

char **machine_settings_argv(const MachineSettings *settings)
{
    GPtrArray *argv = g_ptr_array_new();

    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        int32_t value = settings->value[options[i].which];

        if (!has(settings, options[i].which)) {
            continue;
        }
        add(argv, options[i].option, options[i].boolean ?
            g_strdup_printf("%s=%s", options[i].key, value ? "on" : "off") :
            g_strdup_printf("%s=%d", options[i].key, value));
    }
    if (has(settings, MACHINE_SETTING_SERIAL)) {
        /* It is firmware that is told; the machine's VGA stays. */
        add(argv, "-machine", g_strdup_printf("graphics=%s",
            settings->value[MACHINE_SETTING_SERIAL] ? "off" : "on"));
    }
    if (has(settings, MACHINE_SETTING_WATCHDOG)) {
        add(argv, "-action", g_strdup_printf("watchdog=%s",
            machine_watchdog_actions[
                settings->value[MACHINE_SETTING_WATCHDOG]]));
    }
    g_ptr_array_add(argv, NULL);
    return (char **)g_ptr_array_free(argv, false);
}

static void parse_action(const char *text, MachineSettings *settings)
{
    for (int i = 0; machine_watchdog_actions[i]; i++) {
        if (g_str_equal(machine_watchdog_actions[i], text)) {
            machine_settings_put(settings, MACHINE_SETTING_WATCHDOG, i);
        }
    }
}

/* "panic=none,watchdog=pause" */
static void parse_actions(const char *text, MachineSettings *settings)
{
    g_auto(GStrv) list = g_strsplit(text, ",", -1);

    for (char **item = list; *item; item++) {
        if (g_str_has_prefix(*item, "watchdog=")) {
            parse_action(*item + strlen("watchdog="), settings);
        }
    }
}

void machine_settings_parse(const char *const *argv,
                            MachineSettings *settings)
{
    machine_settings_put(settings, MACHINE_SETTING_WATCHDOG, 0);
    for (; argv[0] && argv[1]; argv++) {
        const char *name = argv[0] + strspn(argv[0], "-");

        if (name == argv[0]) {
            continue;
        }
        if (g_str_equal(name, "watchdog-action")) {
            parse_action(argv[1], settings);
        } else if (g_str_equal(name, "action")) {
            parse_actions(argv[1], settings);
        }
    }
}
