/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What certificates say, and whether one can be used. */
#include "osdep.h"

#include "util/tls-cert.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "util/error.h"
#include "util/secret.h"

#define SERIAL_MAX 64
#define PURPOSE_MAX 64
#define PURPOSES_MAX 32
#define RSA_BITS_MIN 2048
#define CURVE_BITS_MIN 256

static const char *const name_oids[TLS_NAME__MAX] = {
    [TLS_NAME_COMMON] = GNUTLS_OID_X520_COMMON_NAME,
    [TLS_NAME_ORGANIZATION] = GNUTLS_OID_X520_ORGANIZATION_NAME,
    [TLS_NAME_UNIT] = GNUTLS_OID_X520_ORGANIZATIONAL_UNIT_NAME,
    [TLS_NAME_CITY] = GNUTLS_OID_X520_LOCALITY_NAME,
    [TLS_NAME_STATE] = GNUTLS_OID_X520_STATE_OR_PROVINCE_NAME,
    [TLS_NAME_COUNTRY] = GNUTLS_OID_X520_COUNTRY_NAME,
    [TLS_NAME_EMAIL] = GNUTLS_OID_PKCS9_EMAIL,
};

/* In the order of RFC 5280 section 4.2.1.3. */
static const unsigned usages[] = {
    GNUTLS_KEY_DIGITAL_SIGNATURE, GNUTLS_KEY_NON_REPUDIATION,
    GNUTLS_KEY_KEY_ENCIPHERMENT, GNUTLS_KEY_DATA_ENCIPHERMENT,
    GNUTLS_KEY_KEY_AGREEMENT, GNUTLS_KEY_KEY_CERT_SIGN,
    GNUTLS_KEY_CRL_SIGN, GNUTLS_KEY_ENCIPHER_ONLY,
    GNUTLS_KEY_DECIPHER_ONLY,
};

typedef int (*NameGetter)(gnutls_x509_crt_t crt, const char *oid,
                          unsigned index, unsigned raw, void *buf,
                          size_t *len);

/* A list of certificates. */
typedef struct Chain {
    gnutls_x509_crt_t *certs;
    unsigned n;
} Chain;

static void chain_clear(Chain *chain)
{
    unsigned i;

    for (i = 0; i < chain->n; i++) {
        gnutls_x509_crt_deinit(chain->certs[i]);
    }
    gnutls_free(chain->certs);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Chain, chain_clear)

static bool invalid(GError **errp, const char *text)
{
    g_set_error_literal(errp, BMC_ERROR, BMC_ERROR_INVALID, text);
    return false;
}

