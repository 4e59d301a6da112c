/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which certificates of TLS clients are good, and whose they are. */
#ifndef QEMU_BMC_UTIL_TLS_TRUST_H
#define QEMU_BMC_UTIL_TLS_TRUST_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

/* Longest certificate of an authority, PEM. */
#define TLS_CA_MAX (16 * 1024)

/**
 * TlsTrustName: what of a certificate says whose it is.
 *
 * @TLS_TRUST_COMMON_NAME: the common name of its subject
 * @TLS_TRUST_PRINCIPAL: the User Principal Name (OID 1.3.6.1.4.1.311.20.2.3)
 *                       among its alternative names
 */
typedef enum TlsTrustName {
    TLS_TRUST_COMMON_NAME,
    TLS_TRUST_PRINCIPAL,
    TLS_TRUST__MAX,
} TlsTrustName;

/**
 * TlsTrust: the authorities that are trusted to sign certificates of
 * clients.
 */
typedef struct TlsTrust TlsTrust;

/**
 * tls_ca_make: check the certificate of an authority.
 *
 * @text: PEM; one certificate
 * @errp: BMC_ERROR_INVALID: it is none or more than one, is not that of an
 *        authority, is not valid now, or its key is weak
 *
 * Returns: (transfer full): that certificate and nothing else, PEM; or NULL
 */
char *tls_ca_make(const char *text, GError **errp);

/**
 * tls_trust_new: trust nobody.
 *
 * Returns: (transfer full): the list
 */
TlsTrust *tls_trust_new(void);

/**
 * tls_trust_free: free it.
 *
 * @trust: the list, or NULL
 */
void tls_trust_free(TlsTrust *trust);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TlsTrust, tls_trust_free)

/**
 * tls_trust_add: trust one more. It need not have signed itself.
 *
 * @trust: the list
 * @pem: from tls_ca_make()
 *
 * Returns: true on success
 */
bool tls_trust_add(TlsTrust *trust, const char *pem);

/**
 * tls_trust_check: check what a TLS client has presented (RFC 5280 section
 * 6): the chain up to somebody who is trusted, without a look at lists of
 * revoked ones; that all of it is valid now; that it is for TLS clients and
 * for signatures; that neither keys nor digests are weak. That the client has
 * the key is for TLS to find out.
 *
 * @trust: the list
 * @certificate: what it has presented, with the chain as its issuers
 * @which: which name is wanted
 * @until_us: (out): when the first of them expires, or who is trusted,
 *            microseconds since 1970
 * @errp: BMC_ERROR_AUTH, with what is wrong
 *
 * Returns: (transfer full): the one such name that it has, or NULL
 */
char *tls_trust_check(const TlsTrust *trust, GTlsCertificate *certificate,
                      TlsTrustName which, int64_t *until_us, GError **errp);

#endif /* QEMU_BMC_UTIL_TLS_TRUST_H */
