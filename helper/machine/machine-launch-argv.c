/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of a QEMU that a BMC owns: the user's, refused where it
 * would take something away that the BMC needs, and completed.
 */
#include "osdep.h"

#include "machine/machine-launch-priv.h"

#include <gio/gunixsocketaddress.h>
#include <sys/un.h>

#include "machine/machine-agent.h"
#include "machine/machine-flash.h"
#include "machine/machine-launch.h"
#include "util/addr.h"
#include "util/error.h"

/* Options without an argument; all others take one. */
static const char *const flag_options[] = {
    "S", "alt-grab", "async-teardown", "audio-help", "ctrl-grab", "curses",
    "daemonize", "enable-fips", "enable-kvm", "enable-sync-profile",
    "full-screen", "h", "help", "mem-prealloc", "no-acpi", "no-fd-bootchk",
    "no-hpet", "no-kvm", "no-quit", "no-reboot", "no-shutdown",
    "no-user-config", "nodefaults", "nographic", "old-param",
    "one-insn-per-tb", "only-migratable", "portrait", "preconfig",
    "rtc-td-hack", "s", "sdl", "semihosting", "singlestep", "snapshot",
    "usb", "version", "win2k-hack", "xen-attach", "xen-domid-restrict",
};

/* Facts about the user's command line that decide what is added. */
typedef struct ArgvFacts {
    bool nodefaults;
    bool display;
    bool machine_type;
    bool memory;
    bool smp;
    bool vga;
    bool firmware;
    bool no_shutdown;
} ArgvFacts;

static const char *const stdio_reason =
    "QEMU runs in the background and has no terminal";
static const char *const serial_reason =
    "the first serial port is the BMC's serial console, for Serial over LAN; "
    "use -chardev and -device for another one";

static bool value_is_stdio(const char *value)
{
    return g_str_equal(value, "stdio") || g_str_has_prefix(value, "stdio,") ||
           g_str_has_prefix(value, "mon:stdio");
}

static bool opts_is(const char *opts, const char *name, const char *value)
{
    g_autofree char *found = machine_opts_get(opts, name);

    return g_strcmp0(found, value) == 0;
}

static bool opts_has(const char *opts, const char *name)
{
    g_autofree char *found = machine_opts_get(opts, name);

    return found != NULL;
}

/* The value of the implied key, "q35" in "q35,accel=tcg"; or NULL. */
static char *opts_implied(const char *opts)
{
    size_t len = strcspn(opts, ",=");

    return opts[len] == '=' || len == 0 ? NULL : g_strndup(opts, len);
}

static bool value_chardev(const char *value)
{
    return opts_is(value, "id", LAUNCH_SERIAL_ID);
}

static bool value_terminal(const char *value)
{
    g_autofree char *type = opts_implied(value);

    return g_strcmp0(type, "curses") == 0;
}

static bool value_action(const char *value)
{
    return opts_is(value, "reboot", "shutdown") ||
           opts_is(value, "shutdown", "poweroff");
}

static const struct {
    const char *option;
    bool (*match)(const char *value); /* NULL: refused whatever its value */
    const char *reason;
} refuse_table[] = {
    { "S", NULL, "the BMC decides when the machine starts" },
    { "action", value_action, "the BMC needs QEMU to reset when it is told "
      "to, and to stay when the guest powers off" },
    { "chardev", value_chardev, "serial0 is the id of the BMC's serial "
      "console; use another one" },
    { "chardev", value_is_stdio, stdio_reason },
    { "curses", NULL, stdio_reason },
    { "daemonize", NULL, "the BMC watches the process that it starts" },
    { "display", value_terminal, stdio_reason },
    { "monitor", value_is_stdio, stdio_reason },
    { "no-reboot", NULL, "every reset would end QEMU" },
    { "nographic", NULL, "it takes the serial port and the monitor to a "
      "terminal; no display is the default here" },
    { "pidfile", NULL, "the BMC keeps its own" },
    { "preconfig", NULL, "the BMC cannot drive a machine that is not "
      "there yet" },
    { "qmp", NULL, "the BMC adds its own QMP monitor; use -chardev and -mon "
      "for another one" },
    { "qmp-pretty", NULL, "the BMC adds its own QMP monitor; use -chardev "
      "and -mon for another one" },
    { "serial", NULL, serial_reason },
};

static bool option_has_value(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(flag_options); i++) {
        if (g_str_equal(flag_options[i], name)) {
            return false;
        }
    }
    return true;
}

