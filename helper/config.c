/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where settings come from. */
#include "osdep.h"

#include "config.h"

#include "config-devices.h"
#include "config-priv.h"
#include "util/addr.h"
#include "util/error.h"
#include "util/secret.h"

struct Config {
    char *value[CONFIG__MAX];
    ConfigSource source[CONFIG__MAX];
    ConfigDevices *devices;
};

static const char *option_name(const ConfigSetting *setting)
{
    return setting->option ? setting->option : setting->key;
}

bool config_set(Config *config, ConfigKey key, const char *value,
                ConfigSource source, GError **errp)
{
    const ConfigSetting *setting = &config_settings[key];

    if (setting->check && !setting->check(value, errp)) {
        return false;
    }
    if (source < config->source[key]) {
        return true;
    }
    secret_free(config->value[key]);
    config->value[key] = g_strdup(value);
    config->source[key] = source;
    return true;
}

/* The password must not be seen in a list of processes. */
static bool set_password_file(Config *config, const char *path, GError **errp)
{
    g_autoptr(GError) err = NULL;
    char *text = NULL;
    bool ok;

    if (!g_file_get_contents(path, &text, NULL, &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "cannot read password file: %s", err->message);
        return false;
    }
    text[strcspn(text, "\r\n")] = '\0';
    ok = config_set(config, CONFIG_PASSWORD, text, CONFIG_SOURCE_OPTION,
                    errp);
    secret_free(text);
    return ok;
}

bool config_set_option(Config *config, const char *option, const char *value,
                       GError **errp)
{
    int i;

    for (i = 0; i < CONFIG__MAX; i++) {
        const ConfigSetting *s = &config_settings[i];

        if (g_str_equal(option, option_name(s)) ||
            (s->short_option && option[0] == s->short_option && !option[1])) {
            return i == CONFIG_PASSWORD
                ? set_password_file(config, value, errp)
                : config_set(config, i, value, CONFIG_SOURCE_OPTION, errp);
        }
    }
    g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "unknown option %s",
                option);
    return false;
}

/* GKeyFile does not keep line numbers, and people need them. */
static unsigned find_line(const char *text, const char *group,
                          const char *key)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *head = g_strdup_printf("[%s]", group);
    bool inside = false;
    unsigned i;

    for (i = 0; lines[i]; i++) {
        char *line = g_strstrip(lines[i]);
        size_t len = key ? strlen(key) : 0;

        if (*line == '[') {
            inside = g_str_has_prefix(line, head);
            if (inside && !key) {
                return i + 1;
            }
        } else if (inside && key && g_str_has_prefix(line, key) &&
                   strchr(" \t=", line[len])) {
            return i + 1;
        }
    }
    return 0;
}

static bool load_key(Config *config, GKeyFile *file, const char *group,
                     const char *key, bool *known_group, GError **errp)
{
    char *value;
    bool ok;
    int i;

    for (i = 0; i < CONFIG__MAX; i++) {
        if (!g_str_equal(config_settings[i].group, group)) {
            continue;
        }
        *known_group = true;
        if (!key || !g_str_equal(config_settings[i].key, key)) {
            continue;
        }
        value = config_file_get_value(file, group, key, errp);
        if (!value) {
            return false;
        }
        ok = config_set(config, i, value, CONFIG_SOURCE_FILE, errp);
        secret_free(value);
        return ok;
    }
    if (key && *known_group) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "unknown key '%s' in group [%s]", key, group);
        return false;
    }
    if (!*known_group) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "unknown group [%s]",
                    group);
        return false;
    }
    return true;
}

static bool load_group(Config *config, GKeyFile *file, const char *path,
                       const char *text, const char *group, GError **errp)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
    const char *bad_key = NULL;
    bool known_group = false;
    GError *err = NULL;
    unsigned i;

    if (config_devices_has_group(group)) {
        if (config_devices_load(config->devices, file, group, &bad_key,
                                &err)) {
            return true;
        }
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "%s:%u: %s", path,
                    find_line(text, group, bad_key), err->message);
        g_error_free(err);
        return false;
    }
    if (!load_key(config, file, group, NULL, &known_group, &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "%s:%u: %s", path,
                    find_line(text, group, NULL), err->message);
        g_error_free(err);
        return false;
    }
    for (i = 0; keys && keys[i]; i++) {
        if (!load_key(config, file, group, keys[i], &known_group, &err)) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "%s:%u: %s: %s",
                        path, find_line(text, group, keys[i]), keys[i],
                        err->message);
            g_error_free(err);
            return false;
        }
    }
    return true;
}

bool config_load_file(Config *config, const char *path, GError **errp)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) err = NULL;
    g_auto(GStrv) groups = NULL;
    char *text = NULL;
    size_t len;
    bool ok = true;
    unsigned i;

    if (!g_file_get_contents(path, &text, &len, &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "cannot read configuration: %s", err->message);
        return false;
    }
    if (!g_key_file_load_from_data(file, text, len, G_KEY_FILE_NONE, &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "%s: %s", path,
                    err->message);
        ok = false;
    }
    groups = g_key_file_get_groups(file, NULL);
    for (i = 0; ok && groups[i]; i++) {
        ok = load_group(config, file, path, text, groups[i], errp);
    }
    secret_wipe(text, len);
    g_free(text);
    return ok;
}

