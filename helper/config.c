/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings, where they come from, and what they must look like. */
#include "osdep.h"

#include "config.h"

#include "codec/cipher-suite.h"
#include "codec/ipmi15.h"
#include "config-devices.h"
#include "util/addr.h"
#include "util/error.h"
#include "util/secret.h"

typedef bool (*ConfigCheck)(const char *value, GError **errp);

typedef struct ConfigSetting {
    const char *group;
    const char *key;    /* in the file; the option too unless it has one */
    const char *option;
    char short_option;
    const char *env;
    const char *value;  /* built in */
    ConfigCheck check;
    bool secret;
    const char *arg;
    const char *help;
} ConfigSetting;

struct Config {
    char *value[CONFIG__MAX];
    ConfigSource source[CONFIG__MAX];
    ConfigDevices *devices;
};

static bool check_name(const char *value, GError **errp)
{
    const char *p;

    for (p = value; *p; p++) {
        if (!g_ascii_isalnum(*p) && !strchr("._-", *p)) {
            break;
        }
    }
    if (*p || !*value || *value == '.' || strlen(value) > 64) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is not a name (letters, digits, '.', '_' and '-', "
                    "at most 64 of them, not beginning with '.')", value);
        return false;
    }
    return true;
}

static bool check_address(const char *value, GError **errp)
{
    g_autoptr(GSocketAddress) addr = addr_parse(value, NULL, 0, errp);

    if (!addr) {
        return false;
    }
    if (!G_IS_INET_SOCKET_ADDRESS(addr) ||
        g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(addr))) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is not an address to listen on (a numeric address "
                    "without port, or '*' for all)", value);
        return false;
    }
    return true;
}

static bool check_endpoint(const char *value, GError **errp)
{
    g_autoptr(GSocketAddress) addr = NULL;

    if (!*value) {
        return true;
    }
    addr = addr_parse(value, "127.0.0.1", -1, errp);
    return addr != NULL;
}

static bool check_port(const char *value, GError **errp)
{
    return g_ascii_string_to_unsigned(value, 10, 0, 65535, NULL, NULL) ||
           (g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "'%s' is not a port (0 to 65535; 0 picks a free one)",
                        value), false);
}

static bool check_trap_port(const char *value, GError **errp)
{
    return g_ascii_string_to_unsigned(value, 10, 1, 65535, NULL, NULL) ||
           (g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "'%s' is not a port to send to (1 to 65535)", value),
            false);
}

static bool check_expiry(const char *value, GError **errp)
{
    return g_ascii_string_to_unsigned(value, 10, 0, 86400, NULL, NULL) ||
           (g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "'%s' is not a number of seconds (0 to 86400)",
                        value), false);
}

static bool check_word(const char *value, const char *const *words,
                       GError **errp)
{
    g_autofree char *list = NULL;

    if (g_strv_contains(words, value)) {
        return true;
    }
    list = g_strjoinv(", ", (char **)words);
    g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "'%s' is not one of %s",
                value, list);
    return false;
}

static bool check_boot_mode(const char *value, GError **errp)
{
    static const char *const words[] = { "bios", "uefi", NULL };

    return check_word(value, words, errp);
}

static bool check_bool(const char *value, GError **errp)
{
    static const char *const words[] = {
        "true", "false", "yes", "no", "1", "0", NULL
    };

    return check_word(value, words, errp);
}

static bool check_tls(const char *value, GError **errp)
{
    static const char *const words[] = { "auto", "off", NULL };

    return check_word(value, words, errp);
}

static bool check_policy(const char *value, GError **errp)
{
    static const char *const words[] = {
        "full", "no-accounts", "read-only", NULL
    };

    return check_word(value, words, errp);
}

static bool check_level(const char *value, GError **errp)
{
    static const char *const words[] = {
        "error", "warning", "message", "info", "debug", NULL
    };

    return check_word(value, words, errp);
}

static bool check_suites(const char *value, GError **errp)
{
    CipherSuiteList list;

    return cipher_suite_parse_list(value, &list, errp);
}

static bool check_sessions(const char *value, GError **errp)
{
    return g_ascii_string_to_unsigned(value, 10, 1, 254, NULL, NULL) ||
           (g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "'%s' is not a number of sessions (1 to 254)",
                        value), false);
}

static bool check_connections(const char *value, GError **errp)
{
    return g_ascii_string_to_unsigned(value, 10, 4, 4096, NULL, NULL) ||
           (g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "'%s' is not a number of connections (4 to 4096)",
                        value), false);
}

static bool check_ipmi15(const char *value, GError **errp)
{
    uint8_t types;

    return ipmi15_parse_auth_list(value, &types, errp);
}

