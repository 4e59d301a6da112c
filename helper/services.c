/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the BMC listens on the network. Another port is taken before the old
 * one is given up, so that what fails changes nothing.
 */
#include "osdep.h"

#include "services.h"

#include "bmc/certificate.h"
#include "bmc/lan.h"
#include "bmc/network.h"
#include "rundir.h"
#include "util/addr.h"
#include "util/error.h"

static const struct {
    const char *name;
    ConfigKey key;
    const char *setting;
    const char *endpoint;
} rows[BMC_NET__MAX] = {
    [BMC_NET_REDFISH] = { "Redfish", CONFIG_REDFISH_PORT,
                          "REDFISH_PORT or --redfish-port", "redfish" },
    [BMC_NET_IPMI] = { "IPMI over LAN", CONFIG_IPMI_PORT,
                       "IPMI_PORT or --ipmi-port", "ipmi" },
};

static bool has_tls(const Services *services)
{
    return !g_str_equal(config_get(services->config, CONFIG_TLS), "off");
}

/* The address as configured, with another port unless that is 0. */
static GSocketAddress *address_for(const Services *services,
                                   BmcNetService service, unsigned port)
{
    g_autoptr(GSocketAddress) addr = config_get_address(services->config,
                                                        rows[service].key);
    GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS(addr);
    guint32 scope = 0;

    if (!port) {
        return g_steal_pointer(&addr);
    }
    if (g_socket_address_get_family(addr) == G_SOCKET_FAMILY_IPV6) {
        scope = g_inet_socket_address_get_scope_id(inet);
    }
    return g_object_new(G_TYPE_INET_SOCKET_ADDRESS,
                        "address", g_inet_socket_address_get_address(inet),
                        "port", port, "scope-id", scope, NULL);
}

/* What to do about it depends on which service could not listen. */
static void explain_listen(BmcNetService service, GError *err, GError **errp)
{
    const char *setting = rows[service].setting;
    const char *reason = "";

    if (g_error_matches(err, BMC_ERROR, BMC_ERROR_NOT_FOUND)) {
        setting = "BMC_ADDRESS or --address";
    } else if (g_error_matches(err, BMC_ERROR, BMC_ERROR_PERMISSION)) {
        reason = "a port below 1024 needs root or CAP_NET_BIND_SERVICE; ";
    }
    g_set_error(errp, err->domain, err->code, "%s: %s (%schoose another with "
                "%s)", rows[service].name, err->message, reason, setting);
    g_error_free(err);
}

/* @text: (nullable): where; NULL: nowhere. */
static void tell(Services *services, BmcNetService service, const char *text)
{
    g_autoptr(GError) err = NULL;

    if (text) {
        json_object_set_string_member(services->endpoints,
                                      rows[service].endpoint, text);
        g_message("%s at %s", rows[service].name, text);
    } else {
        json_object_remove_member(services->endpoints,
                                  rows[service].endpoint);
    }
    if (services->published &&
        !rundir_publish(config_get(services->config, CONFIG_RUN_DIR),
                        services->endpoints, &err)) {
        g_warning("%s", err->message);
    }
}

/*
 * Step: what is to be done about a service, once nothing can fail any more.
 *
 * @close: listen no more
 * @bound: (nullable): where Redfish listens already, beside the old address
 * @lan: (nullable): the same for IPMI
 */
typedef struct Step {
    bool close;
    GSocketAddress *bound;
    IpmiLan *lan;
} Step;

static void take_redfish(Services *services, GSocketAddress *bound)
{
    g_autoptr(GSocketAddress) old = services->redfish;
    g_autofree char *text = addr_to_string(bound);
    g_autofree char *url = g_strdup_printf(
        "%s://%s", has_tls(services) ? "https" : "http", text);

    services->redfish = bound;
    if (old) {
        http_server_unlisten(services->http, old, false);
    }
    bmc_set_redfish_port(
        services->bmc,
        g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound)),
        has_tls(services));
    tell(services, BMC_NET_REDFISH, url);
}

