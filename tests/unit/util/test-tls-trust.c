/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of util/tls-trust.h. */
#include "osdep.h"

#include "util/tls-trust.h"

#include <gnutls/gnutls.h>

#include "test-certs.h"
#include "util/error.h"

typedef struct Trusted {
    TestCert *ca;
    TestCert *other;
    TlsTrust *trust;
} Trusted;

static void setup(Trusted *t, const void *data)
{
    t->ca = test_cert_authority("Authority");
    t->other = test_cert_authority("Other");
    t->trust = tls_trust_new();
    g_assert_true(tls_trust_add(t->trust, t->ca->pem));
}

static void teardown(Trusted *t, const void *data)
{
    tls_trust_free(t->trust);
    test_cert_free(t->ca);
    test_cert_free(t->other);
}

/* The name, or the reason in brackets. */
static char *check_name(const TlsTrust *trust, const char *pem,
                        TlsTrustName which, int64_t *until_us)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GTlsCertificate) certificate =
        g_tls_certificate_new_from_pem(pem, -1, &err);
    char *name;

    g_assert_no_error(err);
    name = tls_trust_check(trust, certificate, which, until_us, &err);
    if (!name) {
        g_assert_error(err, BMC_ERROR, BMC_ERROR_AUTH);
        name = g_strdup_printf("(%s)", err->message);
    }
    g_test_message("%s", name);
    return name;
}

static char *check(const TlsTrust *trust, const char *pem, int64_t *until_us)
{
    return check_name(trust, pem, TLS_TRUST_COMMON_NAME, until_us);
}

static char *check_spec(Trusted *t, const TestCertSpec *spec,
                        const TestCert *issuer)
{
    g_autoptr(TestCert) cert = test_cert_new(spec, issuer);
    int64_t until_us;

    return check(t->trust, cert->pem, &until_us);
}

static void test_good(Trusted *t, const void *data)
{
    static const TestCertSpec specs[] = {
        { .name = "admin" },
        { .name = "admin", .no_purpose = true },
        { .name = "admin", .rsa_bits = 2048 },
        { .name = "admin", .usage = GNUTLS_KEY_DIGITAL_SIGNATURE |
                                    GNUTLS_KEY_KEY_AGREEMENT },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(specs); i++) {
        g_autofree char *name = check_spec(t, &specs[i], t->ca);

        g_assert_cmpstr(name, ==, "admin");
    }
}

static void test_bad(Trusted *t, const void *data)
{
    static const TestCertSpec specs[] = {
        { .name = "admin", .from = -3, .to = -1 },
        { .name = "admin", .from = 1, .to = 2 },
        { .name = "admin", .purpose = GNUTLS_KP_TLS_WWW_SERVER },
        { .name = "admin", .usage = GNUTLS_KEY_KEY_ENCIPHERMENT },
        { .name = "admin", .second = "guest" },
        { .name = NULL },
        { .name = "admin", .rsa_bits = 1024 },
    };
    static const TestCertSpec good = { .name = "admin" };
    g_autofree char *other = check_spec(t, &good, t->other);
    g_autofree char *self = check_spec(t, &good, NULL);
    unsigned i;

    g_assert_cmpint(*other, ==, '(');
    g_assert_cmpint(*self, ==, '(');
    for (i = 0; i < G_N_ELEMENTS(specs); i++) {
        g_autofree char *name = check_spec(t, &specs[i], t->ca);

        g_assert_cmpint(*name, ==, '(');
    }
}

/* Characters that have a meaning where names are written as one text. */
static void test_names(Trusted *t, const void *data)
{
    static const char *const names[] = {
        "a,b", "a+b", "a\\,b", "a\"b", "<a;b>", " a b ", "#ab", "\\41", "a=b",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = check_spec(
            t, &(TestCertSpec) { .name = names[i] }, t->ca);

        g_assert_cmpstr(name, ==, names[i]);
    }
}

static void test_principal(Trusted *t, const void *data)
{
    static const struct {
        TestCertSpec spec;
        const char *name;
    } cases[] = {
        { { .name = "guest", .principal = "admin" }, "admin" },
        { { .name = "guest", .principal = "al@example" }, "al@example" },
        { { .name = NULL, .principal = "a,b+c" }, "a,b+c" },
        { { .name = "admin" }, NULL },
        { { .name = "admin", .principal = "admin",
            .second_principal = "guest" }, NULL },
    };
    int64_t until_us;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(TestCert) cert = test_cert_new(&cases[i].spec, t->ca);
        g_autofree char *name = check_name(t->trust, cert->pem,
                                           TLS_TRUST_PRINCIPAL, &until_us);

        if (cases[i].name) {
            g_assert_cmpstr(name, ==, cases[i].name);
        } else {
            g_assert_cmpint(*name, ==, '(');
        }
    }
}

/* Who is trusted can be the first to expire. */
static void test_until(Trusted *t, const void *data)
{
    g_autoptr(TestCert) brief = test_cert_new(
        &(TestCertSpec) { .name = "Brief", .authority = true, .to = 2 },
        NULL);
    g_autoptr(TestCert) lasting = test_cert_new(
        &(TestCertSpec) { .name = "admin", .to = 9 }, brief);
    g_autofree char *name = NULL;
    int64_t until_us = 0;

    g_assert_true(tls_trust_add(t->trust, brief->pem));
    name = check(t->trust, lasting->pem, &until_us);
    g_assert_cmpstr(name, ==, "admin");
    g_assert_cmpint(until_us / G_USEC_PER_SEC, <=,
                    time(NULL) + 2 * TEST_DAY);
    g_assert_cmpint(until_us / G_USEC_PER_SEC, >, time(NULL) + TEST_DAY);
}

