/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which certificates of TLS clients are good, and whose they are. */
#include "osdep.h"

#include "util/tls-trust.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>

#include "util/error.h"
#include "util/tls-cert.h"

#define NAME_MAX_LEN 256
#define OID_ALTERNATIVE_NAMES "2.5.29.17"
#define ALTERNATIVES_MAX 64

/* Keys of RSA below 2048 bits and SHA-1 are below that. */
#define VERIFY_FLAGS GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM)

struct TlsTrust {
    gnutls_x509_trust_list_t list;
};

/* What a client has presented. */
typedef struct Presented {
    gnutls_x509_crt_t certs[TLS_CHAIN_MAX];
    unsigned n;
} Presented;

static void presented_clear(Presented *presented)
{
    while (presented->n) {
        gnutls_x509_crt_deinit(presented->certs[--presented->n]);
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Presented, presented_clear)

static bool invalid(GError **errp, const char *text)
{
    g_set_error_literal(errp, BMC_ERROR, BMC_ERROR_INVALID, text);
    return false;
}

static bool wrong(GError **errp, const char *text)
{
    g_set_error_literal(errp, BMC_ERROR, BMC_ERROR_AUTH, text);
    return false;
}

static bool is_authority(gnutls_x509_crt_t crt, GError **errp)
{
    time_t now = time(NULL);
    unsigned usage = 0;
    unsigned bits = 0;
    int algo = gnutls_x509_crt_get_pk_algorithm(crt, &bits);

    if (gnutls_x509_crt_get_ca_status(crt, NULL) <= 0 ||
        (gnutls_x509_crt_get_key_usage(crt, &usage, NULL) >= 0 &&
         !(usage & GNUTLS_KEY_KEY_CERT_SIGN))) {
        return invalid(errp, "the certificate is not that of an authority");
    }
    if (gnutls_x509_crt_get_expiration_time(crt) <= now) {
        return invalid(errp, "the certificate has expired");
    }
    if (gnutls_x509_crt_get_activation_time(crt) > now) {
        return invalid(errp, "the certificate is not valid yet");
    }
    if (algo < 0 ||
        gnutls_pk_bits_to_sec_param(algo, bits) < GNUTLS_SEC_PARAM_MEDIUM) {
        return invalid(errp, "the certificate's key is too weak");
    }
    return true;
}

char *tls_ca_make(const char *text, GError **errp)
{
    gnutls_datum_t datum = { (unsigned char *)text, strlen(text) };
    gnutls_datum_t pem = { NULL, 0 };
    gnutls_x509_crt_t *certs = NULL;
    unsigned n = 0;
    unsigned i;
    char *made = NULL;

    if (datum.size > TLS_CA_MAX) {
        invalid(errp, "the text is too long for a certificate");
        return NULL;
    }
    if (gnutls_x509_crt_list_import2(&certs, &n, &datum, GNUTLS_X509_FMT_PEM,
                                     0) < 0) {
        invalid(errp, "it is no certificate in PEM form");
        return NULL;
    }
    if (n != 1) {
        invalid(errp, "it must be one certificate");
    } else if (is_authority(certs[0], errp) &&
               gnutls_x509_crt_export2(certs[0], GNUTLS_X509_FMT_PEM,
                                       &pem) >= 0) {
        made = g_strndup((char *)pem.data, pem.size);
        gnutls_free(pem.data);
    }
    for (i = 0; i < n; i++) {
        gnutls_x509_crt_deinit(certs[i]);
    }
    gnutls_free(certs);
    return made;
}

TlsTrust *tls_trust_new(void)
{
    TlsTrust *trust = g_new0(TlsTrust, 1);

    if (gnutls_x509_trust_list_init(&trust->list, 0) < 0) {
        g_error("GnuTLS is out of memory");
    }
    return trust;
}

void tls_trust_free(TlsTrust *trust)
{
    if (trust) {
        gnutls_x509_trust_list_deinit(trust->list, 1);
        g_free(trust);
    }
}

bool tls_trust_add(TlsTrust *trust, const char *pem)
{
    gnutls_datum_t datum = { (unsigned char *)pem, strlen(pem) };

    return gnutls_x509_trust_list_add_trust_mem(
               trust->list, &datum, NULL, GNUTLS_X509_FMT_PEM, 0, 0) > 0;
}

static bool read_presented(GTlsCertificate *certificate,
                           Presented *presented, int64_t *until_us)
{
    GTlsCertificate *at;

    *until_us = INT64_MAX;
    for (at = certificate; at; at = g_tls_certificate_get_issuer(at)) {
        g_autoptr(GByteArray) der = NULL;
        gnutls_x509_crt_t *crt = &presented->certs[presented->n];
        gnutls_datum_t datum;

        if (presented->n == TLS_CHAIN_MAX) {
            return false;
        }
        g_object_get(at, "certificate", &der, NULL);
        if (!der || gnutls_x509_crt_init(crt) < 0) {
            return false;
        }
        presented->n++;
        datum = (gnutls_datum_t) { der->data, der->len };
        if (gnutls_x509_crt_import(*crt, &datum, GNUTLS_X509_FMT_DER) < 0) {
            return false;
        }
        *until_us = MIN(*until_us,
                        (int64_t)gnutls_x509_crt_get_expiration_time(*crt) *
                            G_USEC_PER_SEC);
    }
    return presented->n > 0;
}

/* Two names would leave it to chance whose the certificate is. */
static char *read_name(gnutls_x509_crt_t crt)
{
    char name[NAME_MAX_LEN];
    char other[NAME_MAX_LEN];
    size_t len = sizeof(name);
    size_t other_len = sizeof(other);

    if (gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0,
                                      name, &len) < 0 ||
        strlen(name) != len || !len ||
        gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 1, 0,
                                      other, &other_len) !=
            GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
        return NULL;
    }
    return tls_name_unescape(name);
}

