/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The certificate of HTTPS: what it says, requests, and its replacement. */
#include "osdep.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sys/stat.h>

#include "bmc/certificate.h"
#include "rf-hub.h"
#include "util/tls.h"

#define SERVICE "/redfish/v1/CertificateService"
#define CERTIFICATES \
    "/redfish/v1/Managers/1/NetworkProtocol/HTTPS/Certificates"
#define GENERATE SERVICE "/Actions/CertificateService.GenerateCSR"
#define REPLACE SERVICE "/Actions/CertificateService.ReplaceCertificate"
#define DAY (24 * 60 * 60)
#define CSR(more) \
    "{\"CertificateCollection\":{\"@odata.id\":\"" CERTIFICATES "\"}," \
    "\"CommonName\":\"vm1.example\",\"Country\":\"DE\"," \
    "\"AlternativeNames\":[\"vm1.example\",\"192.0.2.7\"]" more "}"

/* Who signs requests. */
typedef struct Authority {
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t crt;
} Authority;

static void check(int rc)
{
    g_assert_cmpint(rc, >=, 0);
}

static char *print(gnutls_x509_crt_t crt)
{
    gnutls_datum_t pem = { NULL, 0 };
    char *text;

    check(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem));
    text = g_strndup((char *)pem.data, pem.size);
    gnutls_free(pem.data);
    return text;
}

