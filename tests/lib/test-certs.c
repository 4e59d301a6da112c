/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authorities and certificates for tests. */
#include "osdep.h"

#include "test-certs.h"

#include <gnutls/gnutls.h>

static void check(int rc)
{
    if (rc < 0) {
        g_error("GnuTLS: %s", gnutls_strerror(rc));
    }
}

static char *take(gnutls_datum_t *pem)
{
    char *text = g_strndup((char *)pem->data, pem->size);

    gnutls_free(pem->data);
    return text;
}

static void add_name(gnutls_x509_crt_t crt, const char *name)
{
    if (name) {
        check(gnutls_x509_crt_set_dn_by_oid(
            crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, strlen(name)));
    }
}

static void add_principal(gnutls_x509_crt_t crt, const char *name)
{
    if (name) {
        check(gnutls_x509_crt_set_subject_alt_othername(
            crt, "1.3.6.1.4.1.311.20.2.3", name, strlen(name),
            GNUTLS_FSAN_APPEND | GNUTLS_FSAN_ENCODE_UTF8_STRING));
    }
}

static void make_key(gnutls_x509_privkey_t key, unsigned rsa_bits)
{
    if (rsa_bits) {
        check(gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, rsa_bits, 0));
    } else {
        check(gnutls_x509_privkey_generate(
            key, GNUTLS_PK_ECDSA,
            GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
    }
}

static void set_serial(gnutls_x509_crt_t crt)
{
    static unsigned last;
    uint8_t serial[] = { 1, ++last >> 8, last };

    check(gnutls_x509_crt_set_serial(crt, serial, sizeof(serial)));
}

static void fill(gnutls_x509_crt_t crt, const TestCertSpec *spec)
{
    time_t now = time(NULL);
    int to = spec->to || spec->from ? spec->to : 1;

    check(gnutls_x509_crt_set_version(crt, 3));
    set_serial(crt);
    check(gnutls_x509_crt_set_activation_time(
        crt, now + spec->from * TEST_DAY - 60));
    check(gnutls_x509_crt_set_expiration_time(crt, now + to * TEST_DAY));
    add_name(crt, spec->name);
    add_name(crt, spec->second);
    add_principal(crt, spec->principal);
    add_principal(crt, spec->second_principal);
    check(gnutls_x509_crt_set_basic_constraints(crt, spec->authority, -1));
    check(gnutls_x509_crt_set_key_usage(
        crt, spec->usage ?: spec->authority ? GNUTLS_KEY_KEY_CERT_SIGN
                                            : GNUTLS_KEY_DIGITAL_SIGNATURE));
    if (!spec->authority && !spec->no_purpose) {
        check(gnutls_x509_crt_set_key_purpose_oid(
            crt, spec->purpose ?: GNUTLS_KP_TLS_WWW_CLIENT, 0));
    }
}

TestCert *test_cert_new(const TestCertSpec *spec, const TestCert *issuer)
{
    TestCert *cert = g_new0(TestCert, 1);
    gnutls_datum_t pem = { NULL, 0 };

    check(gnutls_x509_privkey_init(&cert->key));
    make_key(cert->key, spec->rsa_bits);
    check(gnutls_x509_crt_init(&cert->crt));
    fill(cert->crt, spec);
    check(gnutls_x509_crt_set_key(cert->crt, cert->key));
    check(gnutls_x509_crt_sign2(cert->crt, issuer ? issuer->crt : cert->crt,
                                issuer ? issuer->key : cert->key,
                                GNUTLS_DIG_SHA256, 0));
    check(gnutls_x509_crt_export2(cert->crt, GNUTLS_X509_FMT_PEM, &pem));
    cert->pem = take(&pem);
    check(gnutls_x509_privkey_export2_pkcs8(cert->key, GNUTLS_X509_FMT_PEM,
                                            NULL, GNUTLS_PKCS_PLAIN, &pem));
    cert->key_pem = take(&pem);
    return cert;
}

TestCert *test_cert_authority(const char *name)
{
    return test_cert_new(&(TestCertSpec) { .name = name, .authority = true },
                         NULL);
}

char *test_cert_sign(const char *csr, const TestCert *issuer)
{
    gnutls_datum_t datum = { (unsigned char *)csr, strlen(csr) };
    gnutls_datum_t pem = { NULL, 0 };
    gnutls_x509_crq_t crq;
    gnutls_x509_crt_t crt;

    check(gnutls_x509_crq_init(&crq));
    check(gnutls_x509_crq_import(crq, &datum, GNUTLS_X509_FMT_PEM));
    check(gnutls_x509_crq_verify(crq, 0));
    check(gnutls_x509_crt_init(&crt));
    check(gnutls_x509_crt_set_crq(crt, crq));
    check(gnutls_x509_crt_set_crq_extensions(crt, crq));
    check(gnutls_x509_crt_set_version(crt, 3));
    set_serial(crt);
    check(gnutls_x509_crt_set_activation_time(crt, time(NULL) - 60));
    check(gnutls_x509_crt_set_expiration_time(crt, time(NULL) + TEST_DAY));
    check(gnutls_x509_crt_sign2(crt, issuer->crt, issuer->key,
                                GNUTLS_DIG_SHA256, 0));
    check(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem));
    gnutls_x509_crt_deinit(crt);
    gnutls_x509_crq_deinit(crq);
    return take(&pem);
}

void test_cert_free(TestCert *cert)
{
    if (cert) {
        gnutls_x509_crt_deinit(cert->crt);
        gnutls_x509_privkey_deinit(cert->key);
        g_free(cert->pem);
        g_free(cert->key_pem);
        g_free(cert);
    }
}
