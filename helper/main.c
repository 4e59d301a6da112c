/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qemu-bmc: puts the layers together. This is the only file that knows all
 * of them: a machine, the hub on top of it, and the front ends that speak
 * to the world.
 */
#include "osdep.h"

#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>

#include "bmc/bmc.h"
#include "bmc/media.h"
#include "bmc/fru.h"
#include "bmc/chassis.h"
#include "bmc/pef.h"
#include "bmc/power.h"
#include "bmc/update.h"
#include "codec/ipmi15.h"
#include "config-devices.h"
#include "config-media.h"
#include "config.h"
#include "configure.h"
#include "console/console.h"
#include "exposure.h"
#include "host-interface.h"
#include "ipmi/ipmi-core.h"
#include "ipmi/ipmi-sol.h"
#include "ipmi/ipmi-session.h"
#include "ipmi/ipmi-vm.h"
#include "machine/machine-launch.h"
#include "redfish/http.h"
#include "redfish/rf-events.h"
#include "redfish/rf.h"
#include "rundir.h"
#include "service-tls.h"
#include "services.h"
#include "util/addr.h"
#include "util/error.h"
#include "util/log.h"
#include "util/sd.h"

enum {
    EXIT_RUNTIME = 1,
    EXIT_USAGE = 2,
};

typedef struct App {
    GMainLoop *loop;
    Config *config;
    char **qemu_argv;
    HostInterface host;
    bool reset_accounts;
    Clock *clock;
    Machine *machine;
    Bmc *bmc;
    HttpServer *http;
    ServiceTls tls;
    RfService *redfish;
    RfEvents *events;
    Console *console;
    char *serial; /* where a QEMU of ours has its serial port */
    IpmiCore *ipmi;
    Services services;
    IpmiVm *vm;
    JsonObject *endpoints;
    ClockTimer *watchdog;
    int exit_code;
    int run_lock;
    bool ending;
} App;

static gboolean opt_dump_conf;
static gboolean opt_dump_tables;
static gboolean opt_reset_accounts;
static gboolean opt_reset_fru;
static gboolean opt_verbose;
static gboolean opt_version;
static char *opt_config;

static const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &opt_config,
      "Configuration file", "FILE" },
    { "reset-accounts", 0, 0, G_OPTION_ARG_NONE, &opt_reset_accounts,
      "Forget all accounts and make the first administrator anew", NULL },
    { "reset-fru", 0, 0, G_OPTION_ARG_NONE, &opt_reset_fru,
      "Forget what clients have written as FRU information", NULL },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &opt_verbose,
      "Same as --log-level=debug", NULL },
    { "dump-conf", 'D', 0, G_OPTION_ARG_NONE, &opt_dump_conf,
      "Print the effective configuration, without secrets, and exit", NULL },
    { "dump-tables", 0, 0, G_OPTION_ARG_NONE, &opt_dump_tables,
      "Print all IPMI commands and Redfish resources and exit", NULL },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &opt_version,
      "Print the version and exit", NULL },
    { NULL }
};

static void complain(const GError *err)
{
    fprintf(stderr, "qemu-bmc: %s\n", err->message);
}

static int exit_code_for(const GError *err)
{
    return g_error_matches(err, BMC_ERROR, BMC_ERROR_USAGE) ||
           err->domain == G_OPTION_ERROR ? EXIT_USAGE : EXIT_RUNTIME;
}

/* Command line */

static gboolean on_setting(const char *option, const char *value,
                           void *opaque, GError **errp)
{
    while (*option == '-') {
        option++;
    }
    return config_set_option(opaque, option, value, errp);
}

/*
 * Everything behind the first "--" is QEMU's, so GOption never sees it.
 */
static char **split_qemu_arguments(int *argc, char **argv)
{
    char **rest;
    int i;

    for (i = 1; i < *argc; i++) {
        if (g_str_equal(argv[i], "--")) {
            rest = g_strdupv(argv + i + 1);
            argv[i] = NULL;
            *argc = i;
            return rest;
        }
    }
    return NULL;
}