static void authority_init(Authority *ca)
{
    check(gnutls_x509_privkey_init(&ca->key));
    check(gnutls_x509_privkey_generate(
        ca->key, GNUTLS_PK_ECDSA,
        GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
    check(gnutls_x509_crt_init(&ca->crt));
    check(gnutls_x509_crt_set_version(ca->crt, 3));
    check(gnutls_x509_crt_set_serial(ca->crt, "\1", 1));
    check(gnutls_x509_crt_set_dn(ca->crt, "CN=Authority", NULL));
    check(gnutls_x509_crt_set_activation_time(ca->crt, time(NULL) - DAY));
    check(gnutls_x509_crt_set_expiration_time(ca->crt, time(NULL) + DAY));
    check(gnutls_x509_crt_set_basic_constraints(ca->crt, 1, -1));
    check(gnutls_x509_crt_set_key(ca->crt, ca->key));
    check(gnutls_x509_crt_sign2(ca->crt, ca->crt, ca->key,
                                GNUTLS_DIG_SHA256, 0));
}

static void authority_clear(Authority *ca)
{
    gnutls_x509_crt_deinit(ca->crt);
    gnutls_x509_privkey_deinit(ca->key);
}

/* A certificate with its chain, valid so many days from now. */
static char *authority_sign(Authority *ca, const char *csr, int days,
                            const char *purpose)
{
    gnutls_datum_t datum = { (unsigned char *)csr, strlen(csr) };
    g_autofree char *own = NULL;
    g_autofree char *issuer = NULL;
    gnutls_x509_crq_t crq;
    gnutls_x509_crt_t crt;

    check(gnutls_x509_crq_init(&crq));
    check(gnutls_x509_crq_import(crq, &datum, GNUTLS_X509_FMT_PEM));
    check(gnutls_x509_crq_verify(crq, 0));
    check(gnutls_x509_crt_init(&crt));
    check(gnutls_x509_crt_set_crq(crt, crq));
    check(gnutls_x509_crt_set_version(crt, 3));
    check(gnutls_x509_crt_set_serial(crt, "\2", 1));
    check(gnutls_x509_crt_set_activation_time(crt, time(NULL) - 2 * DAY));
    check(gnutls_x509_crt_set_expiration_time(crt, time(NULL) + days * DAY));
    check(gnutls_x509_crt_set_key_purpose_oid(crt, purpose, 0));
    check(gnutls_x509_crt_sign2(crt, ca->crt, ca->key, GNUTLS_DIG_SHA256,
                                0));
    own = print(crt);
    issuer = print(ca->crt);
    gnutls_x509_crt_deinit(crt);
    gnutls_x509_crq_deinit(crq);
    return g_strconcat(own, issuer, NULL);
}

static RfHub *hub_new(bool fixed)
{
    RfHub *hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(GError) err = NULL;
    g_autoptr(GTlsCertificate) tls = tls_load_or_generate(
        hub->fix.config.state_dir, "qemu-bmc test", NULL, &err);

    g_assert_no_error(err);
    bmc_certificate_set(hub->fix.bmc, tls, fixed);
    return hub;
}

static char *request(RfHub *hub, const char *body)
{
    g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "POST", GENERATE,
                                           body);

    g_assert_cmpuint(reply->status, ==, 200);
    g_assert_cmpstr(rf_reply_text(reply, "/CertificateCollection/@odata.id"),
                    ==, CERTIFICATES);
    g_assert_null(strstr(rf_reply_text(reply, "/CSRString"), "PRIVATE"));
    return g_strdup(rf_reply_text(reply, "/CSRString"));
}

static RfReply *replace(RfHub *hub, const char *user, const char *pem)
{
    g_autofree char *escaped = g_strescape(pem, NULL);
    g_autofree char *body = g_strdup_printf(
        "{\"CertificateUri\":{\"@odata.id\":\"" CERTIFICATES "/1\"},"
        "\"CertificateType\":\"PEM\",\"CertificateString\":\"%s\"}",
        escaped);

    return rf_hub_send(hub, user, "POST", REPLACE, body);
}

static void refused(RfHub *hub, const char *pem, const char *why)
{
    g_autoptr(RfReply) reply = replace(hub, ADMIN, pem);
    g_autoptr(RfReply) now = rf_hub_get(hub, CERTIFICATES "/1");

    g_assert_cmpuint(reply->status, ==, 400);
    g_assert_nonnull(strstr(reply->text, why));
    g_assert_cmpstr(rf_reply_text(now, "/Subject/CommonName"), ==,
                    "qemu-bmc test");
}

static void test_shown(void)
{
    g_autoptr(RfHub) hub = hub_new(false);
    g_autoptr(RfReply) reply = rf_hub_get(hub, CERTIFICATES "/1");
    g_autoptr(RfReply) protocol = rf_hub_get(
        hub, "/redfish/v1/Managers/1/NetworkProtocol");
    g_autoptr(RfReply) other = rf_hub_send(hub, ADMIN, "GET",
                                           CERTIFICATES "/2", NULL);

    g_assert_cmpstr(rf_reply_text(reply, "/Subject/CommonName"), ==,
                    "qemu-bmc test");
    g_assert_nonnull(strstr(reply->text, "\"DigitalSignature\""));
    g_assert_nonnull(strstr(rf_reply_text(reply, "/CertificateString"),
                            "-----BEGIN CERTIFICATE-----"));
    g_assert_null(strstr(rf_reply_text(reply, "/CertificateString"),
                         "PRIVATE"));
    g_assert_cmpuint(strlen(rf_reply_text(reply, "/Fingerprint")), ==, 95);
    g_assert_cmpstr(rf_reply_text(protocol,
                                  "/HTTPS/Certificates/@odata.id"), ==,
                    CERTIFICATES);
    g_assert_cmpuint(other->status, ==, 404);
}

static void replaced_with(const char *more)
{
    g_autoptr(RfHub) hub = hub_new(false);
    g_autofree char *body = g_strdup_printf(CSR("%s"), more);
    g_autofree char *csr = request(hub, body);
    g_autofree char *file = g_build_filename(hub->fix.config.state_dir,
                                             TLS_PAIR_FILE, NULL);
    g_autofree char *key = g_build_filename(hub->fix.config.state_dir,
                                            "tls-request-key.pem", NULL);
    g_autoptr(GTlsCertificate) loaded = NULL;
    g_autoptr(RfReply) reply = NULL;
    g_autoptr(RfReply) now = NULL;
    g_autofree char *pem = NULL;
    struct stat st;
    Authority ca;

    g_assert_cmpint(stat(key, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 0777, ==, 0600);
    authority_init(&ca);
    pem = authority_sign(&ca, csr, 1, GNUTLS_KP_TLS_WWW_SERVER);
    authority_clear(&ca);
    reply = replace(hub, ADMIN, pem);
    g_assert_cmpuint(reply->status, ==, 204);
    now = rf_hub_get(hub, CERTIFICATES "/1");
    g_assert_cmpstr(rf_reply_text(now, "/Subject/CommonName"), ==,
                    "vm1.example");
    g_assert_cmpstr(rf_reply_text(now, "/Issuer/CommonName"), ==,
                    "Authority");
    g_assert_cmpstr(rf_reply_text(now, "/CertificateType"), ==, "PEMchain");
    g_assert_cmpint(stat(file, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 0777, ==, 0600);
    g_assert_cmpint(stat(key, &st), !=, 0);
    /* What is found after a new start is that, and what is in use. */
    loaded = tls_load_or_generate(hub->fix.config.state_dir, "x", NULL,
                                  NULL);
    g_assert_nonnull(loaded);
    g_assert_true(g_tls_certificate_is_same(
        loaded, bmc_certificate_tls(hub->fix.bmc)));
    /* The key in use can have a newer certificate. */
    g_clear_pointer(&reply, rf_reply_free);
    reply = replace(hub, ADMIN, pem);
    g_assert_cmpuint(reply->status, ==, 204);
}

static void test_replaced(void)
{
    replaced_with("");
    replaced_with(",\"KeyPairAlgorithm\":\"TPM_ALG_ECDSA\","
                  "\"KeyCurveId\":\"TPM_ECC_NIST_P384\"");
    replaced_with(",\"KeyPairAlgorithm\":\"TPM_ALG_RSA\","
                  "\"KeyBitLength\":2048");
}

static void test_refused(void)
{
    g_autoptr(RfHub) hub = hub_new(false);
    g_autofree char *old = request(hub, CSR(""));
    g_autofree char *csr = request(hub, CSR(""));
    g_autofree char *long_text = g_strnfill(TLS_PEM_MAX + 1, 'x');
    g_autofree char *expired = NULL;
    g_autofree char *client = NULL;
    g_autofree char *foreign = NULL;
    g_autoptr(RfReply) secret = NULL;
    g_autoptr(RfReply) large = NULL;
    Authority ca;

    authority_init(&ca);
    expired = authority_sign(&ca, csr, -1, GNUTLS_KP_TLS_WWW_SERVER);
    client = authority_sign(&ca, csr, 1, GNUTLS_KP_TLS_WWW_CLIENT);
    foreign = authority_sign(&ca, old, 1, GNUTLS_KP_TLS_WWW_SERVER);
    authority_clear(&ca);
    refused(hub, "garbage", "It is no certificate in PEM form.");
    refused(hub, expired, "The certificate has expired.");
    refused(hub, client, "The certificate is not for TLS servers.");
    refused(hub, foreign, "The certificate is for another private key.");
    large = replace(hub, ADMIN, long_text);
    g_assert_cmpuint(large->status, ==, 400);
    /* A key at a wrong place does not come back in the error. */
    secret = rf_hub_send(hub, ADMIN, "POST", REPLACE,
                         "{\"CertificateUri\":{\"@odata.id\":\""
                         CERTIFICATES "/1\"},\"CertificateType\":\"PEM\","
                         "\"CertificateString\":[\"topsecret\"]}");
    g_assert_cmpuint(secret->status, ==, 400);
    g_assert_null(strstr(secret->text, "topsecret"));
}

static void test_requests_refused(void)
{
    static const char *const more[] = {
        ",\"KeyPairAlgorithm\":\"TPM_ALG_RSA\",\"KeyBitLength\":1024",
        ",\"KeyPairAlgorithm\":\"TPM_ALG_RSA\","
        "\"KeyCurveId\":\"TPM_ECC_NIST_P256\"",
        ",\"KeyBitLength\":384", ",\"Email\":\"\"",
        ",\"KeyUsage\":[\"KeyCertSign\"]",
    };
    g_autoptr(RfHub) hub = hub_new(false);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(more); i++) {
        g_autofree char *body = g_strdup_printf(CSR("%s"), more[i]);
        g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "POST", GENERATE,
                                               body);

        g_test_message("%s", more[i]);
        g_assert_cmpuint(reply->status, ==, 400);
    }
}

static void test_rights(void)
{
    g_autoptr(RfHub) hub = hub_new(false);
    g_autoptr(RfReply) viewer = replace(hub, HUB_VIEWER, "x");
    g_autoptr(RfReply) oper = replace(hub, HUB_OPERATOR, "x");
    g_autoptr(RfReply) csr = rf_hub_send(hub, HUB_OPERATOR, "POST", GENERATE,
                                         CSR(""));

    g_assert_cmpuint(viewer->status, ==, 403);
    g_assert_cmpuint(oper->status, ==, 403);
    g_assert_cmpuint(csr->status, ==, 403);
}

static void test_fixed(void)
{
    g_autoptr(RfHub) hub = hub_new(true);
    g_autoptr(RfReply) service = rf_hub_get(hub, SERVICE);
    g_autoptr(RfReply) action = replace(hub, ADMIN, "x");
    g_autoptr(RfReply) post = rf_hub_send(
        hub, ADMIN, "POST", CERTIFICATES,
        "{\"CertificateString\":\"x\",\"CertificateType\":\"PEM\"}");

    g_assert_null(strstr(service->text, "ReplaceCertificate"));
    g_assert_cmpuint(action->status, ==, 404);
    g_assert_cmpuint(post->status, ==, 400);
    g_assert_nonnull(strstr(post->text, "TLS_CERT"));
}

/* SHA-256 of the public key that a request is for. */
static char *key_of(const char *csr)
{
    gnutls_datum_t datum = { (unsigned char *)csr, strlen(csr) };
    gnutls_x509_crq_t crq;
    uint8_t id[64];
    size_t len = sizeof(id);

    check(gnutls_x509_crq_init(&crq));
    check(gnutls_x509_crq_import(crq, &datum, GNUTLS_X509_FMT_PEM));
    check(gnutls_x509_crq_verify(crq, 0));
    check(gnutls_x509_crq_get_key_id(crq, GNUTLS_KEYID_USE_SHA256, id,
                                     &len));
    gnutls_x509_crq_deinit(crq);
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, id, len);
}

