/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests for certificates (PKCS #10, RFC 2986). */
#include "osdep.h"

#include <gio/gio.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "util/error.h"
#include "util/secret.h"
#include "util/tls-cert.h"

#define ALTERNATIVES_MAX 64
#define ALTERNATIVE_SIZE 256

static const char *const name_oids[TLS_NAME__MAX] = {
    [TLS_NAME_COMMON] = GNUTLS_OID_X520_COMMON_NAME,
    [TLS_NAME_ORGANIZATION] = GNUTLS_OID_X520_ORGANIZATION_NAME,
    [TLS_NAME_UNIT] = GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME,
    [TLS_NAME_CITY] = GNUTLS_OID_X520_LOCALITY_NAME,
    [TLS_NAME_STATE] = GNUTLS_OID_X520_STATE_OR_PROVINCE_NAME,
    [TLS_NAME_COUNTRY] = GNUTLS_OID_X520_COUNTRY_NAME,
    [TLS_NAME_EMAIL] = GNUTLS_OID_PKCS9_EMAIL,
};

static const struct {
    gnutls_pk_algorithm_t algo;
    unsigned bits;
    gnutls_digest_algorithm_t digest;
} kinds[] = {
    [TLS_KEY_P256] = { GNUTLS_PK_ECDSA,
                       GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1),
                       GNUTLS_DIG_SHA256 },
    [TLS_KEY_P384] = { GNUTLS_PK_ECDSA,
                       GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1),
                       GNUTLS_DIG_SHA384 },
    [TLS_KEY_RSA_2048] = { GNUTLS_PK_RSA, 2048, GNUTLS_DIG_SHA256 },
    [TLS_KEY_RSA_3072] = { GNUTLS_PK_RSA, 3072, GNUTLS_DIG_SHA256 },
    [TLS_KEY_RSA_4096] = { GNUTLS_PK_RSA, 4096, GNUTLS_DIG_SHA256 },
};

TlsCsr *tls_csr_copy(const TlsCsr *csr)
{
    TlsCsr *copy = g_new0(TlsCsr, 1);
    unsigned i;

    for (i = 0; i < TLS_NAME__MAX; i++) {
        copy->subject[i] = g_strdup(csr->subject[i]);
    }
    copy->alternative = g_strdupv(csr->alternative);
    copy->key = csr->key;
    return copy;
}

void tls_csr_free(TlsCsr *csr)
{
    unsigned i;

    if (!csr) {
        return;
    }
    for (i = 0; i < TLS_NAME__MAX; i++) {
        g_free(csr->subject[i]);
    }
    g_strfreev(csr->alternative);
    g_free(csr);
}

static int add_alternative(gnutls_x509_crq_t crq, const char *name)
{
    g_autoptr(GInetAddress) addr = g_inet_address_new_from_string(name);

    if (addr) {
        return gnutls_x509_crq_set_subject_alt_name(
            crq, GNUTLS_SAN_IPADDRESS, g_inet_address_to_bytes(addr),
            g_inet_address_get_native_size(addr), GNUTLS_FSAN_APPEND);
    }
    return gnutls_x509_crq_set_subject_alt_name(
        crq, GNUTLS_SAN_DNSNAME, name, strlen(name), GNUTLS_FSAN_APPEND);
}

/* Returns a GnuTLS error code. */
static int fill(gnutls_x509_crq_t crq, gnutls_x509_privkey_t key,
                const TlsCsr *csr)
{
    char **name;
    unsigned i;
    int rc = gnutls_x509_crq_set_version(crq, 1);

    for (i = 0; i < TLS_NAME__MAX && rc >= 0; i++) {
        if (csr->subject[i] && *csr->subject[i]) {
            rc = gnutls_x509_crq_set_dn_by_oid(crq, name_oids[i], 0,
                                               csr->subject[i],
                                               strlen(csr->subject[i]));
        }
    }
    for (name = csr->alternative; name && *name && rc >= 0; name++) {
        rc = add_alternative(crq, *name);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crq_set_key_purpose_oid(
            crq, GNUTLS_KP_TLS_WWW_SERVER, 0);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crq_set_key(crq, key);
    }
    return rc;
}

/* The function of the library that signs with such a key is deprecated. */
static int sign(gnutls_x509_crq_t crq, gnutls_x509_privkey_t key,
                gnutls_digest_algorithm_t digest)
{
    gnutls_privkey_t abstract = NULL;
    int rc = gnutls_privkey_init(&abstract);

    if (rc >= 0) {
        rc = gnutls_privkey_import_x509(abstract, key, 0);
    }
    if (rc >= 0) {
        rc = gnutls_x509_crq_privkey_sign(crq, abstract, digest, 0);
    }
    if (abstract) {
        gnutls_privkey_deinit(abstract);
    }
    return rc;
}

static void set_error(int rc, GError **errp)
{
    g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                "the request cannot be made: %s", gnutls_strerror(rc));
}