static void close_redfish(Services *services)
{
    g_autoptr(GSocketAddress) old = g_steal_pointer(&services->redfish);

    if (old) {
        http_server_unlisten(services->http, old, true);
    }
    bmc_set_redfish_port(services->bmc, 0, has_tls(services));
    tell(services, BMC_NET_REDFISH, NULL);
}

static void take_ipmi(Services *services, IpmiLan *lan)
{
    g_autofree char *text = addr_to_string(ipmi_lan_address(lan));

    ipmi_lan_free(services->lan);
    services->lan = lan;
    bmc_lan_set_bound(services->bmc, ipmi_lan_address(lan));
    tell(services, BMC_NET_IPMI, text);
}

/* The address is known even then: it is the host's. */
static void close_ipmi(Services *services)
{
    g_autoptr(GSocketAddress) addr = config_get_address(services->config,
                                                        CONFIG_IPMI_PORT);
    GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS(addr);
    g_autoptr(GSocketAddress) nowhere = g_inet_socket_address_new(
        g_inet_socket_address_get_address(inet), 0);

    g_clear_pointer(&services->lan, ipmi_lan_free);
    bmc_lan_set_bound(services->bmc, nowhere);
    tell(services, BMC_NET_IPMI, NULL);
}

static bool is_started(const Services *services, BmcNetService service)
{
    return service == BMC_NET_IPMI ? services->ipmi != NULL
                                   : services->http != NULL;
}

/* The port that is bound, or 0. */
static unsigned bound_port(const Services *services, BmcNetService service)
{
    GSocketAddress *addr = service == BMC_NET_REDFISH ? services->redfish :
                           services->lan ? ipmi_lan_address(services->lan) :
                           NULL;

    return addr ? g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(addr))
                : 0;
}

/* A fixed port is the configured one, whatever was kept. */
static unsigned wanted_port(const Services *services, BmcNetService service,
                            unsigned port)
{
    return bmc_network_port_fixed(services->bmc, service) || !port
           ? config_get_number(services->config, rows[service].key) : port;
}

/* All that can fail. */
static bool prepare(Services *services, BmcNetService service,
                    const BmcNetSetting *setting, Step *step, GError **errp)
{
    unsigned port = wanted_port(services, service, setting->port);
    unsigned bound = bound_port(services, service);
    g_autoptr(GSocketAddress) addr = NULL;

    if (!is_started(services, service)) {
        return true;
    }
    if (!setting->enabled) {
        step->close = true;
        return true;
    }
    if (bound && (bound == port || !port)) {
        return true;
    }
    addr = address_for(services, service, port);
    if (service == BMC_NET_IPMI) {
        step->lan = ipmi_lan_new(services->ipmi, addr, errp);
        return step->lan;
    }
    step->bound = http_server_listen(
        services->http, addr,
        has_tls(services) ? bmc_certificate_tls(services->bmc) : NULL, errp);
    return step->bound;
}

static void undo(Services *services, Step *step)
{
    if (step->bound) {
        http_server_unlisten(services->http, step->bound, false);
        g_clear_object(&step->bound);
    }
    g_clear_pointer(&step->lan, ipmi_lan_free);
}

static void commit(Services *services, BmcNetService service, Step *step)
{
    if (step->close && service == BMC_NET_IPMI) {
        close_ipmi(services);
    } else if (step->close) {
        close_redfish(services);
    } else if (step->lan) {
        take_ipmi(services, step->lan);
    } else if (step->bound) {
        take_redfish(services, step->bound);
    }
}

static bool apply(Services *services, const BmcNetSettings settings,
                  BmcNetService *failed, GError **errp)
{
    Step steps[BMC_NET__MAX] = { 0 };
    unsigned i, n;

    for (n = 0; n < BMC_NET__MAX; n++) {
        if (settings[n] &&
            !prepare(services, n, settings[n], &steps[n], errp)) {
            *failed = n;
            break;
        }
    }
    for (i = 0; i < BMC_NET__MAX; i++) {
        if (n < BMC_NET__MAX) {
            undo(services, &steps[i]);
        } else {
            commit(services, i, &steps[i]);
        }
    }
    return n == BMC_NET__MAX;
}