static char *again(RfHub *hub, const char *action, const char *body)
{
    g_autofree char *path = g_strconcat(
        CERTIFICATES "/1/Actions/Certificate.", action, NULL);
    g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "POST", path, body);

    g_assert_cmpuint(reply->status, ==, 200);
    g_assert_cmpstr(rf_reply_text(reply, "/Certificate/@odata.id"), ==,
                    CERTIFICATES "/1");
    g_assert_null(strstr(rf_reply_text(reply, "/CSRString"), "PRIVATE"));
    return g_strdup(rf_reply_text(reply, "/CSRString"));
}

/* With the names of the one in use, and its key or another one. */
static void test_again(void)
{
    static const char *const kinds[] = {
        "", "\"KeyPairAlgorithm\":\"TPM_ALG_RSA\",\"KeyBitLength\":2048",
        "\"KeyCurveId\":\"TPM_ECC_NIST_P384\"",
    };
    g_autoptr(RfHub) hub = hub_new(false);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *body = g_strdup_printf("{%s}", kinds[i]);
        g_autofree char *renewed = again(hub, "Renew", "{}");
        g_autofree char *twice = again(hub, "Renew", "{}");
        g_autofree char *rekeyed = again(hub, "Rekey", body);
        g_autofree char *key = key_of(renewed);
        g_autofree char *key_twice = key_of(twice);
        g_autofree char *other = key_of(rekeyed);
        g_autoptr(RfReply) by_key = NULL;
        g_autoptr(RfReply) by_other = NULL;
        g_autoptr(RfReply) shown = NULL;
        g_autofree char *first = NULL;
        g_autofree char *second = NULL;
        Authority ca;

        g_assert_cmpstr(key, ==, key_twice);
        g_assert_cmpstr(key, !=, other);
        authority_init(&ca);
        first = authority_sign(&ca, renewed, 5, GNUTLS_KP_TLS_WWW_SERVER);
        second = authority_sign(&ca, rekeyed, 5, GNUTLS_KP_TLS_WWW_SERVER);
        authority_clear(&ca);
        by_key = replace(hub, ADMIN, first);
        g_assert_cmpuint(by_key->status, ==, 204);
        /* The key of the request still waits for its certificate. */
        by_other = replace(hub, ADMIN, second);
        g_assert_cmpuint(by_other->status, ==, 204);
        shown = rf_hub_get(hub, CERTIFICATES "/1");
        g_assert_cmpstr(rf_reply_text(shown, "/Subject/CommonName"), ==,
                        "qemu-bmc test");
    }
}

