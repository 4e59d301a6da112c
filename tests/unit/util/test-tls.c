/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of util/tls.h. */
#include "osdep.h"

#include "util/tls.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/stat.h>

#include "test-util.h"
#include "util/error.h"

static const char *const hosts[] = { "vm1.example", "192.0.2.7", "::1", NULL };

static GTlsCertificate *generate(const TestDir *dir)
{
    g_autoptr(GError) err = NULL;
    GTlsCertificate *certificate;

    certificate = tls_load_or_generate(dir->path, "qemu-bmc vm1", hosts, &err);
    g_assert_no_error(err);
    return certificate;
}

static gnutls_x509_crt_t import(const char *path)
{
    g_autofree char *text = NULL;
    gnutls_x509_crt_t crt;
    gnutls_datum_t datum;
    size_t len;

    g_assert_true(g_file_get_contents(path, &text, &len, NULL));
    datum = (gnutls_datum_t) { (unsigned char *)text, len };
    gnutls_x509_crt_init(&crt);
    g_assert_cmpint(gnutls_x509_crt_import(crt, &datum, GNUTLS_X509_FMT_PEM),
                    >=, 0);
    return crt;
}

static void test_generated(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *cert_path = test_dir_file(dir, "tls-cert.pem");
    g_autofree char *key_path = test_dir_file(dir, "tls-key.pem");
    g_autoptr(GTlsCertificate) certificate = generate(dir);
    g_autofree char *pem = NULL;
    gnutls_x509_crt_t crt = import(cert_path);
    time_t now = time(NULL);
    time_t from;
    time_t to;
    uint8_t serial[64];
    size_t serial_len = sizeof(serial);
    unsigned usage = 0;
    unsigned ca = 1;
    struct stat st;

    g_object_get(certificate, "certificate-pem", &pem, NULL);
    g_assert_nonnull(strstr(pem, "BEGIN CERTIFICATE"));
    g_assert_cmpint(stat(key_path, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 0777, ==, 0600);
    g_assert_cmpint(gnutls_x509_crt_get_version(crt), ==, 3);
    g_assert_cmpint(gnutls_x509_crt_get_pk_algorithm(crt, NULL), ==,
                    GNUTLS_PK_ECDSA);
    g_assert_cmpint(gnutls_x509_crt_get_signature_algorithm(crt), ==,
                    GNUTLS_SIGN_ECDSA_SHA256);
    gnutls_x509_crt_get_serial(crt, serial, &serial_len);
    g_assert_cmpuint(serial_len, ==, 16);
    g_assert_cmpuint(serial[0] & 0x80, ==, 0);
    from = gnutls_x509_crt_get_activation_time(crt);
    to = gnutls_x509_crt_get_expiration_time(crt);
    g_assert_cmpint(from, <=, now - 3600);
    g_assert_cmpint(from, >, now - 3700);
    g_assert_cmpint(to - from, ==, 825 * 24 * 60 * 60);
    g_assert_cmpint(gnutls_x509_crt_get_ca_status(crt, NULL), ==, 0);
    gnutls_x509_crt_get_basic_constraints(crt, NULL, &ca, NULL);
    g_assert_cmpuint(ca, ==, 0);
    gnutls_x509_crt_get_key_usage(crt, &usage, NULL);
    g_assert_cmpuint(usage, ==, GNUTLS_KEY_DIGITAL_SIGNATURE);
    g_assert_true(gnutls_x509_crt_check_hostname(crt, "vm1.example"));
    g_assert_true(gnutls_x509_crt_check_hostname(crt, "192.0.2.7"));
    g_assert_true(gnutls_x509_crt_check_hostname(crt, "127.0.0.1"));
    g_assert_true(gnutls_x509_crt_check_hostname(crt, "localhost"));
    g_assert_true(gnutls_x509_crt_check_hostname(crt, "::1"));
    g_assert_false(gnutls_x509_crt_check_hostname(crt, "vm2.example"));
    gnutls_x509_crt_deinit(crt);
}

static void test_kept(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autoptr(TestDir) other = test_dir_new();
    g_autoptr(GTlsCertificate) first = generate(dir);
    g_autoptr(GTlsCertificate) again = generate(dir);
    g_autoptr(GTlsCertificate) third = generate(other);

    g_assert_true(g_tls_certificate_is_same(first, again));
    g_assert_false(g_tls_certificate_is_same(first, third));
}

/* Interrupted between key and certificate, or the key was lost. */
static void test_broken_pair(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autoptr(TestDir) other = test_dir_new();
    g_autofree char *key = test_dir_file(dir, "tls-key.pem");
    g_autofree char *other_key = test_dir_file(other, "tls-key.pem");
    g_autofree char *text = NULL;
    g_autoptr(GTlsCertificate) first = generate(dir);
    g_autoptr(GTlsCertificate) second = generate(other);
    g_autoptr(GTlsCertificate) third = NULL;
    g_autoptr(GTlsCertificate) fourth = NULL;

    g_assert_false(g_tls_certificate_is_same(first, second));
    g_file_get_contents(other_key, &text, NULL, NULL);
    g_assert_true(g_file_set_contents(key, text, -1, NULL));
    third = generate(dir);
    g_assert_false(g_tls_certificate_is_same(first, third));
    unlink(key);
    fourth = generate(dir);
    g_assert_false(g_tls_certificate_is_same(third, fourth));
}

/* Makes the generated certificate anew with other dates, and maybe issuer. */
static void reissue(const TestDir *dir, time_t from, time_t to,
                    bool self_signed)
{
    g_autofree char *cert_path = test_dir_file(dir, "tls-cert.pem");
    g_autofree char *key_path = test_dir_file(dir, "tls-key.pem");
    g_autofree char *text = NULL;
    gnutls_x509_crt_t crt = import(cert_path);
    gnutls_x509_crt_t issuer = import(cert_path);
    gnutls_x509_privkey_t key;
    gnutls_datum_t datum;
    size_t len;

    g_file_get_contents(key_path, &text, &len, NULL);
    datum = (gnutls_datum_t) { (unsigned char *)text, len };
    gnutls_x509_privkey_init(&key);
    gnutls_x509_privkey_import(key, &datum, GNUTLS_X509_FMT_PEM);
    gnutls_x509_crt_set_activation_time(crt, from);
    gnutls_x509_crt_set_expiration_time(crt, to);
    if (!self_signed) {
        gnutls_x509_crt_set_dn_by_oid(issuer, GNUTLS_OID_X520_COMMON_NAME, 0,
                                      "Some CA", 7);
    }
    g_assert_cmpint(gnutls_x509_crt_sign2(crt, self_signed ? crt : issuer, key,
                                          GNUTLS_DIG_SHA256, 0), >=, 0);
    gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &datum);
    g_assert_true(g_file_set_contents(cert_path, (char *)datum.data,
                                      datum.size, NULL));
    gnutls_free(datum.data);
    gnutls_x509_privkey_deinit(key);
    gnutls_x509_crt_deinit(issuer);
    gnutls_x509_crt_deinit(crt);
}