static bool check_option(const char *name, const char *value, GError **errp)
{
    for (size_t i = 0; i < G_N_ELEMENTS(refuse_table); i++) {
        if (!g_str_equal(refuse_table[i].option, name) ||
            (refuse_table[i].match && !refuse_table[i].match(value))) {
            continue;
        }
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "QEMU option -%s%s%s cannot be used here: %s", name,
                    refuse_table[i].match ? " " : "",
                    refuse_table[i].match ? value : "",
                    refuse_table[i].reason);
        return false;
    }
    return true;
}

static void facts_add_machine(ArgvFacts *facts, const char *value)
{
    g_autofree char *type = opts_implied(value);

    facts->machine_type |= type || opts_has(value, "type");
    /* Its size must be that of -m, which we cannot know. */
    facts->memory |= opts_has(value, "memory-backend");
    facts->firmware |= opts_has(value, "pflash0") ||
                       opts_has(value, "firmware");
}

static void facts_add_device(ArgvFacts *facts, const char *value)
{
    g_autofree char *driver = opts_implied(value);
    g_autofree char *lower = NULL;

    if (!driver) {
        driver = machine_opts_get(value, "driver");
    }
    lower = driver ? g_ascii_strdown(driver, -1) : g_strdup("");
    facts->vga |= (strstr(lower, "vga") || g_str_has_prefix(lower, "qxl")) &&
                  !g_str_has_prefix(lower, "secondary-");
}

static void facts_add(ArgvFacts *facts, const char *name, const char *value)
{
    if (g_str_equal(name, "machine") || g_str_equal(name, "M")) {
        facts_add_machine(facts, value);
    } else if (g_str_equal(name, "device")) {
        facts_add_device(facts, value);
    } else if (g_str_equal(name, "drive")) {
        facts->firmware |= opts_is(value, "if", "pflash");
    }
    facts->nodefaults |= g_str_equal(name, "nodefaults");
    facts->memory |= g_str_equal(name, "m");
    facts->smp |= g_str_equal(name, "smp");
    facts->vga |= g_str_equal(name, "vga");
    facts->firmware |= g_str_equal(name, "bios") ||
                       g_str_equal(name, "pflash");
    facts->display |= g_str_equal(name, "display") ||
                      g_str_equal(name, "vnc") ||
                      g_str_equal(name, "spice") ||
                      g_str_equal(name, "sdl");
    facts->no_shutdown |= g_str_equal(name, "no-shutdown");
}

static bool facts_collect(ArgvFacts *facts, const char *const *argv,
                          GError **errp)
{
    for (size_t i = 1; argv[i]; i++) {
        const char *name = machine_option_name(argv[i]);
        const char *value = "";

        if (!name) {
            continue;
        }
        if (option_has_value(name) && argv[i + 1]) {
            value = argv[++i];
        }
        if (!check_option(name, value, errp)) {
            return false;
        }
        facts_add(facts, name, value);
    }
    return true;
}

/* PC defaults suit PCs: "qemu-system-x86_64", "kvm", a wrapper script. */
static bool program_is_pc(const char *program)
{
    static const char prefix[] = "qemu-system-";
    g_autofree char *base = g_path_get_basename(program);

    return !g_str_has_prefix(base, prefix) ||
           g_str_has_prefix(base + strlen(prefix), "x86_64") ||
           g_str_has_prefix(base + strlen(prefix), "i386");
}

static void add(GPtrArray *argv, const char *option, char *value)
{
    g_ptr_array_add(argv, g_strdup(option));
    if (value) {
        g_ptr_array_add(argv, value);
    }
}

static bool add_firmware(GPtrArray *argv, const MachineLaunchConfig *config,
                         GError **errp)
{
    const LaunchFirmware *firmware = launch_firmware_find();

    if (!firmware) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "no UEFI firmware "
                    "found for the machine (install the package ovmf)");
        return false;
    }
    add(argv, "-drive", g_strdup_printf("if=pflash,unit=0,format=raw,"
                                        "readonly=on,file=%s",
                                        firmware->code));
    add(argv, "-drive", launch_firmware_vars_drive(config->state_dir));
    return true;
}

static void add_defaults(GPtrArray *argv, const ArgvFacts *facts, bool pc)
{
    if (pc && !facts->machine_type) {
        add(argv, "-machine", g_strdup("q35"));
    }
    if (!facts->memory) {
        add(argv, "-m", g_strdup("2048"));
    }
    if (!facts->smp) {
        add(argv, "-smp", g_strdup("2"));
    }
    if (pc && !facts->vga && !facts->nodefaults) {
        add(argv, "-vga", g_strdup("std"));
    }
    if (!facts->display) {
        add(argv, "-display", g_strdup("none"));
    }
}