static bool read_chain(const char *pem, Chain *chain, GError **errp)
{
    gnutls_datum_t datum = { (unsigned char *)pem, strlen(pem) };
    int rc;

    if (datum.size > TLS_PEM_MAX) {
        return invalid(errp, "the text is too long for a certificate and its "
                       "chain");
    }
    rc = gnutls_x509_crt_list_import2(&chain->certs, &chain->n, &datum,
                                      GNUTLS_X509_FMT_PEM,
                                      GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
    if (rc < 0) {
        *chain = (Chain) { 0 };
        return invalid(errp, rc == GNUTLS_E_CERTIFICATE_LIST_UNSORTED
                       ? "the certificates are not in the order of a chain"
                       : "it is no certificate in PEM form");
    }
    if (chain->n == 0 || chain->n > TLS_CHAIN_MAX) {
        return invalid(errp, "the chain has too many certificates");
    }
    return true;
}

static char *hex(const uint8_t *bytes, size_t len)
{
    GString *text = g_string_new(NULL);
    size_t i;

    for (i = 0; i < len; i++) {
        g_string_append_printf(text, "%s%02X", i ? ":" : "", bytes[i]);
    }
    return g_string_free(text, false);
}

char *tls_name_unescape(const char *text)
{
    GString *out;

    /* What is no text at all comes in hexadecimal digits. */
    if (*text == '#') {
        return NULL;
    }
    out = g_string_new(NULL);
    for (; *text; text++) {
        int high = -1, low = -1;

        if (*text == '\\' && text[1]) {
            text++;
            high = g_ascii_xdigit_value(*text);
            low = high < 0 ? -1 : g_ascii_xdigit_value(text[1]);
        }
        g_string_append_c(out, low < 0 ? *text : high * 16 + low);
        text += low >= 0;
    }
    if (strlen(out->str) != out->len) {
        g_string_free(out, TRUE);
        return NULL;
    }
    return g_string_free(out, FALSE);
}

static void read_names(gnutls_x509_crt_t crt, NameGetter get,
                       char *names[TLS_NAME__MAX])
{
    unsigned i;

    for (i = 0; i < TLS_NAME__MAX; i++) {
        char buf[256] = "";
        size_t len = sizeof(buf) - 1;

        if (get(crt, name_oids[i], 0, 0, buf, &len) >= 0 && *buf) {
            g_autofree char *text = tls_name_unescape(buf);

            names[i] = g_utf8_make_valid(text ?: buf, -1);
        }
    }
}

/* Returns whether it says for what it is at all. */
static bool read_purposes(gnutls_x509_crt_t crt, bool *server, bool *client)
{
    unsigned i;

    *server = *client = false;
    for (i = 0; i < PURPOSES_MAX; i++) {
        char oid[PURPOSE_MAX];
        size_t len = sizeof(oid);
        int rc = gnutls_x509_crt_get_key_purpose_oid(crt, i, oid, &len, NULL);

        if (rc == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
            break;
        }
        if (rc >= 0) {
            *server |= g_str_equal(oid, GNUTLS_KP_TLS_WWW_SERVER) ||
                       g_str_equal(oid, GNUTLS_KP_ANY);
            *client |= g_str_equal(oid, GNUTLS_KP_TLS_WWW_CLIENT);
        }
    }
    return i > 0;
}

static char *print_chain(const Chain *chain)
{
    GString *text = g_string_new(NULL);
    unsigned i;

    for (i = 0; i < chain->n; i++) {
        gnutls_datum_t pem = { NULL, 0 };

        if (gnutls_x509_crt_export2(chain->certs[i], GNUTLS_X509_FMT_PEM,
                                    &pem) >= 0) {
            g_string_append_len(text, (char *)pem.data, pem.size);
        }
        gnutls_free(pem.data);
    }
    return g_string_free(text, false);
}

static int64_t to_us(time_t when)
{
    return when == (time_t)-1 ? 0 : (int64_t)when * G_USEC_PER_SEC;
}

TlsCertInfo *tls_cert_info_new(const char *pem, GError **errp)
{
    g_auto(Chain) chain = { 0 };
    TlsCertInfo *info;
    gnutls_x509_crt_t crt;
    uint8_t bytes[SERIAL_MAX];
    size_t len = sizeof(bytes);
    unsigned usage = 0;
    unsigned i;

    if (!read_chain(pem, &chain, errp)) {
        return NULL;
    }
    crt = chain.certs[0];
    info = g_new0(TlsCertInfo, 1);
    info->pem = print_chain(&chain);
    info->n_certs = chain.n;
    read_names(crt, gnutls_x509_crt_get_dn_by_oid, info->subject);
    read_names(crt, gnutls_x509_crt_get_issuer_dn_by_oid, info->issuer);
    info->not_before_us = to_us(gnutls_x509_crt_get_activation_time(crt));
    info->not_after_us = to_us(gnutls_x509_crt_get_expiration_time(crt));
    if (gnutls_x509_crt_get_fingerprint(crt, GNUTLS_DIG_SHA256, bytes,
                                        &len) >= 0) {
        info->fingerprint = hex(bytes, len);
    }
    len = sizeof(bytes);
    if (gnutls_x509_crt_get_serial(crt, bytes, &len) >= 0) {
        info->serial = hex(bytes, len);
    }
    info->signature = gnutls_sign_get_name(
        gnutls_x509_crt_get_signature_algorithm(crt));
    if (gnutls_x509_crt_get_key_usage(crt, &usage, NULL) >= 0) {
        for (i = 0; i < G_N_ELEMENTS(usages); i++) {
            info->usage |= usage & usages[i] ? 1u << i : 0;
        }
    }
    read_purposes(crt, &info->server, &info->client);
    return info;
}

GBytes *tls_cert_to_der(const char *pem, GError **errp)
{
    g_auto(Chain) chain = { 0 };
    gnutls_datum_t der = { NULL, 0 };
    GBytes *bytes;

    if (!read_chain(pem, &chain, errp)) {
        return NULL;
    }
    if (chain.n != 1) {
        invalid(errp, "there must be one certificate");
        return NULL;
    }
    if (gnutls_x509_crt_export2(chain.certs[0], GNUTLS_X509_FMT_DER,
                                &der) < 0) {
        invalid(errp, "the certificate cannot be used");
        return NULL;
    }
    bytes = g_bytes_new(der.data, der.size);
    gnutls_free(der.data);
    return bytes;
}

void tls_cert_info_free(TlsCertInfo *info)
{
    unsigned i;

    if (!info) {
        return;
    }
    for (i = 0; i < TLS_NAME__MAX; i++) {
        g_free(info->subject[i]);
        g_free(info->issuer[i]);
    }
    g_free(info->pem);
    g_free(info->fingerprint);
    g_free(info->serial);
    g_free(info);
}

static bool is_usable(gnutls_x509_crt_t crt, GError **errp)
{
    time_t now = time(NULL);
    unsigned bits = 0;
    int algo = gnutls_x509_crt_get_pk_algorithm(crt, &bits);
    bool server, client;

    if (gnutls_x509_crt_get_expiration_time(crt) <= now) {
        return invalid(errp, "the certificate has expired");
    }
    if (gnutls_x509_crt_get_activation_time(crt) > now) {
        return invalid(errp, "the certificate is not valid yet");
    }
    if (read_purposes(crt, &server, &client) && !server) {
        return invalid(errp, "the certificate is not for TLS servers");
    }
    if (!(algo == GNUTLS_PK_RSA || algo == GNUTLS_PK_RSA_PSS)
        ? bits < CURVE_BITS_MIN || algo == GNUTLS_PK_DSA
        : bits < RSA_BITS_MIN) {
        return invalid(errp, "the certificate's key is too weak");
    }
    return true;
}

static gnutls_x509_privkey_t read_key(const char *pem)
{
    gnutls_datum_t datum = { (unsigned char *)pem, strlen(pem) };
    gnutls_x509_privkey_t key = NULL;

    if (gnutls_x509_privkey_init(&key) < 0) {
        return NULL;
    }
    if (gnutls_x509_privkey_import2(key, &datum, GNUTLS_X509_FMT_PEM, NULL,
                                    0) < 0) {
        gnutls_x509_privkey_deinit(key);
        return NULL;
    }
    return key;
}

static bool belongs(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key)
{
    uint8_t crt_id[64];
    uint8_t key_id[64];
    size_t crt_len = sizeof(crt_id);
    size_t key_len = sizeof(key_id);

    return gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, crt_id,
                                      &crt_len) >= 0 &&
           gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256,
                                          key_id, &key_len) >= 0 &&
           crt_len == key_len && memcmp(crt_id, key_id, crt_len) == 0;
}