static bool parse_command_line(App *app, int argc, char **argv,
                               GError **errp)
{
    g_autoptr(GOptionContext) context = g_option_context_new(
        "[-- QEMU-SYSTEM-BINARY QEMU-ARGS...]");
    g_autofree GOptionEntry *settings = config_option_entries(on_setting);
    GOptionGroup *group = g_option_group_new(NULL, NULL, NULL, app->config,
                                             NULL);

    g_option_context_set_summary(context,
        "The management controller (BMC) of a QEMU virtual machine: IPMI\n"
        "and Redfish. Attaches to a running QEMU by its QMP socket (--qmp),\n"
        "or starts one itself when QEMU's command line follows \"--\".");
    g_option_context_set_description(context,
        "Each setting can also be given in a file or by an environment\n"
        "variable; see qemu-bmc(8). An option wins over the environment,\n"
        "that over the file.\n\n"
        "Example:\n"
        "  IPMI_PASS=secret qemu-bmc --qmp /run/vm1/qmp.sock \\\n"
        "      --redfish-port 8443 --ipmi-port 6230\n");
    g_option_group_add_entries(group, entries);
    g_option_group_add_entries(group, settings);
    g_option_context_set_main_group(context, group);
    app->qemu_argv = split_qemu_arguments(&argc, argv);
    if (!g_option_context_parse(context, &argc, &argv, errp)) {
        return false;
    }
    if (argc > 1) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "unexpected argument '%s' (QEMU's command line goes "
                    "behind \"--\")", argv[1]);
        return false;
    }
    if (app->qemu_argv && !app->qemu_argv[0]) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "no QEMU command line behind \"--\"");
        return false;
    }
    if (app->qemu_argv && app->qemu_argv[0][0] == '-') {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "QEMU's command line begins with the program, e.g. "
                    "qemu-system-x86_64, not with '%s'", app->qemu_argv[0]);
        return false;
    }
    return true;
}

static bool configure(App *app, GError **errp)
{
    Config *config = app->config;

    if (opt_config && !config_load_file(config, opt_config, errp)) {
        return false;
    }
    if (!config_load_environment(config, errp)) {
        return false;
    }
    if (opt_verbose) {
        config_set(config, CONFIG_LOG_LEVEL, "debug", CONFIG_SOURCE_OPTION,
                   NULL);
    }
    app->reset_accounts = opt_reset_accounts;
    return config_complete(config, errp);
}

/* Ending */

static void quit(App *app, int code)
{
    app->exit_code = code;
    g_main_loop_quit(app->loop);
}

static void launch_ended(GObject *source, GAsyncResult *res, void *opaque)
{
    App *app = opaque;
    g_autoptr(GError) err = NULL;

    if (!machine_launch_end_finish(res, &err)) {
        complain(err);
        app->exit_code = EXIT_RUNTIME;
    }
    quit(app, app->exit_code);
}

/* A QEMU that we have started ends with us; one that was there stays. */
static void end(App *app, int code)
{
    if (app->ending) {
        return;
    }
    app->ending = true;
    app->exit_code = code;
    sd_notify_send("STOPPING=1");
    if (app->qemu_argv) {
        bmc_power_expect_end(app->bmc);
        machine_launch_end_async(app->machine, launch_ended, app);
    } else {
        quit(app, code);
    }
}

static gboolean on_signal(void *opaque)
{
    App *app = opaque;

    if (!app->ending) {
        g_info("asked to end");
    }
    end(app, EXIT_SUCCESS);
    return G_SOURCE_CONTINUE;
}

/* Starting */

static bool make_machine(App *app, GError **errp)
{
    Config *config = app->config;
    g_autofree char *serial = NULL;

    if (!app->qemu_argv) {
        if (config_get_bool(config, CONFIG_POWER_ON)) {
            g_message("POWER_ON_AT_START has no effect on a QEMU that is not "
                      "started by qemu-bmc (qemu-bmc -- QEMU ARGS...)");
        }
        app->machine = configure_attached(config, app->clock, errp);
        if (app->machine) {
            configure_guest_agent(app->machine, config);
        }
        return app->machine != NULL;
    }
    if (configure_has_commands(config)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "QEMU is started by qemu-bmc (-- QEMU ARGS...) or by "
                    "on-command and ended by off-command, not both");
        return false;
    }
    serial = config_is_set(config, CONFIG_SERIAL)
        ? g_strdup(config_get(config, CONFIG_SERIAL))
        : g_build_filename(config_get(config, CONFIG_RUN_DIR), "serial.sock",
                           NULL);
    app->machine = machine_launch_new(&(MachineLaunchConfig) {
            .argv = (const char *const *)app->qemu_argv,
            .run_dir = config_get(config, CONFIG_RUN_DIR),
            .serial = serial,
            .uefi = config_get_boot_mode(config) == MACHINE_FIRMWARE_UEFI,
            .state_dir = config_get(config, CONFIG_STATE_DIR),
            .host_interface = &app->host.machine,
            .guest_agent = g_str_equal(config_get(config, CONFIG_GUEST_AGENT),
                                       "add"),
        }, app->clock, errp);
    if (app->machine) {
        configure_guest_agent(app->machine, config);
    }
    json_object_set_string_member(app->endpoints, "serial", serial);
    app->serial = g_steal_pointer(&serial);
    return app->machine != NULL;
}