static bool apply_one(Services *services, BmcNetService service,
                      const BmcNetSetting *setting, GError **errp)
{
    BmcNetSettings settings = { NULL };
    BmcNetService failed;

    settings[service] = setting;
    return apply(services, settings, &failed, errp);
}

static bool apply_for_hub(const BmcNetSettings settings, void *opaque,
                          BmcNetService *failed, GError **errp)
{
    Services *services = opaque;
    bool ok;

    /* What is told meanwhile is neither the old state nor the new one. */
    services->busy = true;
    ok = apply(services, settings, failed, errp);
    services->busy = false;
    return ok;
}

/* IPMI in the guest can enable IPMI over LAN again. */
static void hub_changed(void *opaque, const void *data)
{
    Services *services = opaque;
    const BmcChange *change = data;
    bool open = bmc_network_is_open(services->bmc, BMC_NET_IPMI);
    BmcNetSetting setting = bmc_network_get(services->bmc, BMC_NET_IPMI);
    g_autoptr(GError) err = NULL;

    if (change->part != BMC_PART_LAN || !services->ipmi || services->busy ||
        open == (services->lan != NULL)) {
        return;
    }
    setting.enabled = open;
    if (!apply_one(services, BMC_NET_IPMI, &setting, &err)) {
        g_warning("IPMI over LAN stays closed: %s", err->message);
    }
}

void services_init(Services *services, Config *config, Bmc *bmc,
                   JsonObject *endpoints)
{
    unsigned i;

    services->config = config;
    services->bmc = bmc;
    services->endpoints = endpoints;
    for (i = 0; i < BMC_NET__MAX; i++) {
        if (config_source(config, rows[i].key) == CONFIG_SOURCE_OPTION &&
            config_get_number(config, rows[i].key)) {
            bmc_network_fix_port(bmc, i, "the port is given on the command "
                                         "line of qemu-bmc");
        }
    }
    if (config_get_number(config, CONFIG_LAN_PORT)) {
        bmc_network_fix_port(bmc, BMC_NET_IPMI, "clients come through a port "
                             "of the host that the configuration names "
                             "([lan] port)");
    }
    bmc_network_attach(bmc, apply_for_hub, services);
    notifier_list_add(bmc_notifiers(bmc), &services->notifier, hub_changed,
                      services);
}

/* A port that was set later must not keep the BMC from being reached. */
static bool start(Services *services, BmcNetService service, GError **errp)
{
    BmcNetSetting setting = bmc_network_get(services->bmc, service);
    unsigned port = wanted_port(services, service, setting.port);
    unsigned configured = config_get_number(services->config,
                                            rows[service].key);
    GError *err = NULL;

    setting.enabled = bmc_network_is_open(services->bmc, service);
    if (!setting.enabled) {
        g_message("%s is disabled, as was set over Redfish or IPMI",
                  rows[service].name);
    } else if (port != configured) {
        g_message("%s: port %u, as was set over Redfish, not %u as "
                  "configured", rows[service].name, port, configured);
    }
    if (apply_one(services, service, &setting, &err)) {
        return true;
    }
    if (port != configured) {
        g_warning("%s: %s; using port %u as configured", rows[service].name,
                  err->message, configured);
        g_clear_error(&err);
        setting.port = 0;
        if (apply_one(services, service, &setting, &err)) {
            return true;
        }
    }
    explain_listen(service, err, errp);
    return false;
}

bool services_start_redfish(Services *services, HttpServer *http,
                            GError **errp)
{
    services->http = http;
    return start(services, BMC_NET_REDFISH, errp);
}

bool services_start_ipmi(Services *services, IpmiCore *core, GError **errp)
{
    services->ipmi = core;
    return start(services, BMC_NET_IPMI, errp);
}

bool services_publish(Services *services, GError **errp)
{
    services->published = true;
    return rundir_publish(config_get(services->config, CONFIG_RUN_DIR),
                          services->endpoints, errp);
}

void services_clear(Services *services)
{
    notifier_remove(&services->notifier);
    if (services->bmc) {
        bmc_network_attach(services->bmc, NULL, NULL);
    }
    g_clear_pointer(&services->lan, ipmi_lan_free);
    g_clear_object(&services->redfish);
}