/* @digest: %GNUTLS_DIG_UNKNOWN: as it fits the key */
static char *print_request(const TlsCsr *csr, gnutls_x509_privkey_t key,
                           gnutls_digest_algorithm_t digest, GError **errp)
{
    gnutls_x509_crq_t crq = NULL;
    gnutls_datum_t pem = { NULL, 0 };
    char *text = NULL;
    int rc;

    if ((rc = gnutls_x509_crq_init(&crq)) < 0 ||
        (rc = fill(crq, key, csr)) < 0 ||
        (rc = sign(crq, key, digest)) < 0 ||
        (rc = gnutls_x509_crq_export2(crq, GNUTLS_X509_FMT_PEM, &pem)) < 0) {
        set_error(rc, errp);
    } else {
        text = g_strndup((char *)pem.data, pem.size);
    }
    gnutls_free(pem.data);
    if (crq) {
        gnutls_x509_crq_deinit(crq);
    }
    return text;
}

char *tls_csr_make(const TlsCsr *csr, char **key, GError **errp)
{
    gnutls_x509_privkey_t privkey = NULL;
    gnutls_datum_t key_pem = { NULL, 0 };
    char *text = NULL;
    int rc;

    if ((rc = gnutls_x509_privkey_init(&privkey)) < 0 ||
        (rc = gnutls_x509_privkey_generate(privkey, kinds[csr->key].algo,
                                           kinds[csr->key].bits, 0)) < 0 ||
        (rc = gnutls_x509_privkey_export2_pkcs8(
             privkey, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
             &key_pem)) < 0) {
        set_error(rc, errp);
    } else {
        text = print_request(csr, privkey, kinds[csr->key].digest, errp);
    }
    if (text) {
        *key = g_strndup((char *)key_pem.data, key_pem.size);
    }
    if (key_pem.data) {
        secret_wipe(key_pem.data, key_pem.size);
        gnutls_free(key_pem.data);
    }
    if (privkey) {
        gnutls_x509_privkey_deinit(privkey);
    }
    return text;
}

char *tls_csr_renew(const TlsCsr *csr, const char *key, GError **errp)
{
    gnutls_datum_t datum = { (unsigned char *)key, strlen(key) };
    gnutls_x509_privkey_t privkey = NULL;
    char *text = NULL;
    int rc;

    if ((rc = gnutls_x509_privkey_init(&privkey)) < 0 ||
        (rc = gnutls_x509_privkey_import2(privkey, &datum,
                                          GNUTLS_X509_FMT_PEM, NULL,
                                          0)) < 0) {
        set_error(rc, errp);
    } else {
        text = print_request(csr, privkey, GNUTLS_DIG_UNKNOWN, errp);
    }
    if (privkey) {
        gnutls_x509_privkey_deinit(privkey);
    }
    return text;
}

/* As add_alternative() takes it; NULL for what that does not take. */
static char *read_alternative(unsigned type, const uint8_t *bytes, size_t len)
{
    g_autoptr(GInetAddress) addr = NULL;

    if (type == GNUTLS_SAN_DNSNAME && len && !memchr(bytes, '\0', len)) {
        return g_strndup((const char *)bytes, len);
    }
    if (type == GNUTLS_SAN_IPADDRESS && (len == 4 || len == 16)) {
        addr = g_inet_address_new_from_bytes(
            bytes, len == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
        return g_inet_address_to_string(addr);
    }
    return NULL;
}

static char **read_alternatives(gnutls_x509_crt_t crt)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    unsigned n;

    for (n = 0; n < ALTERNATIVES_MAX; n++) {
        uint8_t bytes[ALTERNATIVE_SIZE];
        size_t len = sizeof(bytes);
        g_autofree char *name = NULL;
        int type = gnutls_x509_crt_get_subject_alt_name(crt, n, bytes, &len,
                                                        NULL);

        if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
            break;
        }
        name = type < 0 ? NULL : read_alternative(type, bytes, len);
        if (name) {
            g_strv_builder_add(names, name);
        }
    }
    return g_strv_builder_end(names);
}

TlsCsr *tls_csr_of(const char *pem, GError **errp)
{
    g_autoptr(TlsCertInfo) info = tls_cert_info_new(pem, errp);
    gnutls_datum_t datum = { (unsigned char *)pem, strlen(pem) };
    gnutls_x509_crt_t crt = NULL;
    TlsCsr *csr;
    unsigned i;

    if (!info) {
        return NULL;
    }
    csr = g_new0(TlsCsr, 1);
    for (i = 0; i < TLS_NAME__MAX; i++) {
        csr->subject[i] = g_steal_pointer(&info->subject[i]);
    }
    if (gnutls_x509_crt_init(&crt) >= 0) {
        if (gnutls_x509_crt_import(crt, &datum, GNUTLS_X509_FMT_PEM) >= 0) {
            csr->alternative = read_alternatives(crt);
        }
        gnutls_x509_crt_deinit(crt);
    }
    return csr;
}