static void test_again_refused(void)
{
    static const char renew[] = CERTIFICATES "/1/Actions/Certificate.Renew";
    static const char rekey[] = CERTIFICATES "/1/Actions/Certificate.Rekey";
    g_autoptr(RfHub) hub = hub_new(false);
    g_autoptr(RfHub) fixed = hub_new(true);
    g_autoptr(RfReply) operator = rf_hub_send(hub, HUB_OPERATOR, "POST",
                                              renew, "{}");
    g_autoptr(RfReply) password = rf_hub_send(
        hub, ADMIN, "POST", renew, "{\"ChallengePassword\":\"x\"}");
    g_autoptr(RfReply) bits = rf_hub_send(hub, ADMIN, "POST", rekey,
                                          "{\"KeyBitLength\":1024}");
    g_autoptr(RfReply) files = rf_hub_send(fixed, ADMIN, "POST", renew, "{}");

    g_assert_cmpuint(operator->status, ==, 403);
    g_assert_cmpuint(password->status, ==, 400);
    g_assert_cmpuint(bits->status, ==, 400);
    g_assert_cmpuint(files->status, ==, 404);
}

static bool is_read_twice(void *opaque)
{
    const RfHub *hub = opaque;

    return bmc_generation(hub->fix.bmc, BMC_PART_CERTIFICATE) >= 4;
}

