/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates of clients, by curl and openssl against the real helper, with
 * TLS 1.2 and 1.3. No VM is needed: the helper waits for one.
 */
#include "osdep.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "test-certs.h"
#include "test-vm.h"

#define CLIENT \
    "/redfish/v1/AccountService/MultiFactorAuth/ClientCertificate"
#define AUTHORITIES CLIENT "/Certificates"
#define SYSTEM "/redfish/v1/Systems/1"
#define SESSIONS "/redfish/v1/SessionService/Sessions"
#define ACCOUNTS "/redfish/v1/AccountService/Accounts"
#define BASIC "-u admin:password "
#define JSON "-H 'Content-Type: application/json' "

typedef struct Site {
    TestDir *dir;
    TestBmc *bmc;
    TestCert *ca;
} Site;

static void write_cert(Site *s, const char *name, const TestCert *cert)
{
    g_autofree char *file = g_strconcat(name, ".pem", NULL);
    g_autofree char *path = test_dir_file(s->dir, file);
    g_autofree char *text = g_strconcat(cert->pem, cert->key_pem, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void make_cert(Site *s, const char *file, const TestCertSpec *spec,
                      const TestCert *issuer)
{
    g_autoptr(TestCert) cert = test_cert_new(spec, issuer);

    write_cert(s, file, cert);
}

/* curl; the last line is the status, "000" when there was no answer. */
static char *run_curl(Site *s, const char *options, const char *path)
{
    g_autofree char *line = g_strdup_printf(
        "curl -sS -k -i -m 30 -w '\\n%%{http_code}' %s %s%s", options,
        *path == '/' ? s->bmc->redfish : "", path);
    char *out = NULL;

    test_run(&out, line);
    g_test_message("curl %s %s: %s", options, path,
                   strrchr(out, '\n') ?: out);
    return out;
}

static void status(Site *s, const char *options, const char *path,
                   const char *want)
{
    g_autofree char *out = run_curl(s, options, path);
    g_autofree char *end = g_strconcat("\n", want, NULL);

    if (!g_str_has_suffix(out, end)) {
        g_error("curl %s %s: not %s: %s", options, path, want, out);
    }
}

/* The same with a certificate, over both versions of TLS. */
static void by(Site *s, const char *file, const char *options,
               const char *path, const char *want)
{
    static const char *const versions[] = {
        "--tlsv1.2 --tls-max 1.2", "--tlsv1.3"
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_autofree char *name = g_strconcat(file, ".pem", NULL);
        g_autofree char *cert = test_dir_file(s->dir, name);
        g_autofree char *all = g_strdup_printf("%s --cert %s %s",
                                               versions[i], cert, options);

        status(s, all, path, want);
    }
}

/* Sends JSON as the administrator by his password. */
static void send(Site *s, const char *method, const char *path,
                 const char *body, const char *want)
{
    g_autofree char *options = g_strdup_printf(BASIC JSON "-X %s -d '%s'",
                                               method, body);

    status(s, options, path, want);
}

static void trust(Site *s, const TestCert *ca, const char *want)
{
    g_auto(GStrv) lines = g_strsplit(ca->pem, "\n", -1);
    g_autofree char *text = g_strjoinv("\\n", lines);
    g_autofree char *body = g_strdup_printf(
        "{\"CertificateType\":\"PEM\",\"CertificateString\":\"%s\"}", text);

    send(s, "POST", AUTHORITIES, body, want);
}

static void configure(Site *s, const char *settings, const char *want)
{
    g_autofree char *body = g_strdup_printf(
        "{\"MultiFactorAuth\":{\"ClientCertificate\":{%s}}}", settings);

    send(s, "PATCH", "/redfish/v1/AccountService", body, want);
}

static void setup(Site *s, const void *data)
{
    s->dir = test_dir_new();
    s->ca = test_cert_authority("Authority");
    s->bmc = test_bmc_start(s->dir, "--qmp /nonexistent/qmp");
    make_cert(s, "admin", &(TestCertSpec) { .name = "admin" }, s->ca);
    make_cert(s, "bob", &(TestCertSpec) { .name = "bob" }, s->ca);
    send(s, "POST", ACCOUNTS, "{\"UserName\":\"bob\",\"Password\":"
         "\"bobpassword\",\"RoleId\":\"Operator\"}", "201");
    trust(s, s->ca, "201");
    by(s, "admin", "", SYSTEM, "401");
    configure(s, "\"Enabled\":true", "200");
}

static void teardown(Site *s, const void *data)
{
    test_bmc_stop(s->bmc);
    test_bmc_free(s->bmc);
    test_cert_free(s->ca);
    test_dir_free(s->dir);
}

static void test_who(Site *s, const void *data)
{
    g_autoptr(TestCert) other = test_cert_authority("Authority");
    g_autoptr(TestCert) middle = test_cert_new(
        &(TestCertSpec) { .name = "Middle", .authority = true }, s->ca);
    g_autoptr(TestCert) leaf = test_cert_new(
        &(TestCertSpec) { .name = "admin" }, middle);
    g_autofree char *chain = test_dir_file(s->dir, "chain.pem");
    g_autofree char *text = g_strconcat(leaf->pem, middle->pem,
                                        leaf->key_pem, NULL);

    make_cert(s, "other", &(TestCertSpec) { .name = "admin" }, other);
    make_cert(s, "self", &(TestCertSpec) { .name = "admin" }, NULL);
    make_cert(s, "old", &(TestCertSpec) {
                  .name = "admin", .from = -3, .to = -1 }, s->ca);
    make_cert(s, "server", &(TestCertSpec) {
                  .name = "admin", .purpose = GNUTLS_KP_TLS_WWW_SERVER },
              s->ca);
    make_cert(s, "nobody", &(TestCertSpec) { .name = "nobody" }, s->ca);
    make_cert(s, "Admin", &(TestCertSpec) { .name = "Admin" }, s->ca);
    g_assert_true(g_file_set_contents(chain, text, -1, NULL));

    by(s, "admin", "", SYSTEM, "200");
    by(s, "chain", "", SYSTEM, "200");
    by(s, "admin", "", ACCOUNTS "/2", "200");
    by(s, "admin", "-G -d '$expand=.($levels=2)'", "/redfish/v1/Managers",
       "200");
    by(s, "other", "", SYSTEM, "401");
    by(s, "self", "", SYSTEM, "401");
    by(s, "old", "", SYSTEM, "401");
    by(s, "server", "", SYSTEM, "401");
    by(s, "nobody", "", SYSTEM, "401");
    by(s, "Admin", "", SYSTEM, "401");
    /* What is public stays so, and a password counts as ever. */
    by(s, "other", "", "/redfish/v1", "200");
    by(s, "old", BASIC, SYSTEM, "200");
    status(s, BASIC, SYSTEM, "200");
    status(s, "", SYSTEM, "401");
    /* Who says who he is has to prove that. */
    by(s, "admin", "-u admin:wrong", SYSTEM, "401");
    by(s, "admin", "-H 'X-Auth-Token: 1234'", SYSTEM, "401");
    by(s, "admin", "-u bob:bobpassword", ACCOUNTS "/2", "403");
    g_assert_true(test_bmc_logged(s->bmc, "does not count"));
}

static void test_account(Site *s, const void *data)
{
    g_autofree char *bob = NULL;
    unsigned slot;

    for (slot = 3; slot <= 16 && !bob; slot++) {
        g_autofree char *uri = g_strdup_printf(ACCOUNTS "/%u", slot);
        g_autofree char *out = run_curl(s, BASIC, uri);

        if (strstr(out, "\"bob\"")) {
            bob = g_steal_pointer(&uri);
        }
    }
    g_assert_nonnull(bob);
    by(s, "bob", "", SYSTEM, "200");
    by(s, "bob", JSON "-X PATCH -d '{\"AssetTag\":\"x\"}'", SYSTEM, "200");
    send(s, "PATCH", bob, "{\"RoleId\":\"ReadOnly\"}", "200");
    by(s, "bob", JSON "-X PATCH -d '{\"AssetTag\":\"y\"}'", SYSTEM, "403");
    by(s, "bob", "", SYSTEM, "200");
    send(s, "PATCH", bob, "{\"PasswordChangeRequired\":true}", "200");
    by(s, "bob", "", SYSTEM, "403");
    by(s, "bob", "", bob, "200");
    send(s, "PATCH", bob, "{\"PasswordChangeRequired\":false}", "200");
    send(s, "PATCH", bob, "{\"Enabled\":false}", "200");
    by(s, "bob", "", SYSTEM, "401");
    send(s, "PATCH", bob, "{\"Enabled\":true}", "200");
    by(s, "bob", "", SYSTEM, "200");
    /* Who is locked out is so whatever he shows. */
    send(s, "PATCH", "/redfish/v1/AccountService",
         "{\"AccountLockoutThreshold\":2}", "200");
    status(s, "-u bob:wrong", SYSTEM, "401");
    status(s, "-u bob:wrong", SYSTEM, "401");
    by(s, "bob", "", SYSTEM, "401");
    send(s, "PATCH", bob, "{\"Locked\":false}", "200");
    by(s, "bob", "", SYSTEM, "200");
    status(s, BASIC "-X DELETE", bob, "204");
    by(s, "bob", "", SYSTEM, "401");
}

/* A header of an answer. */
static char *header(const char *answer, const char *name)
{
    g_auto(GStrv) lines = g_strsplit(answer, "\r\n", -1);
    g_autofree char *start = g_strconcat(name, ": ", NULL);
    unsigned i;

    for (i = 0; lines[i]; i++) {
        if (!g_ascii_strncasecmp(lines[i], start, strlen(start))) {
            return g_strdup(lines[i] + strlen(start));
        }
    }
    return NULL;
}

static void test_session(Site *s, const void *data)
{
    g_autofree char *cert = test_dir_file(s->dir, "admin.pem");
    g_autofree char *options = g_strdup_printf(
        "--cert %s " JSON "-X POST -d '{\"Context\":\"by certificate\"}'",
        cert);
    g_autofree char *out = run_curl(s, options, SESSIONS);
    g_autofree char *token = header(out, "X-Auth-Token");
    g_autofree char *uri = header(out, "Location");
    g_autofree char *by_token = g_strdup_printf("-H 'X-Auth-Token: %s'",
                                                token);
    g_autofree char *one = NULL;

    g_assert_true(g_str_has_suffix(out, "\n201"));
    g_assert_nonnull(token);
    g_assert_nonnull(uri);
    g_assert_nonnull(strstr(out, "by certificate"));
    status(s, JSON "-X POST -d '{\"Context\":\"x\"}'", SESSIONS, "400");
    by(s, "admin", JSON "-X POST -d '{\"UserName\":\"admin\"}'", SESSIONS,
       "400");
    /* The token is enough, from wherever. */
    status(s, by_token, SYSTEM, "200");
    /* It is only as good as what it was given for. */
    one = g_strdup_printf(BASIC "-X DELETE");
    status(s, one, AUTHORITIES "/1", "204");
    status(s, by_token, SYSTEM, "401");
    status(s, BASIC, uri, "404");
}

static void test_required(Site *s, const void *data)
{
    g_autofree char *socket = test_dir_file(s->dir, "run/redfish.sock");
    g_autofree char *local = g_strdup_printf(
        "--unix-socket %s " JSON "-X PATCH -d "
        "'{\"MultiFactorAuth\":{\"ClientCertificate\":{"
        "\"RespondToUnauthenticatedClients\":true}}}'", socket);
    g_autoptr(TestCert) other = test_cert_authority("Other");

    make_cert(s, "other", &(TestCertSpec) { .name = "admin" }, other);
    make_cert(s, "nobody", &(TestCertSpec) { .name = "nobody" }, s->ca);
    configure(s, "\"RespondToUnauthenticatedClients\":false", "200");
    status(s, BASIC, "/redfish/v1", "000");
    by(s, "other", BASIC, "/redfish/v1", "000");
    by(s, "nobody", BASIC, "/redfish/v1", "000");
    by(s, "admin", "", "/redfish/v1", "200");
    by(s, "admin", "", SYSTEM, "200");
    by(s, "admin", "-X DELETE", AUTHORITIES "/1", "405");
    status(s, local, "http://localhost/redfish/v1/AccountService", "200");
    status(s, BASIC, SYSTEM, "200");
}

/* Another name of the certificate than its common name. */
static void test_principal(Site *s, const void *data)
{
    make_cert(s, "upn", &(TestCertSpec) {
                  .name = "nobody", .principal = "bob" }, s->ca);
    make_cert(s, "both", &(TestCertSpec) {
                  .name = "admin", .principal = "nobody" }, s->ca);
    make_cert(s, "two", &(TestCertSpec) {
                  .name = "bob", .principal = "bob",
                  .second_principal = "admin" }, s->ca);
    by(s, "upn", "", SYSTEM, "401");
    by(s, "both", "", SYSTEM, "200");
    configure(s, "\"CertificateMappingAttribute\":\"Whole\"", "400");
    configure(s, "\"CertificateMappingAttribute\":\"UserPrincipalName\"",
              "200");
    by(s, "upn", "", SYSTEM, "200");
    by(s, "upn", "", ACCOUNTS "/2", "403");
    by(s, "both", "", SYSTEM, "401");
    by(s, "two", "", SYSTEM, "401");
    by(s, "admin", "", SYSTEM, "401");
    test_bmc_kill(s->bmc);
    test_bmc_free(s->bmc);
    s->bmc = test_bmc_start(s->dir, "--qmp /nonexistent/qmp");
    by(s, "upn", "", SYSTEM, "200");
    by(s, "admin", "", SYSTEM, "401");
    configure(s, "\"CertificateMappingAttribute\":\"CommonName\"", "200");
    by(s, "admin", "", SYSTEM, "200");
}

static void test_kept(Site *s, const void *data)
{
    g_autofree char *out = NULL;

    trust(s, s->ca, "400");
    test_bmc_kill(s->bmc);
    test_bmc_free(s->bmc);
    s->bmc = test_bmc_start(s->dir, "--qmp /nonexistent/qmp");
    by(s, "admin", "", SYSTEM, "200");
    out = run_curl(s, BASIC, AUTHORITIES "/1");
    g_assert_nonnull(strstr(out, "\"Authority\""));
    configure(s, "\"Enabled\":false", "200");
    by(s, "admin", "", SYSTEM, "401");
}

/* Nobody is trusted, and nothing can be shut that way. */
static void test_empty(Site *s, const void *data)
{
    status(s, BASIC "-X DELETE", AUTHORITIES "/1", "204");
    by(s, "admin", "", SYSTEM, "401");
    configure(s, "\"RespondToUnauthenticatedClients\":false", "409");
    status(s, BASIC, SYSTEM, "200");
    send(s, "POST", AUTHORITIES,
         "{\"CertificateType\":\"PEM\",\"CertificateString\":\"x\"}", "400");
}

/* openssl keeps what it may resume in a file. */
static char *openssl(Site *s, const char *version, const char *session)
{
    g_autofree char *cert = test_dir_file(s->dir, "admin.pem");
    g_autofree char *tickets = test_dir_file(s->dir, "tickets");
    g_autofree char *line = g_strdup_printf(
        "sh -c \"printf 'GET " SYSTEM " HTTP/1.1\\r\\nHost: x\\r\\n"
        "Connection: close\\r\\n\\r\\n' | "
        "timeout 60 openssl s_client -connect %s -%s -cert %s -key %s "
        "%s %s -ign_eof 2>&1\"", strstr(s->bmc->redfish, "//") + 2, version,
        cert, cert, session, tickets);
    char *out = NULL;

    test_run(&out, line);
    g_test_message("%s", out);
    return out;
}

static void test_resumed(Site *s, const void *data)
{
    static const char *const versions[] = { "tls1_2", "tls1_3" };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_autofree char *first = openssl(s, versions[i], "-sess_out");
        g_autofree char *again = openssl(s, versions[i], "-sess_in");
        g_autofree char *uri = NULL;
        g_autofree char *later = NULL;

        g_assert_nonnull(strstr(first, "HTTP/1.1 200"));
        g_assert_nonnull(strstr(again, "HTTP/1.1 "));
        uri = g_strdup_printf(AUTHORITIES "/%u", i + 1);
        status(s, BASIC "-X DELETE", uri, "204");
        later = openssl(s, versions[i], "-sess_in");
        g_assert_nonnull(strstr(later, "HTTP/1.1 401"));
        trust(s, s->ca, "201");
    }
}

/* On a connection that is there: what has changed holds for the next. */
static void test_same_connection(Site *s, const void *data)
{
    g_autofree char *cert = test_dir_file(s->dir, "admin.pem");
    g_autofree char *line = g_strdup_printf(
        "curl -sS -k -m 60 -w '\\n%%{http_code} %%{num_connects}\\n' "
        "--cert %s %s" SYSTEM " --next -sS -k --cert %s -X DELETE "
        "-w '\\n%%{http_code} %%{num_connects}\\n' "
        "%s" AUTHORITIES "/1 --next -sS -k --cert %s "
        "-w '\\n%%{http_code} %%{num_connects}\\n' %s" SYSTEM,
        cert, s->bmc->redfish, cert, s->bmc->redfish, cert, s->bmc->redfish);
    g_autofree char *out = NULL;

    g_assert_cmpint(test_run(&out, line), ==, 0);
    g_test_message("%s", out);
    g_assert_nonnull(strstr(out, "\n200 1\n"));
    g_assert_nonnull(strstr(out, "\n204 0\n"));
    g_assert_nonnull(strstr(out, "\n401 0\n"));
}

/* A stream of events goes no further than what it was opened with. */
static void test_stream(Site *s, const void *data)
{
    g_autofree char *cert = test_dir_file(s->dir, "admin.pem");
    g_autofree char *uri = g_strconcat(s->bmc->redfish,
                                       "/redfish/v1/EventService/SSE", NULL);
    g_autoptr(GSubprocess) curl = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, "curl", "-sSikN", "-m", "60",
        "--cert", cert, uri, NULL);
    char start[15] = "";
    gsize len;

    g_assert_true(g_input_stream_read_all(
        g_subprocess_get_stdout_pipe(curl), start, sizeof(start) - 1, &len,
        NULL, NULL));
    g_assert_cmpstr(start, ==, "HTTP/1.1 200 O");
    status(s, BASIC "-X DELETE", AUTHORITIES "/1", "204");
    /* Its time limit would give 28. */
    g_subprocess_wait(curl, NULL, NULL);
    g_assert_true(g_subprocess_get_if_exited(curl));
    g_assert_cmpint(g_subprocess_get_exit_status(curl), ==, 0);
}

#define ADD(name, func) \
    g_test_add("/client-certificates/" name, Site, NULL, setup, func, \
               teardown)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("who", test_who);
    ADD("account", test_account);
    ADD("session", test_session);
    ADD("required", test_required);
    ADD("principal", test_principal);
    ADD("kept", test_kept);
    ADD("empty", test_empty);
    ADD("resumed", test_resumed);
    ADD("same-connection", test_same_connection);
    ADD("stream", test_stream);
    return g_test_run();
}