static BmcBootLate boot_late(const Config *config)
{
    const char *word = config_get(config, CONFIG_BOOT_LATE);

    return g_str_equal(word, "reset") ? BMC_BOOT_LATE_RESET :
           g_str_equal(word, "never") ? BMC_BOOT_LATE_NEVER :
                                        BMC_BOOT_LATE_NEXT;
}

static bool make_bmc(App *app, GError **errp)
{
    Config *config = app->config;
    ConfigDevices *devices = config_get_devices(config);

    g_autoptr(BmcMediaConfig) media = config_media_new(config);
    g_auto(GStrv) subscribers = g_strsplit(
        config_get(config, CONFIG_EVENTS_ALLOW), ",", -1);
    g_auto(GStrv) firmware = g_strsplit(
        config_get(config, CONFIG_UPDATE_ALLOW), ",", -1);
    const BmcUpdateConfig update = {
        .allow = (const char *const *)firmware,
        .max_s = config_get_number(config, CONFIG_UPDATE_TIMEOUT),
        .wait_s = config_get_number(config, CONFIG_UPDATE_WAIT),
    };

    config_devices_fru(devices)->reset = opt_reset_fru;
    app->bmc = bmc_new(&(BmcConfig) {
            .name = config_get(config, CONFIG_NAME),
            .state_dir = config_get(config, CONFIG_STATE_DIR),
            .admin_user = config_get(config, CONFIG_USER),
            .admin_password = config_get(config, CONFIG_PASSWORD),
            .admin_given = config_is_set(config, CONFIG_USER) ||
                           config_is_set(config, CONFIG_PASSWORD),
            .reset_accounts = app->reset_accounts,
            .boot_mode = config_get_boot_mode(config),
            .boot_expiry_s =
                strtoul(config_get(config, CONFIG_BOOT_EXPIRY), NULL, 10),
            .boot_late = boot_late(config),
            .fru = config_devices_fru(devices),
            .media = media,
            .update = &update,
            .events_allow = (const char *const *)subscribers,
            .sensors = config_devices_sensors(devices),
        }, app->machine, app->clock, errp);
    if (!app->bmc || !configure_network(app->bmc, config, errp)) {
        return false;
    }
    return exposure_check(config, app->bmc, app->reset_accounts, errp);
}

static gboolean on_hangup(void *opaque)
{
    App *app = opaque;

    service_tls_reload(app->config, app->bmc);
    return G_SOURCE_CONTINUE;
}

static bool start_redfish(App *app, GError **errp)
{
    Config *config = app->config;
    g_autoptr(GSocketAddress) addr =
        config_get_address(config, CONFIG_REDFISH_PORT);
    g_autofree char *path = g_build_filename(
        config_get(config, CONFIG_RUN_DIR), "redfish.sock", NULL);
    g_autoptr(GSocketAddress) local = g_unix_socket_address_new(path);
    bool tls = !g_str_equal(config_get(config, CONFIG_TLS), "off");
    HttpLimits limits = {
        config_get_number(config, CONFIG_REDFISH_CONNECTIONS),
        config_get_number(config, CONFIG_REDFISH_PER_ADDRESS),
    };
    g_autoptr(GTlsCertificate) cert = NULL;
    g_autoptr(GSocketAddress) bound_local = NULL;

    if (tls) {
        cert = service_tls_load(config, app->bmc, errp);
        if (!cert) {
            return false;
        }
    } else if (!addr_is_local(addr)) {
        g_warning("Redfish without TLS on an address that other hosts can "
                  "reach: passwords can be read on the network (remove "
                  "TLS=off)");
    }
    app->redfish = rf_service_new(app->bmc, rf_families);
    app->events = rf_events_new(app->redfish);
    app->http = http_server_new(&limits, rf_http_error_body,
                                rf_http_handler, app->redfish);
    http_server_set_streams(app->http, rf_http_streams);
    services_init(&app->services, config, app->bmc, app->endpoints);
    if (!services_start_redfish(&app->services, app->http, errp)) {
        return false;
    }
    service_tls_follow(&app->tls, app->bmc, app->http);
    g_unix_signal_add(SIGHUP, on_hangup, app);
    bound_local = http_server_listen(app->http, local, NULL, errp);
    if (!bound_local || !host_interface_start(&app->host, app->bmc,
                                              app->http, cert, errp)) {
        return false;
    }
    json_object_set_string_member(app->endpoints, "redfish-local", path);
    return true;
}