/* The second SIGHUP comes while the files are read: they may be others. */
static void test_reload(void)
{
    g_autoptr(RfHub) hub = hub_new(true);
    const char *dir = hub->fix.config.state_dir;
    g_autofree char *cert = g_build_filename(dir, TLS_CERT_FILE, NULL);
    g_autofree char *key = g_build_filename(dir, TLS_KEY_FILE, NULL);

    g_assert_cmpuint(bmc_generation(hub->fix.bmc, BMC_PART_CERTIFICATE), ==,
                     2);
    bmc_certificate_reload(hub->fix.bmc, cert, key);
    bmc_certificate_reload(hub->fix.bmc, cert, key);
    g_assert_true(test_wait_until(is_read_twice, hub, 30000));
    fixture_settle(&hub->fix);
    g_assert_cmpuint(bmc_generation(hub->fix.bmc, BMC_PART_CERTIFICATE), ==,
                     4);
}

#define TOLD(hub) bmc_generation((hub)->fix.bmc, BMC_PART_EXPIRY)

/* The end of a certificate is told of some time before. */
static void test_expiry(void)
{
    g_autoptr(RfHub) hub = hub_new(false);
    g_autofree char *csr = request(hub, CSR(""));
    uint64_t told = TOLD(hub);
    g_autoptr(RfReply) reply = NULL;
    g_autofree char *pem = NULL;
    Authority ca;

    /* The one that was made is good for long. */
    fixture_advance(&hub->fix, 40 * DAY * INT64_C(1000));
    g_assert_cmpuint(TOLD(hub), ==, told);
    authority_init(&ca);
    pem = authority_sign(&ca, csr, 20, GNUTLS_KP_TLS_WWW_SERVER);
    authority_clear(&ca);
    reply = replace(hub, ADMIN, pem);
    g_assert_cmpuint(reply->status, ==, 204);
    g_assert_cmpuint(bmc_certificate_days_left(hub->fix.bmc), ==, 19);
    fixture_advance(&hub->fix, 1000);
    g_assert_cmpuint(TOLD(hub), ==, told + 1);
    /* Not again until it has but a week. */
    fixture_advance(&hub->fix, 12 * DAY * INT64_C(1000));
    g_assert_cmpuint(TOLD(hub), ==, told + 1);
    fixture_advance(&hub->fix, 2 * DAY * INT64_C(1000));
    g_assert_cmpuint(TOLD(hub), ==, told + 2);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/certificates/shown", test_shown);
    g_test_add_func("/redfish/certificates/replaced", test_replaced);
    g_test_add_func("/redfish/certificates/refused", test_refused);
    g_test_add_func("/redfish/certificates/requests-refused",
                    test_requests_refused);
    g_test_add_func("/redfish/certificates/again", test_again);
    g_test_add_func("/redfish/certificates/again-refused",
                    test_again_refused);
    g_test_add_func("/redfish/certificates/rights", test_rights);
    g_test_add_func("/redfish/certificates/fixed", test_fixed);
    g_test_add_func("/redfish/certificates/reload", test_reload);
    g_test_add_func("/redfish/certificates/expiry", test_expiry);
    return g_test_run();
}
