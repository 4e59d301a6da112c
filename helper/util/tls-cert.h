/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What certificates say, requests for them, and whether one can be used. */
#ifndef QEMU_BMC_UTIL_TLS_CERT_H
#define QEMU_BMC_UTIL_TLS_CERT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Longest PEM text that is looked at: a long chain and a large RSA key. */
#define TLS_PEM_MAX (64 * 1024)
#define TLS_CHAIN_MAX 8

/**
 * TlsName: parts of the name of a subject or issuer.
 */
typedef enum TlsName {
    TLS_NAME_COMMON,
    TLS_NAME_ORGANIZATION,
    TLS_NAME_UNIT,
    TLS_NAME_CITY,
    TLS_NAME_STATE,
    TLS_NAME_COUNTRY,
    TLS_NAME_EMAIL,
    TLS_NAME__MAX,
} TlsName;

/**
 * TlsKeyType: kinds of keys that are made.
 */
typedef enum TlsKeyType {
    TLS_KEY_P256,
    TLS_KEY_P384,
    TLS_KEY_RSA_2048,
    TLS_KEY_RSA_3072,
    TLS_KEY_RSA_4096,
} TlsKeyType;

/**
 * TlsCertInfo: what a certificate says.
 *
 * @pem: it and the rest of its chain, without a key
 * @n_certs: how many those are
 * @subject: parts of its subject; NULL where there is none
 * @issuer: parts of its issuer
 * @not_before_us: microseconds since 1970
 * @not_after_us: microseconds since 1970
 * @fingerprint: SHA-256, hexadecimal, with colons
 * @serial: hexadecimal, with colons
 * @signature: name of the signature's algorithm
 * @usage: its key usage, RFC 5280 section 4.2.1.3: bit 0 is the first one
 *         there
 * @server: it is for TLS servers
 * @client: it is for TLS clients
 */
typedef struct TlsCertInfo {
    char *pem;
    unsigned n_certs;
    char *subject[TLS_NAME__MAX];
    char *issuer[TLS_NAME__MAX];
    int64_t not_before_us;
    int64_t not_after_us;
    char *fingerprint;
    char *serial;
    const char *signature;
    unsigned usage;
    bool server;
    bool client;
} TlsCertInfo;

/**
 * TlsCsr: a request for a certificate.
 *
 * @subject: parts of the subject; NULL where there is none
 * @alternative: (nullable): DNS names and numeric addresses, NULL-terminated
 * @key: kind of the new key
 */
typedef struct TlsCsr {
    char *subject[TLS_NAME__MAX];
    char **alternative;
    TlsKeyType key;
} TlsCsr;

/**
 * tls_cert_info_new: read a certificate.
 *
 * @pem: the certificate, followed by its chain
 * @errp: BMC_ERROR_INVALID
 *
 * Returns: (transfer full): what it says, or NULL
 */
TlsCertInfo *tls_cert_info_new(const char *pem, GError **errp);

/**
 * tls_cert_info_free: free it.
 *
 * @info: it, or NULL
 */
void tls_cert_info_free(TlsCertInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TlsCertInfo, tls_cert_info_free)

/**
 * tls_name_unescape: a part of a name as it is. GnuTLS writes it as RFC 4514
 * has it, as a part of a longer text.
 *
 * @text: as GnuTLS writes it
 *
 * Returns: (transfer full): the text; or NULL if it is none, or has a zero
 * in it
 */
char *tls_name_unescape(const char *text);

/**
 * tls_cert_to_der: read one certificate.
 *
 * @pem: the certificate, alone
 * @errp: BMC_ERROR_INVALID
 *
 * Returns: (transfer full): the same in DER, or NULL
 */
GBytes *tls_cert_to_der(const char *pem, GError **errp);

/**
 * tls_csr_copy: copy a request.
 *
 * @csr: the request
 *
 * Returns: (transfer full): the copy
 */
TlsCsr *tls_csr_copy(const TlsCsr *csr);

/**
 * tls_csr_free: free a copy.
 *
 * @csr: the copy, or NULL
 */
void tls_csr_free(TlsCsr *csr);

/**
 * tls_csr_make: make a key and a request for its certificate. It may take a
 * second, so it is for threads.
 *
 * @csr: what to ask for
 * @key: (out) (transfer full): the key, PEM; free with secret_free()
 * @errp: BMC_ERROR_INVALID when the request cannot be so
 *
 * Returns: (transfer full): the request, PEM, or NULL
 */
char *tls_csr_make(const TlsCsr *csr, char **key, GError **errp);

/**
 * tls_csr_of: what another certificate like one would be asked for with.
 *
 * @pem: the certificate; its chain may follow
 * @errp: BMC_ERROR_INVALID
 *
 * Returns: (transfer full): its subject and alternative names, with the
 *          default kind of key; or NULL
 */
TlsCsr *tls_csr_of(const char *pem, GError **errp);

/**
 * tls_csr_renew: make a request for a certificate of a key that there is.
 *
 * @csr: what to ask for; its kind of key does not matter
 * @key: the key, PEM
 * @errp: BMC_ERROR_INVALID when the request cannot be so
 *
 * Returns: (transfer full): the request, PEM, or NULL
 */
char *tls_csr_renew(const TlsCsr *csr, const char *key, GError **errp);

/**
 * tls_pair_make: put a server's certificate together with its key.
 *
 * @text: PEM: the certificate, the rest of its chain in order, and perhaps
 *        its key
 * @keys: PEM keys to try where @text has none, NULL-terminated
 * @used: (out): index of the key in @keys, or -1
 * @errp: BMC_ERROR_INVALID: it is no certificate, is not valid now, is not
 *        for servers, is too weak, or none of the keys belongs to it
 *
 * Returns: (transfer full): the certificate, its chain and its key, PEM;
 *          free with secret_free(); or NULL
 */
char *tls_pair_make(const char *text, const char *const *keys, int *used,
                    GError **errp);

#endif /* QEMU_BMC_UTIL_TLS_CERT_H */