/* The values have been checked when they were set. */
static void configure_ipmi(App *app)
{
    IpmiSessionsConfig config = { 0 };

    cipher_suite_parse_list(config_get(app->config, CONFIG_IPMI_SUITES),
                            &config.suites, NULL);
    ipmi15_parse_auth_list(config_get(app->config, CONFIG_IPMI15),
                           &config.auth15, NULL);
    config.max_active = config_get_number(app->config, CONFIG_IPMI_SESSIONS);
    ipmi_sessions_configure(app->ipmi->sessions, &config);
}

static IpmiVmPolicy get_vm_policy(const Config *config)
{
    const char *value = config_get(config, CONFIG_VM_IPMI_POLICY);

    return g_str_equal(value, "full") ? IPMI_VM_FULL :
           g_str_equal(value, "no-accounts") ? IPMI_VM_NO_ACCOUNTS :
           IPMI_VM_READ_ONLY;
}

/*
 * At the built-in address there may be anything, so nobody connects there
 * without need. The serial port of a QEMU of ours is in the run directory,
 * where people connect to it themselves: while they may.
 */
static bool start_console(App *app, GError **errp)
{
    bool keep = !app->serial && config_is_set(app->config, CONFIG_SERIAL);
    const char *text = app->serial ? app->serial :
                       config_get(app->config, CONFIG_SERIAL);
    g_autoptr(GSocketAddress) addr = NULL;

    if (!*text) {
        return true;
    }
    addr = addr_parse(text, "127.0.0.1", -1, errp);
    app->console = addr ? console_new(app->bmc, addr, keep) : NULL;
    return app->console != NULL;
}

static bool start_ipmi(App *app, GError **errp)
{
    g_autoptr(GSocketAddress) vm = NULL;
    g_autofree char *vm_text = NULL;
    GError *err = NULL;

    app->ipmi = ipmi_core_new(app->bmc);
    ipmi_sol_set_console(app->ipmi->sol, app->console);
    configure_ipmi(app);
    if (!services_start_ipmi(&app->services, app->ipmi, errp)) {
        return false;
    }
    if (!*config_get(app->config, CONFIG_VM_IPMI)) {
        return true;
    }
    vm = addr_parse(config_get(app->config, CONFIG_VM_IPMI), "127.0.0.1", -1,
                    errp);
    if (vm) {
        app->vm = ipmi_vm_new(app->ipmi, vm, get_vm_policy(app->config), &err);
    }
    if (!app->vm) {
        g_propagate_prefixed_error(errp, err, "in-band IPMI (VM_IPMI_ADDR, "
                                   "--vm-ipmi): ");
        return false;
    }
    if (!addr_is_local(vm)) {
        g_warning("in-band IPMI on an address that other hosts can reach: "
                  "whoever connects is taken for the VM, without a password "
                  "(a path in VM_IPMI_ADDR is best)");
    }
    vm_text = addr_to_string(ipmi_vm_address(app->vm));
    json_object_set_string_member(app->endpoints, "vm-ipmi", vm_text);
    return true;
}

static void pet_watchdog(void *opaque)
{
    App *app = opaque;

    sd_notify_send("WATCHDOG=1");
    clock_timer_start(app->clock, &app->watchdog,
                      sd_watchdog_interval_ms() / 2, pet_watchdog, app);
}

static void announce(App *app)
{
    GError *err = NULL;

    if (!services_publish(&app->services, &err)) {
        complain(err);
        g_error_free(err);
        end(app, EXIT_RUNTIME);
        return;
    }
    sd_notify_send("READY=1");
    if (sd_watchdog_interval_ms() > 0) {
        pet_watchdog(app);
    }
}

static void powered_on(GObject *source, GAsyncResult *res, void *opaque)
{
    App *app = opaque;
    g_autoptr(GError) err = NULL;

    if (!bmc_power_request_finish(app->bmc, res, &err) &&
        !bmc_error_is_cancelled(err)) {
        g_warning("cannot power the VM on at start: %s", err->message);
    }
}