static const ConfigSetting settings[CONFIG__MAX] = {
    [CONFIG_NAME] = {
        "bmc", "name", NULL, 'n', "BMC_NAME", "1", check_name, false,
        "NAME", "Name of this BMC, for its directories and for people" },
    [CONFIG_ADDRESS] = {
        "bmc", "address", NULL, 'a', "BMC_ADDRESS", "127.0.0.1",
        check_address, false,
        "ADDRESS", "Address to listen on, '*' for all" },
    [CONFIG_STATE_DIR] = {
        "bmc", "state-dir", NULL, 0, "BMC_STATE_DIR", "", NULL, false,
        "DIR", "Where accounts, certificate and other state are kept" },
    [CONFIG_RUN_DIR] = {
        "bmc", "run-dir", NULL, 0, "BMC_RUN_DIR", "", NULL, false,
        "DIR", "Where sockets and endpoints.json are made" },
    [CONFIG_LOG_LEVEL] = {
        "bmc", "log-level", NULL, 0, "BMC_LOG_LEVEL", "info", check_level,
        false,
        "LEVEL", "error, warning, message, info or debug" },
    [CONFIG_QMP] = {
        "vm", "qmp", NULL, 'q', "QMP_SOCK", "/var/run/qemu/qmp.sock",
        check_endpoint, false,
        "ADDR", "QMP socket of the VM: a path or tcp:HOST:PORT" },
    [CONFIG_SERIAL] = {
        "vm", "serial", NULL, 0, "SERIAL_ADDR", "localhost:9002",
        check_endpoint, false,
        "ADDR", "Serial port of the VM: a path or HOST:PORT" },
    [CONFIG_VM_IPMI] = {
        "vm", "ipmi", "vm-ipmi", 0, "VM_IPMI_ADDR", "", check_endpoint,
        false,
        "ADDR", "Where QEMU's ipmi-bmc-extern connects: a path or HOST:PORT" },
    [CONFIG_VM_IPMI_POLICY] = {
        "vm", "ipmi-policy", "vm-ipmi-policy", 0, "VM_IPMI_POLICY", "full",
        check_policy, false,
        "POLICY", "What the VM may do there: full, no-accounts or read-only" },
    [CONFIG_BOOT_MODE] = {
        "vm", "boot-mode", "vm-boot-mode", 0, "VM_BOOT_MODE", "bios",
        check_boot_mode, false,
        "MODE", "bios or uefi, where it cannot be found out" },
    [CONFIG_POWER_ON] = {
        "vm", "power-on-at-start", NULL, 0, "POWER_ON_AT_START", "false",
        check_bool, false,
        "BOOL", "When QEMU is started by qemu-bmc: power the VM on at once" },
    [CONFIG_BOOT_EXPIRY] = {
        "boot", "ipmi-expiry", "boot-ipmi-expiry", 0,
        "BMC_BOOT_IPMI_EXPIRY", "60", check_expiry, false,
        "SECONDS", "When boot flags set over IPMI expire if no Chassis "
        "Control follows, 0 for never" },
    [CONFIG_USER] = {
        "account", "user", NULL, 'u', "IPMI_USER", "admin", NULL, false,
        "NAME", "First administrator, for IPMI and Redfish" },
    [CONFIG_PASSWORD] = {
        "account", "password", "password-file", 0, "IPMI_PASS",
        CONFIG_DEFAULT_PASSWORD, NULL, true,
        "FILE", "File whose first line is the administrator's password" },
    [CONFIG_REDFISH_PORT] = {
        "redfish", "port", "redfish-port", 0, "REDFISH_PORT", "443",
        check_port, false,
        "PORT", "TCP port of Redfish, 0 for a free one" },
    [CONFIG_REDFISH_CONNECTIONS] = {
        "redfish", "max-connections", NULL, 0, "REDFISH_MAX_CONNECTIONS",
        "256", check_connections, false,
        "NUMBER", "Most Redfish connections at a time, 4 to 4096" },
    [CONFIG_REDFISH_PER_ADDRESS] = {
        "redfish", "max-connections-per-address", NULL, 0,
        "REDFISH_MAX_CONNECTIONS_PER_ADDRESS", "64", check_connections,
        false,
        "NUMBER", "Most of them from one address, 4 to 4096" },
    [CONFIG_TLS] = {
        "redfish", "tls", NULL, 0, "TLS", "auto", check_tls, false,
        "MODE", "auto or off (plain HTTP)" },
    [CONFIG_TLS_CERT] = {
        "redfish", "tls-cert", NULL, 0, "TLS_CERT", "", NULL, false,
        "FILE", "Certificate (PEM); made and kept in the state directory "
        "if not given" },
    [CONFIG_TLS_KEY] = {
        "redfish", "tls-key", NULL, 0, "TLS_KEY", "", NULL, false,
        "FILE", "Private key (PEM) of the certificate" },
    [CONFIG_IPMI_PORT] = {
        "ipmi", "port", "ipmi-port", 0, "IPMI_PORT", "623", check_port,
        false,
        "PORT", "UDP port of IPMI over LAN, 0 for a free one" },
    [CONFIG_IPMI_SUITES] = {
        "ipmi", "cipher-suites", NULL, 0, "BMC_CIPHER_SUITES", "17,3",
        check_suites, false,
        "LIST", "Cipher suites of IPMI over LAN, the preferred one first" },
    [CONFIG_IPMI_SESSIONS] = {
        "ipmi", "max-sessions", NULL, 0, "BMC_MAX_SESSIONS", "63",
        check_sessions, false,
        "NUMBER", "Most IPMI sessions at a time, 1 to 254" },
    [CONFIG_IPMI15] = {
        "ipmi", "ipmi15", NULL, 0, "BMC_IPMI15", "off", check_ipmi15, false,
        "LIST", "IPMI 1.5 logins: off, or some of md5, md2, password" },
    [CONFIG_LAN_ADDRESS] = {
        "lan", "address", "lan-address", 0, "BMC_LAN_ADDRESS", "", NULL,
        false,
        "ADDRESS", "IP address at which clients reach this BMC, where it is "
        "not the host's" },
    [CONFIG_LAN_NETMASK] = {
        "lan", "netmask", "lan-netmask", 0, "BMC_LAN_NETMASK", "", NULL,
        false,
        "MASK", "Netmask of that address" },
    [CONFIG_LAN_GATEWAY] = {
        "lan", "gateway", "lan-gateway", 0, "BMC_LAN_GATEWAY", "", NULL,
        false,
        "ADDRESS", "Default gateway of that address" },
    [CONFIG_LAN_MAC] = {
        "lan", "mac", "lan-mac", 0, "BMC_LAN_MAC", "", NULL, false,
        "MAC", "MAC address to report, made from the VM's UUID if not given" },
    [CONFIG_LAN_VLAN] = {
        "lan", "vlan", "lan-vlan", 0, "BMC_LAN_VLAN", "", NULL, false,
        "NUMBER", "VLAN to report" },
    [CONFIG_LAN_PORT] = {
        "lan", "port", "lan-port", 0, "BMC_LAN_PORT", "0", check_port, false,
        "PORT", "UDP port at which clients reach IPMI, where it is not the "
        "one that is listened on" },
    [CONFIG_LAN_COMMAND] = {
        "lan", "config-command", "lan-config-command", 0,
        "BMC_LAN_CONFIG_COMMAND", "", NULL, false,
        "COMMAND", "Program that is run when a client has changed the LAN "
        "configuration" },
    [CONFIG_PEF_PORT] = {
        "pef", "port", "pef-port", 0, "BMC_PEF_PORT", "162", check_trap_port,
        false,
        "PORT", "UDP port to which alerts (PET traps) are sent" },
    [CONFIG_MEDIA_FOLDERS] = {
        "media", "folders", "media-folders", 0, "BMC_MEDIA_FOLDERS", "",
        NULL, false,
        "LIST", "Folders of local images, with ':' between them" },
    [CONFIG_MEDIA_ALLOW] = {
        "media", "allow", "media-allow", 0, "BMC_MEDIA_ALLOW", "", NULL,
        false,
        "LIST", "Servers of images that may be reached although their "
        "addresses are refused otherwise, with ',' between them" },
    [CONFIG_EVENTS_ALLOW] = {
        "events", "allow", "events-allow", 0, "BMC_EVENTS_ALLOW", "", NULL,
        false,
        "LIST", "Subscribers that events may be sent to although their "
        "addresses are refused otherwise, with ',' between them" },
};

static const char *option_name(const ConfigSetting *setting)
{
    return setting->option ? setting->option : setting->key;
}

bool config_set(Config *config, ConfigKey key, const char *value,
                ConfigSource source, GError **errp)
{
    const ConfigSetting *setting = &settings[key];

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
        const ConfigSetting *s = &settings[i];

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
        if (!g_str_equal(settings[i].group, group)) {
            continue;
        }
        *known_group = true;
        if (!key || !g_str_equal(settings[i].key, key)) {
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
        const char *value = g_getenv(settings[i].env);

        /* Container files often hold empty variables: as good as unset. */
        if (!value || !*value) {
            continue;
        }
        if (!config_set(config, i, value, CONFIG_SOURCE_ENVIRONMENT, &err)) {
            g_propagate_prefixed_error(errp, err, "environment variable "
                                       "%s: ", settings[i].env);
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
        const ConfigSetting *s = &settings[i];

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
        const ConfigSetting *s = &settings[i];

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
        config->value[i] = g_strdup(settings[i].value);
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