static void test_expired(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *cert_path = test_dir_file(dir, "tls-cert.pem");
    g_autofree char *key_path = test_dir_file(dir, "tls-key.pem");
    g_autoptr(GTlsCertificate) fresh = NULL;
    g_autoptr(GTlsCertificate) kept = NULL;
    g_autoptr(GTlsCertificate) loaded = NULL;
    gnutls_x509_crt_t crt;
    time_t now = time(NULL);

    g_object_unref(generate(dir));
    reissue(dir, now - 1000, now - 10, true);
    fresh = generate(dir);
    crt = import(cert_path);
    g_assert_cmpint(gnutls_x509_crt_get_expiration_time(crt), >, now);
    gnutls_x509_crt_deinit(crt);

    /* One that an authority signed is not replaced, but warned of. */
    reissue(dir, now - 1000, now - 10, false);
    test_expect_log(G_LOG_LEVEL_WARNING, "*has expired*");
    kept = generate(dir);
    test_assert_logged();
    crt = import(cert_path);
    g_assert_cmpint(gnutls_x509_crt_get_expiration_time(crt), <, now);
    gnutls_x509_crt_deinit(crt);
    test_expect_log(G_LOG_LEVEL_WARNING, "*has expired*");
    loaded = tls_load(cert_path, key_path, NULL);
    g_assert_nonnull(loaded);
    test_assert_logged();
}

