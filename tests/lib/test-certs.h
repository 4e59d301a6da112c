/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authorities and certificates for tests. */
#ifndef QEMU_BMC_TESTS_TEST_CERTS_H
#define QEMU_BMC_TESTS_TEST_CERTS_H

#include <glib.h>
#include <gnutls/x509.h>
#include <stdbool.h>

#define TEST_DAY (24 * 60 * 60)

/**
 * TestCert: a certificate and its key.
 *
 * @key: its key
 * @crt: the certificate
 * @pem: the certificate, PEM
 * @key_pem: the key, PEM
 */
typedef struct TestCert {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t crt;
    char *pem;
    char *key_pem;
} TestCert;

/**
 * TestCertSpec: what a certificate says; zero is a good one of a client,
 * valid for a day.
 *
 * @name: its common name; NULL for none
 * @second: (nullable): a second common name
 * @principal: (nullable): its User Principal Name
 * @second_principal: (nullable): another
 * @authority: it is an authority's
 * @purpose: (nullable): OID of what it is for; NULL: for TLS clients
 * @no_purpose: it does not say for what it is
 * @usage: (nullable): key usage; 0: digital signature, of an authority
 *         signing certificates
 * @from: days from now when it begins to be valid
 * @to: days from now when it has expired
 * @rsa_bits: size of an RSA key; 0: P-256
 */
typedef struct TestCertSpec {
    const char *name;
    const char *second;
    const char *principal;
    const char *second_principal;
    bool authority;
    const char *purpose;
    bool no_purpose;
    unsigned usage;
    int from;
    int to;
    unsigned rsa_bits;
} TestCertSpec;

/**
 * test_cert_new: make a certificate.
 *
 * @spec: what it says
 * @issuer: (nullable): who signs it; NULL: itself
 *
 * Returns: (transfer full): the certificate
 */
TestCert *test_cert_new(const TestCertSpec *spec, const TestCert *issuer);

/**
 * test_cert_authority: make an authority.
 *
 * @name: its common name
 *
 * Returns: (transfer full): its certificate
 */
TestCert *test_cert_authority(const char *name);

/**
 * test_cert_sign: sign a request for a server's certificate.
 *
 * @csr: the request, PEM
 * @issuer: who signs it
 *
 * Returns: (transfer full): the certificate, PEM, valid for a day, with the
 * names that were asked for
 */
char *test_cert_sign(const char *csr, const TestCert *issuer);

/**
 * test_cert_free: free one.
 *
 * @cert: the certificate, or NULL
 */
void test_cert_free(TestCert *cert);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestCert, test_cert_free)

#endif /* QEMU_BMC_TESTS_TEST_CERTS_H */