/* An authority in between comes with the client; a client is none. */
static void test_chain(Trusted *t, const void *data)
{
    g_autoptr(TestCert) middle = test_cert_new(
        &(TestCertSpec) { .name = "Middle", .authority = true }, t->ca);
    g_autoptr(TestCert) leaf = test_cert_new(
        &(TestCertSpec) { .name = "admin" }, middle);
    g_autoptr(TestCert) client = test_cert_new(
        &(TestCertSpec) { .name = "guest" }, t->ca);
    g_autoptr(TestCert) forged = test_cert_new(
        &(TestCertSpec) { .name = "admin" }, client);
    g_autoptr(TestCert) brief = test_cert_new(
        &(TestCertSpec) { .name = "Brief", .authority = true, .to = 3 },
        t->ca);
    g_autoptr(TestCert) lasting = test_cert_new(
        &(TestCertSpec) { .name = "admin", .to = 9 }, brief);
    g_autofree char *both = g_strconcat(leaf->pem, middle->pem, NULL);
    g_autofree char *bad = g_strconcat(forged->pem, client->pem, NULL);
    g_autofree char *lasts = g_strconcat(lasting->pem, brief->pem, NULL);
    g_autoptr(TlsTrust) only = tls_trust_new();
    int64_t until_us = 0;
    g_autofree char *alone = check(t->trust, leaf->pem, &until_us);
    g_autofree char *chain = check(t->trust, both, &until_us);
    g_autofree char *by_client = check(t->trust, bad, &until_us);
    g_autofree char *partial = NULL;
    g_autofree char *until = check(t->trust, lasts, &until_us);

    g_assert_cmpint(*alone, ==, '(');
    g_assert_cmpstr(chain, ==, "admin");
    g_assert_cmpint(*by_client, ==, '(');
    g_assert_cmpstr(until, ==, "admin");
    g_assert_cmpint(until_us / G_USEC_PER_SEC, <=, time(NULL) + 3 * TEST_DAY);
    /* Who trusts the one in between need not trust the one above. */
    g_assert_true(tls_trust_add(only, middle->pem));
    partial = check(only, leaf->pem, &until_us);
    g_assert_cmpstr(partial, ==, "admin");
}

static void assert_authority(const char *text, const char *message)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *pem = tls_ca_make(text, &err);

    if (message) {
        g_assert_null(pem);
        g_assert_error(err, BMC_ERROR, BMC_ERROR_INVALID);
        g_assert_nonnull(strstr(err->message, message));
    } else {
        g_assert_no_error(err);
        g_assert_nonnull(pem);
        g_assert_null(strstr(pem, "PRIVATE"));
    }
}

static void assert_spec(const TestCertSpec *spec, const char *message)
{
    g_autoptr(TestCert) cert = test_cert_new(spec, NULL);

    assert_authority(cert->pem, message);
}

static void test_authority(Trusted *t, const void *data)
{
    g_autofree char *two = g_strconcat(t->ca->pem, t->other->pem, NULL);
    g_autofree char *key = g_strconcat(t->ca->pem, t->ca->key_pem, NULL);
    g_autofree char *large = g_strnfill(TLS_CA_MAX + 1, 'x');

    assert_authority(t->ca->pem, NULL);
    assert_authority(key, NULL);
    assert_authority(two, "one certificate");
    assert_authority("", "no certificate");
    assert_authority(large, "too long");
    assert_authority("-----BEGIN CERTIFICATE-----\nAAAA\n"
                     "-----END CERTIFICATE-----\n", "no certificate");
    assert_spec(&(TestCertSpec) { .name = "x" }, "authority");
    assert_spec(&(TestCertSpec) { .name = "x", .authority = true,
                                  .usage = GNUTLS_KEY_DIGITAL_SIGNATURE },
                "authority");
    assert_spec(&(TestCertSpec) { .name = "x", .authority = true,
                                  .from = -2, .to = -1 }, "expired");
    assert_spec(&(TestCertSpec) { .name = "x", .authority = true,
                                  .from = 2, .to = 3 }, "not valid yet");
    assert_spec(&(TestCertSpec) { .name = "x", .authority = true,
                                  .rsa_bits = 1024 }, "weak");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/tls-trust/good", Trusted, NULL, setup, test_good, teardown);
    g_test_add("/tls-trust/bad", Trusted, NULL, setup, test_bad, teardown);
    g_test_add("/tls-trust/chain", Trusted, NULL, setup, test_chain,
               teardown);
    g_test_add("/tls-trust/names", Trusted, NULL, setup, test_names,
               teardown);
    g_test_add("/tls-trust/principal", Trusted, NULL, setup, test_principal,
               teardown);
    g_test_add("/tls-trust/until", Trusted, NULL, setup, test_until,
               teardown);
    g_test_add("/tls-trust/authority", Trusted, NULL, setup, test_authority,
               teardown);
    return g_test_run();
}
