/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings, and what they must look like. */
#include "osdep.h"

#include "config-priv.h"

#include "codec/cipher-suite.h"
#include "codec/ipmi15.h"
#include "util/addr.h"
#include "util/error.h"

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

static bool check_number(const char *value, GError **errp)
{
    return g_ascii_string_to_unsigned(value, 10, 0, 1000000, NULL, NULL) ||
           (g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "'%s' is not a number (0 to 1000000)", value),
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

static bool check_late(const char *value, GError **errp)
{
    static const char *const words[] = { "reset", "next", "never", NULL };

    return check_word(value, words, errp);
}

static bool check_bool(const char *value, GError **errp)
{
    static const char *const words[] = {
        "true", "false", "yes", "no", "1", "0", NULL
    };

    return check_word(value, words, errp);
}

static bool check_agent(const char *value, GError **errp)
{
    static const char *const words[] = { "auto", "off", "add", NULL };
    g_autoptr(GSocketAddress) addr = NULL;

    if (!g_strv_contains(words, value)) {
        addr = addr_parse(value, "127.0.0.1", -1, NULL);
    }
    if (!addr && !g_strv_contains(words, value)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "'%s' is not one of "
                    "auto, off, add, nor a path or HOST:PORT", value);
        return false;
    }
    return true;
}

static bool check_tls(const char *value, GError **errp)
{
    static const char *const words[] = { "auto", "off", NULL };

    return check_word(value, words, errp);
}

static bool check_off_mode(const char *value, GError **errp)
{
    static const char *const words[] = { "process", "pause", NULL };

    return check_word(value, words, errp);
}

static bool check_timeout(const char *value, GError **errp)
{
    return g_ascii_string_to_unsigned(value, 10, 1, 3600, NULL, NULL) ||
           (g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "'%s' is not a number of seconds (1 to 3600)",
                        value), false);
}

/* Whether there is such a program is looked up when it is to be used. */
static bool check_command(const char *value, GError **errp)
{
    g_autoptr(GError) err = NULL;

    if (*value && !g_shell_parse_argv(value, NULL, NULL, &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is not a command line: %s", value, err->message);
        return false;
    }
    return true;
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

const ConfigSetting config_settings[CONFIG__MAX] = {
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
    [CONFIG_HOST_INTERFACE] = {
        "vm", "host-interface", NULL, 0, "VM_HOST_INTERFACE", "false",
        check_bool, false,
        "BOOL", "A network card by which the VM reaches Redfish" },
    [CONFIG_GUEST_AGENT] = {
        "vm", "guest-agent", NULL, 0, "VM_GUEST_AGENT", "auto",
        check_agent, false,
        "HOW", "Guest agent of the VM: auto, off, add (a channel for it, when "
        "QEMU is started by qemu-bmc), or where QEMU listens with it" },
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
    [CONFIG_BOOT_LATE] = {
        "boot", "late-apply", "boot-late-apply", 0, "BMC_BOOT_LATE_APPLY",
        "next", check_late, false,
        "WHEN", "A boot override that was set before somebody else started "
        "QEMU: reset the VM for it, let it count for the next reset, or "
        "never (drop it)" },
    [CONFIG_ON_COMMAND] = {
        "power", "on-command", NULL, 0, "BMC_ON_COMMAND", "", check_command,
        false,
        "COMMAND", "Program, with arguments, that starts QEMU where somebody "
        "else is in charge of that (virsh, systemctl)" },
    [CONFIG_OFF_COMMAND] = {
        "power", "off-command", NULL, 0, "BMC_OFF_COMMAND", "",
        check_command, false,
        "COMMAND", "The same that ends it" },
    [CONFIG_OFF_MODE] = {
        "power", "off-mode", NULL, 0, "BMC_OFF_MODE", "process",
        check_off_mode, false,
        "MODE", "What off means with an off-command: process (QEMU ends) or "
        "pause (it stays, and off-command ends it only when it hangs)" },
    [CONFIG_COMMAND_TIMEOUT] = {
        "power", "command-timeout", NULL, 0, "BMC_COMMAND_TIMEOUT", "60",
        check_timeout, false,
        "SECONDS", "How long such a command may take, and QEMU after it" },
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
    [CONFIG_MEDIA_CACHE_SIZE] = {
        "media", "cache-size", "media-cache-size", 0,
        "BMC_MEDIA_CACHE_SIZE", "16384", check_number, false,
        "MIB", "How long an image may be that is downloaded, in MiB" },
    [CONFIG_MEDIA_UPLOAD_SIZE] = {
        "media", "upload-size", "media-upload-size", 0,
        "BMC_MEDIA_UPLOAD_SIZE", "16384", check_number, false,
        "MIB", "How long all images together may be that are uploaded, in "
        "MiB; 0 for none" },
    [CONFIG_MEDIA_TIMEOUT] = {
        "media", "timeout", "media-timeout", 0, "BMC_MEDIA_TIMEOUT", "3600",
        check_number, false,
        "SECONDS", "How long the download of an image may take" },
    [CONFIG_MEDIA_WAIT] = {
        "media", "wait", "media-wait", 0, "BMC_MEDIA_WAIT", "300",
        check_number, false,
        "SECONDS", "How long a power-on waits for a download" },
    [CONFIG_UPDATE_ALLOW] = {
        "update", "allow", "update-allow", 0, "BMC_UPDATE_ALLOW", "", NULL,
        false,
        "LIST", "Servers of firmware images that may be reached although "
        "their addresses are refused otherwise, with ',' between them" },
    [CONFIG_UPDATE_TIMEOUT] = {
        "update", "timeout", "update-timeout", 0, "BMC_UPDATE_TIMEOUT",
        "600", check_number, false,
        "SECONDS", "How long the download of a firmware image may take" },
    [CONFIG_UPDATE_WAIT] = {
        "update", "wait", "update-wait", 0, "BMC_UPDATE_WAIT", "120",
        check_number, false,
        "SECONDS", "How long a power-on waits for such a download" },
    [CONFIG_EVENTS_ALLOW] = {
        "events", "allow", "events-allow", 0, "BMC_EVENTS_ALLOW", "", NULL,
        false,
        "LIST", "Subscribers that events may be sent to although their "
        "addresses are refused otherwise, with ',' between them" },
};
