/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS certificates: the user's, or a self-signed one that is kept. */
#include "osdep.h"

#include "util/tls.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/mman.h>

#include "util/error.h"
#include "util/secret.h"

/* Longer than browsers accept would be refused by them. */
#define VALID_DAYS 825
#define SECONDS_PER_DAY (24 * 60 * 60)
/* For clients whose clock is behind ours. */
#define BACKDATE_SECONDS (60 * 60)
#define SERIAL_BYTES 16

static const char *const own_hosts[] = {
    "localhost", "127.0.0.1", "::1", NULL
};

static bool check_backend(GError **errp)
{
    if (g_tls_backend_supports_tls(g_tls_backend_get_default())) {
        return true;
    }
    g_set_error_literal(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                        "GIO has no TLS module: install the package "
                        "glib-networking");
    return false;
}

static bool read_file(const char *path, char **text, size_t *len,
                      GError **errp)
{
    g_autoptr(GError) err = NULL;

    if (!g_file_get_contents(path, text, len, &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "TLS certificate and key: %s", err->message);
        return false;
    }
    return true;
}

/* Wipes it, since it may be a key. */
static void free_text(char *text, size_t len)
{
    if (text) {
        secret_wipe(text, len);
        g_free(text);
    }
}

static bool import_key(gnutls_x509_privkey_t key, const char *text, size_t len,
                       const char *path, GError **errp)
{
    gnutls_datum_t datum = { (unsigned char *)text, len };
    int rc;

    rc = gnutls_x509_privkey_import(key, &datum, GNUTLS_X509_FMT_PEM);
    if (rc < 0) {
        rc = gnutls_x509_privkey_import_pkcs8(key, &datum,
                                              GNUTLS_X509_FMT_PEM, NULL, 0);
    }
    if (rc == GNUTLS_E_SUCCESS) {
        return true;
    }
    if (strstr(text, "ENCRYPTED")) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "%s: the private key has a passphrase; remove it with "
                    "\"openssl pkey\"", path);
    } else {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "%s: no usable private key in PEM form: %s", path,
                    gnutls_strerror(rc));
    }
    return false;
}

/* A server that presents someone else's certificate serves nobody. */
static bool check_pair(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
                       const char *cert_path, const char *key_path,
                       GError **errp)
{
    uint8_t crt_id[64];
    uint8_t key_id[64];
    size_t crt_len = sizeof(crt_id);
    size_t key_len = sizeof(key_id);

    if (gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, crt_id,
                                   &crt_len) < 0 ||
        gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, key_id,
                                       &key_len) < 0 ||
        crt_len != key_len || memcmp(crt_id, key_id, crt_len) != 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "%s: the private key does not belong to the certificate "
                    "in %s", key_path, cert_path);
        return false;
    }
    return true;
}

/* Checks what GIO does not; sets *expires to the end of validity. */
static bool check_texts(const char *cert, size_t cert_len, const char *key,
                        size_t key_len, const char *cert_path,
                        const char *key_path, time_t *expires, GError **errp)
{
    gnutls_datum_t datum = { (unsigned char *)cert, cert_len };
    gnutls_x509_privkey_t privkey = NULL;
    gnutls_x509_crt_t crt = NULL;
    bool ok = false;
    int rc;

    if (gnutls_x509_crt_init(&crt) < 0 ||
        gnutls_x509_privkey_init(&privkey) < 0) {
        g_set_error_literal(errp, BMC_ERROR, BMC_ERROR_FAILED,
                            "GnuTLS is out of memory");
        goto out;
    }
    rc = gnutls_x509_crt_import(crt, &datum, GNUTLS_X509_FMT_PEM);
    if (rc < 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "%s: no usable certificate in PEM form: %s", cert_path,
                    gnutls_strerror(rc));
        goto out;
    }
    *expires = gnutls_x509_crt_get_expiration_time(crt);
    ok = import_key(privkey, key, key_len, key_path, errp) &&
         check_pair(crt, privkey, cert_path, key_path, errp);
out:
    if (privkey) {
        gnutls_x509_privkey_deinit(privkey);
    }
    if (crt) {
        gnutls_x509_crt_deinit(crt);
    }
    return ok;
}

static GTlsCertificate *load(const char *cert_path, const char *key_path,
                             time_t *expires, GError **errp)
{
    g_autoptr(GTlsCertificate) certificate = NULL;
    g_autoptr(GError) err = NULL;
    char *cert = NULL;
    char *key = NULL;
    size_t cert_len = 0;
    size_t key_len = 0;

    if (read_file(cert_path, &cert, &cert_len, errp) &&
        read_file(key_path, &key, &key_len, errp) &&
        check_texts(cert, cert_len, key, key_len, cert_path, key_path,
                    expires, errp)) {
        certificate = g_tls_certificate_new_from_files(cert_path, key_path,
                                                       &err);
        if (!certificate) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "%s: %s",
                        cert_path, err->message);
        }
    }
    free_text(cert, cert_len);
    free_text(key, key_len);
    return g_steal_pointer(&certificate);
}