static void assert_load_fails(const char *cert, const char *key,
                              const char *about)
{
    g_autoptr(GError) err = NULL;

    g_assert_null(tls_load(cert, key, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
    g_test_message("%s", err->message);
    g_assert_nonnull(strstr(err->message, about));
}

static void test_load_errors(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autoptr(TestDir) other = test_dir_new();
    g_autofree char *cert = test_dir_file(dir, "tls-cert.pem");
    g_autofree char *key = test_dir_file(dir, "tls-key.pem");
    g_autofree char *other_key = test_dir_file(other, "tls-key.pem");
    g_autofree char *junk = test_dir_file(dir, "junk.pem");
    g_autoptr(GTlsCertificate) certificate = NULL;

    g_object_unref(generate(dir));
    g_object_unref(generate(other));
    g_assert_true(g_file_set_contents(junk, "-----BEGIN JUNK-----\n", -1,
                                      NULL));
    certificate = tls_load(cert, key, NULL);
    g_assert_nonnull(certificate);
    assert_load_fails("/nonexistent.pem", key, "/nonexistent.pem");
    assert_load_fails(cert, "/nonexistent.pem", "/nonexistent.pem");
    assert_load_fails(junk, key, junk);
    assert_load_fails(cert, junk, junk);
    assert_load_fails(key, key, key);
    assert_load_fails(cert, other_key, "does not belong");
    g_assert_true(g_file_set_contents(
        junk, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n"
              "-----END ENCRYPTED PRIVATE KEY-----\n", -1, NULL));
    assert_load_fails(cert, junk, "passphrase");
}

/* Others are not trusted because they have what we show ourselves. */
static void test_system_database(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autoptr(GError) err = NULL;
    g_autoptr(GTlsCertificate) cert = tls_load_or_generate(dir->path, "bmc",
                                                           NULL, &err);
    g_autoptr(GTlsDatabase) own = NULL;
    g_autoptr(GTlsDatabase) system = NULL;

    g_assert_no_error(err);
    g_assert_true(tls_set_server_defaults(cert, &err));
    own = g_tls_backend_get_default_database(g_tls_backend_get_default());
    system = tls_system_database();
    g_assert_nonnull(system);
    g_assert_cmpint(g_tls_database_verify_chain(
                        own, cert, G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER,
                        NULL, NULL, G_TLS_DATABASE_VERIFY_NONE, NULL, &err) &
                    G_TLS_CERTIFICATE_UNKNOWN_CA, ==, 0);
    g_assert_no_error(err);
    g_assert_cmpint(g_tls_database_verify_chain(
                        system, cert,
                        G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER, NULL,
                        NULL, G_TLS_DATABASE_VERIFY_NONE, NULL, &err) &
                    G_TLS_CERTIFICATE_UNKNOWN_CA, !=, 0);
    g_assert_no_error(err);
}

static void test_bad_directory(void)
{
    g_autoptr(GError) err = NULL;

    g_assert_null(tls_load_or_generate("/nonexistent", "x", NULL, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_FAILED);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/util/tls/generated", test_generated);
    g_test_add_func("/util/tls/kept", test_kept);
    g_test_add_func("/util/tls/broken-pair", test_broken_pair);
    g_test_add_func("/util/tls/expired", test_expired);
    g_test_add_func("/util/tls/load-errors", test_load_errors);
    g_test_add_func("/util/tls/system-database", test_system_database);
    g_test_add_func("/util/tls/bad-directory", test_bad_directory);
    return g_test_run();
}
