/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS as it is configured. */
#ifndef QEMU_BMC_SERVICE_TLS_H
#define QEMU_BMC_SERVICE_TLS_H

#include <gio/gio.h>

#include "bmc/bmc.h"
#include "config.h"
#include "redfish/http.h"

/**
 * ServiceTls: keeps what a server does as the hub has it.
 */
typedef struct ServiceTls {
    Bmc *bmc;
    HttpServer *http;
    Notifier notifier;
} ServiceTls;

/**
 * service_tls_init: choose protocols and ciphers; before GIO's first use of
 * TLS.
 */
void service_tls_init(void);

/**
 * service_tls_load: load or make the certificate that is configured, and
 * tell the hub.
 *
 * @config: the configuration
 * @bmc: the hub
 * @errp: as tls_load()
 *
 * Returns: (transfer full): the certificate, or NULL
 */
GTlsCertificate *service_tls_load(Config *config, Bmc *bmc, GError **errp);

/**
 * service_tls_follow: present another certificate when there is one, and ask
 * clients for theirs as the hub wants it. Ends with notifier_remove() of
 * ServiceTls.notifier.
 *
 * @tls: zero; filled in
 * @bmc: the hub
 * @http: the server
 */
void service_tls_follow(ServiceTls *tls, Bmc *bmc, HttpServer *http);

/**
 * service_tls_reload: read the host's administrator's files again, if there
 * are any.
 *
 * @config: the configuration
 * @bmc: the hub
 */
void service_tls_reload(Config *config, Bmc *bmc);

#endif /* QEMU_BMC_SERVICE_TLS_H */