/*
 * Tells whether a file holds a certificate such as generate() makes: one
 * that somebody's authority has signed is not ours to replace.
 */
static bool is_self_signed(const char *path)
{
    gnutls_x509_crt_t crt = NULL;
    gnutls_datum_t datum;
    g_autofree char *text = NULL;
    size_t len;
    bool self = false;

    if (!g_file_get_contents(path, &text, &len, NULL) ||
        gnutls_x509_crt_init(&crt) < 0) {
        return false;
    }
    datum = (gnutls_datum_t) { (unsigned char *)text, len };
    self = gnutls_x509_crt_import(crt, &datum, GNUTLS_X509_FMT_PEM) >= 0 &&
           gnutls_x509_crt_check_issuer(crt, crt);
    gnutls_x509_crt_deinit(crt);
    return self;
}

static int add_host(gnutls_x509_crt_t crt, const char *host)
{
    g_autoptr(GInetAddress) addr = g_inet_address_new_from_string(host);

    if (addr) {
        return gnutls_x509_crt_set_subject_alt_name(
            crt, GNUTLS_SAN_IPADDRESS, g_inet_address_to_bytes(addr),
            g_inet_address_get_native_size(addr), GNUTLS_FSAN_APPEND);
    }
    return gnutls_x509_crt_set_subject_alt_name(
        crt, GNUTLS_SAN_DNSNAME, host, strlen(host), GNUTLS_FSAN_APPEND);
}

static int add_hosts(gnutls_x509_crt_t crt, const char *const *hosts)
{
    const char *const *host;
    int rc = 0;

    for (host = own_hosts; *host && rc >= 0; host++) {
        rc = add_host(crt, *host);
    }
    for (host = hosts; host && *host && rc >= 0; host++) {
        if (!g_strv_contains(own_hosts, *host)) {
            rc = add_host(crt, *host);
        }
    }
    return rc;
}

/* Returns a GnuTLS error code. */
static int fill_certificate(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key,
                            const char *common_name, const char *const *hosts)
{
    time_t now = time(NULL);
    uint8_t serial[SERIAL_BYTES];
    int rc;

    rc = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));
    if (rc < 0) {
        return rc;
    }
    /* Positive, and as long as it says (RFC 5280 section 4.1.2.2). */
    serial[0] = (serial[0] & 0x7f) | 0x40;
    if ((rc = gnutls_x509_crt_set_version(crt, 3)) < 0 ||
        (rc = gnutls_x509_crt_set_serial(crt, serial, sizeof(serial))) < 0 ||
        (rc = gnutls_x509_crt_set_activation_time(
             crt, now - BACKDATE_SECONDS)) < 0 ||
        (rc = gnutls_x509_crt_set_expiration_time(
             crt, now - BACKDATE_SECONDS +
                  (time_t)VALID_DAYS * SECONDS_PER_DAY)) < 0 ||
        (rc = gnutls_x509_crt_set_dn_by_oid(
             crt, GNUTLS_OID_X520_COMMON_NAME, 0, common_name,
             strlen(common_name))) < 0 ||
        (rc = gnutls_x509_crt_set_key(crt, key)) < 0 ||
        (rc = add_hosts(crt, hosts)) < 0 ||
        (rc = gnutls_x509_crt_set_basic_constraints(crt, 0, -1)) < 0 ||
        (rc = gnutls_x509_crt_set_key_usage(
             crt, GNUTLS_KEY_DIGITAL_SIGNATURE)) < 0 ||
        (rc = gnutls_x509_crt_set_key_purpose_oid(
             crt, GNUTLS_KP_TLS_WWW_SERVER, 0)) < 0) {
        return rc;
    }
    return gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
}

static bool write_pem(const char *path, const gnutls_datum_t *pem, int mode,
                      GError **errp)
{
    g_autoptr(GError) err = NULL;

    if (!g_file_set_contents_full(path, (const char *)pem->data, pem->size,
                                  G_FILE_SET_CONTENTS_CONSISTENT |
                                      G_FILE_SET_CONTENTS_DURABLE,
                                  mode, &err)) {
        g_set_error_literal(errp, BMC_ERROR, BMC_ERROR_FAILED, err->message);
        return false;
    }
    return true;
}