/* The key, if it is that of the certificate, in PEM form. */
static char *fit_key(gnutls_x509_crt_t crt, const char *pem)
{
    gnutls_x509_privkey_t key = read_key(pem);
    gnutls_datum_t out = { NULL, 0 };
    char *text = NULL;

    if (!key) {
        return NULL;
    }
    if (belongs(crt, key) &&
        gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL,
                                          GNUTLS_PKCS_PLAIN, &out) >= 0) {
        text = g_strndup((char *)out.data, out.size);
        secret_wipe(out.data, out.size);
        gnutls_free(out.data);
    }
    gnutls_x509_privkey_deinit(key);
    return text;
}

char *tls_pair_make(const char *text, const char *const *keys, int *used,
                    GError **errp)
{
    g_auto(Chain) chain = { 0 };
    g_autofree char *certs = NULL;
    char *key = NULL;
    char *pair;
    int i;

    if (!read_chain(text, &chain, errp) ||
        !is_usable(chain.certs[0], errp)) {
        return NULL;
    }
    *used = -1;
    if (strstr(text, "PRIVATE KEY-----")) {
        key = fit_key(chain.certs[0], text);
    } else {
        for (i = 0; !key && keys[i]; i++) {
            key = fit_key(chain.certs[0], keys[i]);
            *used = key ? i : -1;
        }
    }
    if (!key) {
        invalid(errp, "the certificate is for another private key");
        return NULL;
    }
    certs = print_chain(&chain);
    pair = g_strconcat(certs, key, NULL);
    secret_free(key);
    return pair;
}
