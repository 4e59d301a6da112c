/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the BMC listens on the network, as configured and as the hub has it. */
#ifndef QEMU_BMC_SERVICES_H
#define QEMU_BMC_SERVICES_H

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "bmc/bmc.h"
#include "config.h"
#include "ipmi/ipmi-core.h"
#include "ipmi/ipmi-lan.h"
#include "redfish/http.h"

/**
 * Services: what listens.
 *
 * @endpoints: what is told of it in the run directory
 * @http: Redfish; NULL: not yet
 * @redfish: where it listens, or NULL
 * @ipmi: IPMI; NULL: not yet
 * @lan: where it listens, or NULL
 * @busy: the hub waits for us
 * @published: the run directory tells of it
 */
typedef struct Services {
    Config *config;
    Bmc *bmc;
    JsonObject *endpoints;
    HttpServer *http;
    GSocketAddress *redfish;
    IpmiCore *ipmi;
    IpmiLan *lan;
    bool busy;
    bool published;
    Notifier notifier;
} Services;

/**
 * services_init: begin; nothing listens yet.
 *
 * @services: zero; filled in
 * @config: the configuration
 * @bmc: the hub
 * @endpoints: what is told in the run directory; both sides write to it
 */
void services_init(Services *services, Config *config, Bmc *bmc,
                   JsonObject *endpoints);

/**
 * services_start_redfish: let Redfish listen, unless that is disabled.
 *
 * @services: the services
 * @http: the server
 * @errp: what to do
 *
 * Returns: true on success
 */
bool services_start_redfish(Services *services, HttpServer *http,
                            GError **errp);

/**
 * services_start_ipmi: let IPMI over LAN listen, unless that is disabled.
 *
 * @services: the services
 * @core: IPMI
 * @errp: what to do
 *
 * Returns: true on success
 */
bool services_start_ipmi(Services *services, IpmiCore *core, GError **errp);

/**
 * services_publish: tell of it in the run directory, also when it changes.
 *
 * @services: the services
 * @errp: as rundir_publish()
 *
 * Returns: true on success
 */
bool services_publish(Services *services, GError **errp);

/**
 * services_clear: IPMI over LAN ends, and nothing follows the hub any more.
 *
 * @services: the services
 */
void services_clear(Services *services);

#endif /* QEMU_BMC_SERVICES_H */