static bool generate(const char *cert_path, const char *key_path,
                     const char *common_name, const char *const *hosts,
                     GError **errp)
{
    gnutls_datum_t cert_pem = { NULL, 0 };
    gnutls_datum_t key_pem = { NULL, 0 };
    gnutls_x509_privkey_t key = NULL;
    gnutls_x509_crt_t crt = NULL;
    bool ok = false;
    int rc;

    if ((rc = gnutls_x509_privkey_init(&key)) < 0 ||
        (rc = gnutls_x509_crt_init(&crt)) < 0 ||
        (rc = gnutls_x509_privkey_generate(
             key, GNUTLS_PK_ECDSA,
             GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0)) < 0 ||
        (rc = fill_certificate(crt, key, common_name, hosts)) < 0 ||
        (rc = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM,
                                      &cert_pem)) < 0 ||
        (rc = gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM,
                                                NULL, GNUTLS_PKCS_PLAIN,
                                                &key_pem)) < 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot make a TLS certificate: %s", gnutls_strerror(rc));
    } else {
        /* Interrupted between the two, the pair is made anew. */
        ok = write_pem(key_path, &key_pem, 0600, errp) &&
             write_pem(cert_path, &cert_pem, 0644, errp);
    }
    if (key_pem.data) {
        secret_wipe(key_pem.data, key_pem.size);
        gnutls_free(key_pem.data);
    }
    gnutls_free(cert_pem.data);
    if (crt) {
        gnutls_x509_crt_deinit(crt);
    }
    if (key) {
        gnutls_x509_privkey_deinit(key);
    }
    return ok;
}

static void close_fd(void *opaque)
{
    int fd = GPOINTER_TO_INT(opaque);

    if (fd >= 0) {
        close(fd);
    }
}

static void warn_expired(const char *cert_path)
{
    g_warning("%s: the certificate has expired, clients will refuse it; "
              "renew it", cert_path);
}

GTlsCertificate *tls_load(const char *cert_path, const char *key_path,
                          GError **errp)
{
    time_t expires = 0;
    GTlsCertificate *certificate;

    if (!check_backend(errp)) {
        return NULL;
    }
    certificate = load(cert_path, key_path, &expires, errp);
    if (certificate && expires <= time(NULL)) {
        warn_expired(cert_path);
    }
    return certificate;
}

GTlsCertificate *tls_load_or_generate(const char *dir,
                                      const char *common_name,
                                      const char *const *hosts,
                                      GError **errp)
{
    g_autofree char *cert_path = g_build_filename(dir, TLS_CERT_FILE, NULL);
    g_autofree char *key_path = g_build_filename(dir, TLS_KEY_FILE, NULL);
    g_autofree char *pair_path = g_build_filename(dir, TLS_PAIR_FILE, NULL);
    g_autoptr(GTlsCertificate) certificate = NULL;
    g_autoptr(GError) err = NULL;
    time_t expires = 0;

    if (!check_backend(errp)) {
        return NULL;
    }
    if (g_file_test(pair_path, G_FILE_TEST_EXISTS)) {
        return tls_load(pair_path, pair_path, errp);
    }
    if (g_file_test(cert_path, G_FILE_TEST_EXISTS)) {
        certificate = load(cert_path, key_path, &expires, &err);
        if (certificate && expires > time(NULL)) {
            return g_steal_pointer(&certificate);
        }
        if (!is_self_signed(cert_path)) {
            if (err) {
                g_propagate_error(errp, g_steal_pointer(&err));
            } else {
                warn_expired(cert_path);
            }
            return g_steal_pointer(&certificate);
        }
        g_message("%s: making a new certificate, the old one %s", cert_path,
                  certificate ? "has expired" : "cannot be used");
        g_clear_object(&certificate);
    }
    if (!generate(cert_path, key_path, common_name, hosts, errp)) {
        return NULL;
    }
    return load(cert_path, key_path, &expires, errp);
}

GTlsDatabase *tls_database_new(const char *pem, GError **errp)
{
    GTlsDatabase *database;
    g_autoptr(GError) err = NULL;
    g_autofree char *path = NULL;
    int fd;

    /*
     * GIO makes such a database from a file only, and reads it again for each
     * connection, so the file lives as long as the database.
     */
    fd = memfd_create("tls-anchors", MFD_CLOEXEC);
    if (fd < 0 || write(fd, pem, strlen(pem)) != (ssize_t)strlen(pem)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot set up TLS: %s", g_strerror(errno));
        close_fd(GINT_TO_POINTER(fd));
        return NULL;
    }
    path = g_strdup_printf("/proc/self/fd/%d", fd);
    database = g_tls_file_database_new(path, &err);
    if (!database) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot set up TLS: %s", err->message);
        close_fd(GINT_TO_POINTER(fd));
        return NULL;
    }
    g_object_set_data_full(G_OBJECT(database), "anchors-fd",
                           GINT_TO_POINTER(fd), close_fd);
    return database;
}

gboolean tls_set_server_defaults(GTlsCertificate *certificate, GError **errp)
{
    g_autoptr(GTlsDatabase) database = NULL;
    g_autofree char *pem = NULL;

    g_object_get(certificate, "certificate-pem", &pem, NULL);
    database = tls_database_new(pem, errp);
    if (!database) {
        return FALSE;
    }
    g_tls_backend_set_default_database(g_tls_backend_get_default(), database);
    return TRUE;
}

GTlsDatabase *tls_system_database(void)
{
    GTlsBackend *backend = g_tls_backend_get_default();
    GTlsBackendInterface *iface = G_TLS_BACKEND_GET_INTERFACE(backend);

    /* What g_tls_backend_set_default_database() hides. */
    return iface->get_default_database ? iface->get_default_database(backend)
                                       : NULL;
}