/* Where QEMU listens with the serial port, as chardev options. */
static char *serial_listener(const MachineLaunchConfig *config,
                             GError **errp)
{
    g_autoptr(GSocketAddress) addr = addr_parse(config->serial, "127.0.0.1",
                                                -1, errp);
    g_autofree char *host = NULL;
    g_autofree char *path = NULL;

    if (!addr) {
        return NULL;
    }
    if (G_IS_UNIX_SOCKET_ADDRESS(addr)) {
        path = machine_opts_quote(g_unix_socket_address_get_path(
                                      G_UNIX_SOCKET_ADDRESS(addr)));
        return g_strdup_printf("path=%s", path);
    }
    host = addr_host_to_string(addr);
    return g_strdup_printf("host=%s,port=%u", host,
                           g_inet_socket_address_get_port(
                               G_INET_SOCKET_ADDRESS(addr)));
}

static void add_bmc(GPtrArray *argv, const MachineLaunchConfig *config,
                    const ArgvFacts *facts, const char *serial)
{
    g_autofree char *qmp = launch_qmp_path(config->run_dir);
    g_autofree char *quoted_qmp = machine_opts_quote(qmp);

    add(argv, "-chardev", g_strdup_printf("socket,id=" LAUNCH_SERIAL_ID
                                          ",%s,server=on,wait=off", serial));
    add(argv, "-serial", g_strdup("chardev:" LAUNCH_SERIAL_ID));
    /* "path=" lets the path itself hold an equals sign. */
    add(argv, "-qmp", g_strdup_printf("unix:path=%s,server=on,wait=off",
                                      quoted_qmp));
    add(argv, "-pidfile", launch_pid_path(config->run_dir));
    add(argv, "-S", NULL);
    if (!facts->no_shutdown) {
        add(argv, "-no-shutdown", NULL);
    }
}

static bool check_path(const char *path, GError **errp)
{
    struct sockaddr_un un;

    if (strlen(path) < sizeof(un.sun_path)) {
        return true;
    }
    g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "path of socket %s is too "
                "long: at most %zu bytes", path, sizeof(un.sun_path) - 1);
    return false;
}

/* Options of QEMU for qemu-ga in the guest. */
static bool add_guest_agent(GPtrArray *argv,
                            const MachineLaunchConfig *config, GError **errp)
{
    g_autofree char *path = g_build_filename(config->run_dir, "agent.sock",
                                             NULL);
    g_autofree char *quoted = machine_opts_quote(path);

    for (guint i = 0; i < argv->len; i++) {
        if (strstr(argv->pdata[i], "name=" MACHINE_AGENT_PORT)) {
            return true;
        }
    }
    if (!check_path(path, errp)) {
        return false;
    }
    add(argv, "-device", g_strdup("virtio-serial-pci,id=bmc-serial"));
    add(argv, "-chardev", g_strdup_printf("socket,id=bmc-agent,path=%s,"
                                          "server=on,wait=off", quoted));
    add(argv, "-device", g_strdup("virtserialport,bus=bmc-serial.0,"
                                  "chardev=bmc-agent,id=bmc-agent,"
                                  "name=" MACHINE_AGENT_PORT));
    return true;
}

char *launch_qmp_path(const char *run_dir)
{
    return g_build_filename(run_dir, "qmp.sock", NULL);
}

char *launch_pid_path(const char *run_dir)
{
    return g_build_filename(run_dir, "qemu.pid", NULL);
}

char **machine_launch_build_argv(const MachineLaunchConfig *config,
                                 GError **errp)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *qmp = launch_qmp_path(config->run_dir);
    g_autofree char *serial = NULL;
    ArgvFacts facts = { 0 };
    bool pc;

    if (!config->argv || !config->argv[0] || !config->argv[0][0]) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "no QEMU program given");
        return NULL;
    }
    if (!facts_collect(&facts, config->argv, errp) ||
        !check_path(qmp, errp)) {
        return NULL;
    }
    serial = serial_listener(config, errp);
    if (!serial) {
        return NULL;
    }
    pc = program_is_pc(config->argv[0]);
    add(argv, config->argv[0], NULL);
    add_defaults(argv, &facts, pc);
    if (config->uefi && pc && !facts.firmware &&
        !add_firmware(argv, config, errp)) {
        return NULL;
    }
    for (size_t i = 1; config->argv[i]; i++) {
        add(argv, config->argv[i], NULL);
    }
    add_bmc(argv, config, &facts, serial);
    if (config->guest_agent && !add_guest_agent(argv, config, errp)) {
        return NULL;
    }
    if (config->host_interface && config->host_interface->program) {
        machine_host_interface_add(argv, config->host_interface);
    }
    g_ptr_array_add(argv, NULL);
    return (char **)g_ptr_array_steal(argv, NULL);
}