bool config_load_environment(Config *config, GError **errp)
{
    GError *err = NULL;
    int i;

    for (i = 0; i < CONFIG__MAX; i++) {
        const char *value = g_getenv(config_settings[i].env);

        /* Container files often hold empty variables: as good as unset. */
        if (!value || !*value) {
            continue;
        }
        if (!config_set(config, i, value, CONFIG_SOURCE_ENVIRONMENT, &err)) {
            g_propagate_prefixed_error(errp, err, "environment variable "
                                       "%s: ", config_settings[i].env);
            return false;
        }
    }
    return true;
}

static void set_directory(Config *config, ConfigKey key, const char *root,
                          const char *user_root)
{
    char *given = config->value[key];

    if (*given) {
        /* Others are told of it, who need not be where we are. */
        config->value[key] = g_canonicalize_filename(given, NULL);
        g_free(given);
        return;
    }
    g_free(config->value[key]);
    config->value[key] = geteuid() == 0
        ? g_build_filename(root, config->value[CONFIG_NAME], NULL)
        : g_build_filename(user_root, "qemu-bmc",
                           config->value[CONFIG_NAME], NULL);
}

bool config_complete(Config *config, GError **errp)
{
    set_directory(config, CONFIG_STATE_DIR, QEMU_BMC_STATE_ROOT,
                  g_get_user_state_dir());
    set_directory(config, CONFIG_RUN_DIR, QEMU_BMC_RUN_ROOT,
                  g_get_user_runtime_dir());
    if (!*config->value[CONFIG_TLS_CERT] != !*config->value[CONFIG_TLS_KEY]) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "a TLS certificate needs its key and the other way round "
                    "(TLS_CERT and TLS_KEY, or neither)");
        return false;
    }
    return true;
}

const char *config_get(const Config *config, ConfigKey key)
{
    return config->value[key];
}

bool config_is_set(const Config *config, ConfigKey key)
{
    return config->source[key] != CONFIG_SOURCE_DEFAULT;
}

ConfigSource config_source(const Config *config, ConfigKey key)
{
    return config->source[key];
}

ConfigDevices *config_get_devices(const Config *config)
{
    return config->devices;
}

bool config_get_bool(const Config *config, ConfigKey key)
{
    return strchr("ty1", config->value[key][0]) != NULL;
}

unsigned config_get_number(const Config *config, ConfigKey key)
{
    return g_ascii_strtoull(config->value[key], NULL, 10);
}

GSocketAddress *config_get_address(const Config *config, ConfigKey port)
{
    return addr_parse(config->value[CONFIG_ADDRESS], NULL,
                      config_get_number(config, port), NULL);
}

MachineFirmware config_get_boot_mode(const Config *config)
{
    return g_str_equal(config->value[CONFIG_BOOT_MODE], "uefi")
        ? MACHINE_FIRMWARE_UEFI : MACHINE_FIRMWARE_BIOS;
}

/* As it is written in a file: with escapes. */
static char *value_in_file(const char *value)
{
    g_autoptr(GKeyFile) file = g_key_file_new();

    g_key_file_set_string(file, "group", "key", value);
    return g_key_file_get_value(file, "group", "key", NULL);
}

char *config_dump(const Config *config)
{
    static const char *const from[] = {
        "built in", "configuration file", "environment", "option"
    };
    GString *text = g_string_new(NULL);
    g_autofree char *devices = NULL;
    const char *group = "";
    int i;

    for (i = 0; i < CONFIG__MAX; i++) {
        const ConfigSetting *s = &config_settings[i];

        if (!g_str_equal(group, s->group)) {
            group = s->group;
            g_string_append_printf(text, "%s[%s]\n", text->len ? "\n" : "",
                                   group);
        }
        if (s->secret) {
            g_string_append_printf(text, "# %s is set (%s), not shown\n",
                                   s->key, from[config->source[i]]);
        } else {
            g_autofree char *value = value_in_file(config->value[i]);

            g_string_append_printf(text, "# %s\n%s=%s\n",
                                   from[config->source[i]], s->key, value);
        }
    }
    devices = config_devices_dump(config->devices);
    if (*devices) {
        g_string_append_printf(text, "\n%s", devices);
    }
    return g_string_free(text, FALSE);
}

GOptionEntry *config_option_entries(GOptionArgFunc callback)
{
    GOptionEntry *entries = g_new0(GOptionEntry, CONFIG__MAX + 1);
    int i;

    for (i = 0; i < CONFIG__MAX; i++) {
        const ConfigSetting *s = &config_settings[i];

        entries[i].long_name = option_name(s);
        entries[i].short_name = s->short_option;
        entries[i].arg = G_OPTION_ARG_CALLBACK;
        entries[i].arg_data = callback;
        entries[i].description = s->help;
        entries[i].arg_description = s->arg;
    }
    return entries;
}

Config *config_new(void)
{
    Config *config = g_new0(Config, 1);
    int i;

    config->devices = config_devices_new();
    for (i = 0; i < CONFIG__MAX; i++) {
        config->value[i] = g_strdup(config_settings[i].value);
    }
    return config;
}

void config_free(Config *config)
{
    int i;

    if (!config) {
        return;
    }
    for (i = 0; i < CONFIG__MAX; i++) {
        secret_free(config->value[i]);
    }
    config_devices_free(config->devices);
    g_free(config);
}