static void launched(GObject *source, GAsyncResult *res, void *opaque)
{
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_INTERNAL };
    App *app = opaque;
    g_autoptr(GError) err = NULL;

    if (!machine_launch_start_finish(res, &err)) {
        if (!bmc_error_is_cancelled(err)) {
            complain(err);
            end(app, EXIT_RUNTIME);
        }
        return;
    }
    announce(app);
    if (config_get_bool(app->config, CONFIG_POWER_ON)) {
        bmc_power_request_async(app->bmc, BMC_POWER_ON, &origin, NULL,
                                powered_on, app);
    } else if (app->machine->state == MACHINE_STATE_PRELAUNCH) {
        bmc_chassis_restore(app->bmc);
    }
}

/*
 * QEMU comes last: nothing that can fail here leaves one behind, and the
 * in-band IPMI server is there before the guest looks for it.
 */
static void run(App *app)
{
    if (app->qemu_argv) {
        machine_launch_start_async(app->machine, launched, app);
    } else {
        announce(app);
    }
    g_main_loop_run(app->loop);
}

static bool start(App *app, GError **errp)
{
    const char *run_dir = config_get(app->config, CONFIG_RUN_DIR);

    app->clock = clock_new();
    app->endpoints = json_object_new();
    host_interface_init(&app->host, app->config, app->qemu_argv);
    return exposure_check(app->config, NULL, app->reset_accounts, errp) &&
           make_machine(app, errp) &&
           make_bmc(app, errp) &&
           (app->run_lock = rundir_prepare(run_dir, errp)) >= 0 &&
           start_console(app, errp) &&
           start_redfish(app, errp) &&
           start_ipmi(app, errp);
}

static void cleanup(App *app)
{
    clock_timer_stop(&app->watchdog);
    if (app->run_lock >= 0) {
        rundir_clean(config_get(app->config, CONFIG_RUN_DIR), app->run_lock);
    }
    ipmi_vm_free(app->vm);
    if (app->ipmi) {
        /* Whoever is connected is told while there is a way to. */
        ipmi_sol_set_console(app->ipmi->sol, NULL);
    }
    services_clear(&app->services);
    ipmi_core_free(app->ipmi);
    console_free(app->console);
    notifier_remove(&app->tls.notifier);
    http_server_free(app->http);
    rf_events_free(app->events);
    rf_service_free(app->redfish);
    bmc_free(app->bmc);
    machine_free(app->machine);
    g_free(app->serial);
    host_interface_clear(&app->host);
    clock_unref(app->clock);
    g_clear_pointer(&app->endpoints, json_object_unref);
    config_free(app->config);
    g_strfreev(app->qemu_argv);
    g_main_loop_unref(app->loop);
}

/* What GIO would otherwise load or ask, and a service must not. */
static void quiet_environment(void)
{
    signal(SIGPIPE, SIG_IGN);
    service_tls_init();
    g_setenv("GIO_USE_VFS", "local", TRUE);
    g_setenv("GIO_USE_PROXY_RESOLVER", "dummy", TRUE);
    g_setenv("GSETTINGS_BACKEND", "memory", TRUE);
}

/* Returns true if there is nothing more to do. */
static bool print_and_exit(App *app)
{
    g_autoptr(GString) resources = g_string_new(NULL);
    g_autofree char *power = NULL;
    g_autofree char *text = NULL;

    if (opt_version) {
        printf("qemu-bmc %s\n", QEMU_BMC_VERSION);
    } else if (opt_dump_conf) {
        text = config_dump(app->config);
        fputs(text, stdout);
    } else if (opt_dump_tables) {
        text = ipmi_core_dump();
        rf_dump_tables(resources);
        power = bmc_power_dump();
        printf("%s\n%s\n%s", text, resources->str, power);
    } else {
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    App app = { .run_lock = -1 };
    GError *err = NULL;
    bool done = false;

    /* QEMU starts one of these for each connection of the guest. */
    if (argc == 3 && g_str_equal(argv[1], "--connect")) {
        return host_interface_connect(argv[2]);
    }
    app.config = config_new();
    quiet_environment();
    app.loop = g_main_loop_new(NULL, FALSE);
    if (parse_command_line(&app, argc, argv, &err) && configure(&app, &err)) {
        done = print_and_exit(&app);
        if (!done) {
            log_init(config_get(app.config, CONFIG_LOG_LEVEL), &err);
        }
    }
    if (!err && !done) {
        g_unix_signal_add(SIGINT, on_signal, &app);
        g_unix_signal_add(SIGTERM, on_signal, &app);
        if (start(&app, &err)) {
            run(&app);
        }
    }
    if (err) {
        complain(err);
        app.exit_code = exit_code_for(err);
        g_error_free(err);
    }
    cleanup(&app);
    return app.exit_code;
}
