/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS as it is configured. */
#include "osdep.h"

#include "service-tls.h"

#include "bmc/certificate.h"
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

void service_tls_reload(Config *config, Bmc *bmc)
{
    if (bmc_certificate_tls(bmc) && bmc_certificate_is_fixed(bmc)) {
        bmc_certificate_reload(bmc, config_get(config, CONFIG_TLS_CERT),
                               config_get(config, CONFIG_TLS_KEY));
    }
}