/* One of the alternative names, if it is what is looked for. */
static char *read_alternative(gnutls_subject_alt_names_t names, unsigned n,
                              bool *end)
{
    gnutls_datum_t value = { NULL, 0 };
    gnutls_datum_t oid = { NULL, 0 };
    gnutls_datum_t text = { NULL, 0 };
    unsigned type = 0;
    char *name = NULL;

    *end = gnutls_subject_alt_names_get(names, n, &type, &value, &oid) < 0;
    if (*end || type != GNUTLS_SAN_OTHERNAME || !oid.data ||
        gnutls_x509_othername_to_virtual((const char *)oid.data, &value,
                                         &type, &text) < 0) {
        return NULL;
    }
    if (type == GNUTLS_SAN_OTHERNAME_MSUSERPRINCIPAL && text.data &&
        text.size < NAME_MAX_LEN) {
        name = g_strndup((const char *)text.data, text.size);
        if (strlen(name) != text.size || !*name) {
            g_clear_pointer(&name, g_free);
        }
    }
    gnutls_free(text.data);
    return name;
}

/* As read_name(), and for the same reason. */
static char *read_principal(gnutls_x509_crt_t crt)
{
    gnutls_subject_alt_names_t names = NULL;
    gnutls_datum_t der = { NULL, 0 };
    char *found = NULL;
    unsigned n, count = 0;
    bool end = false;

    if (gnutls_x509_crt_get_extension_by_oid2(crt, OID_ALTERNATIVE_NAMES, 0,
                                              &der, NULL) < 0) {
        return NULL;
    }
    if (gnutls_subject_alt_names_init(&names) >= 0 &&
        gnutls_x509_ext_import_subject_alt_names(&der, names, 0) >= 0) {
        for (n = 0; n < ALTERNATIVES_MAX && !end; n++) {
            char *name = read_alternative(names, n, &end);

            if (name) {
                g_free(found);
                found = name;
                count++;
            }
        }
    }
    if (names) {
        gnutls_subject_alt_names_deinit(names);
    }
    gnutls_free(der.data);
    if (count != 1 || !end) {
        g_clear_pointer(&found, g_free);
    }
    return found;
}

/* Who is trusted may expire before all that a client has presented. */
static void limit_by_trusted(const TlsTrust *trust,
                             const Presented *presented, int64_t *until_us)
{
    unsigned i;

    for (i = 0; i < presented->n; i++) {
        gnutls_x509_crt_t issuer = NULL;

        if (gnutls_x509_trust_list_get_issuer(
                trust->list, presented->certs[i], &issuer,
                GNUTLS_TL_GET_COPY) >= 0) {
            *until_us = MIN(*until_us,
                            (int64_t)gnutls_x509_crt_get_expiration_time(
                                issuer) * G_USEC_PER_SEC);
            gnutls_x509_crt_deinit(issuer);
        }
    }
}

char *tls_trust_check(const TlsTrust *trust, GTlsCertificate *certificate,
                      TlsTrustName which, int64_t *until_us, GError **errp)
{
    gnutls_typed_vdata_st purpose = {
        .type = GNUTLS_DT_KEY_PURPOSE_OID,
        .data = (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT,
    };
    g_auto(Presented) presented = { .n = 0 };
    gnutls_datum_t why = { NULL, 0 };
    unsigned status = 0;
    unsigned usage = 0;
    char *name;

    if (!read_presented(certificate, &presented, until_us)) {
        wrong(errp, "it cannot be read");
        return NULL;
    }
    if (gnutls_x509_trust_list_verify_crt2(
            trust->list, presented.certs, presented.n, &purpose, 1,
            VERIFY_FLAGS, &status, NULL) < 0) {
        wrong(errp, "it cannot be verified");
        return NULL;
    }
    if (status) {
        gnutls_certificate_verification_status_print(
            status, GNUTLS_CRT_X509, &why, 0);
        wrong(errp, why.data ? (char *)why.data : "it is not trusted");
        gnutls_free(why.data);
        return NULL;
    }
    if (gnutls_x509_crt_get_key_usage(presented.certs[0], &usage,
                                      NULL) >= 0 &&
        !(usage & GNUTLS_KEY_DIGITAL_SIGNATURE)) {
        wrong(errp, "its key is not for signatures");
        return NULL;
    }
    limit_by_trusted(trust, &presented, until_us);
    name = which == TLS_TRUST_PRINCIPAL ? read_principal(presented.certs[0])
                                        : read_name(presented.certs[0]);
    if (!name) {
        wrong(errp, which == TLS_TRUST_PRINCIPAL
              ? "it does not have one User Principal Name"
              : "it does not have one common name");
    }
    return name;
}
