/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS as it is configured. */
#include "osdep.h"

#include "service-tls.h"

#include "bmc/certificate.h"
#include "bmc/trust.h"
#include "util/tls.h"

/*
 * TLS 1.2 and 1.3, ciphers that authenticate, and keys that are gone after
 * the connection. GIO's own choice has TLS 1.0 in it.
 */
#define TLS_PRIORITY \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-CIPHER-ALL:" \
    "+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:-MAC-ALL:+AEAD:" \
    "-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:%COMPAT"

void service_tls_init(void)
{
    g_setenv("G_TLS_GNUTLS_PRIORITY", TLS_PRIORITY, FALSE);
}

GTlsCertificate *service_tls_load(Config *config, Bmc *bmc, GError **errp)
{
    g_autofree char *name = g_strdup_printf("qemu-bmc %s",
                                            config_get(config, CONFIG_NAME));
    const char *hosts[] = { NULL, g_get_host_name(), NULL };
    const char *address = config_get(config, CONFIG_ADDRESS);
    bool fixed = *config_get(config, CONFIG_TLS_CERT);
    GTlsCertificate *cert;

    hosts[0] = g_str_equal(address, "*") ? "localhost" : address;
    cert = fixed
        ? tls_load(config_get(config, CONFIG_TLS_CERT),
                   config_get(config, CONFIG_TLS_KEY), errp)
        : tls_load_or_generate(config_get(config, CONFIG_STATE_DIR), name,
                               hosts, errp);
    if (cert && !tls_set_server_defaults(cert, errp)) {
        g_clear_object(&cert);
    }
    if (cert) {
        bmc_certificate_set(bmc, cert, fixed);
    }
    return cert;
}

static bool is_good(GTlsCertificate *certificate, void *opaque)
{
    return bmc_trust_user(opaque, certificate, NULL);
}

static void ask_clients(ServiceTls *tls)
{
    g_autofree char *pem = bmc_trust_pem(tls->bmc);
    g_autoptr(GTlsDatabase) authorities = NULL;
    g_autoptr(GError) err = NULL;

    if (pem) {
        authorities = tls_database_new(pem, &err);
        if (!authorities) {
            g_warning("clients are not asked for certificates: %s",
                      err->message);
        }
    }
    http_server_set_trust(tls->http, authorities,
                          authorities && bmc_trust_required(tls->bmc)
                              ? is_good : NULL, tls->bmc);
}

static void changed(void *opaque, const void *data)
{
    ServiceTls *tls = opaque;
    const BmcChange *change = data;

    if (change->part == BMC_PART_CERTIFICATE) {
        http_server_set_certificate(tls->http, bmc_certificate_tls(tls->bmc));
    } else if (change->part == BMC_PART_TRUST) {
        ask_clients(tls);
    }
}

void service_tls_follow(ServiceTls *tls, Bmc *bmc, HttpServer *http)
{
    tls->bmc = bmc;
    tls->http = http;
    ask_clients(tls);
    notifier_list_add(bmc_notifiers(bmc), &tls->notifier, changed, tls);
}

void service_tls_reload(Config *config, Bmc *bmc)
{
    if (bmc_certificate_tls(bmc) && bmc_certificate_is_fixed(bmc)) {
        bmc_certificate_reload(bmc, config_get(config, CONFIG_TLS_CERT),
                               config_get(config, CONFIG_TLS_KEY));
    }
}
