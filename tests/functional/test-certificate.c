/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The certificate of HTTPS and trust in clients', by bmcctl and curl against
 * the real helper: replaced while it serves, and while it is killed.
 */
#include "osdep.h"

#include "test-certs.h"
#include "test-vm.h"

#define REPLACEMENTS 6

typedef struct Site {
    TestDir *dir;
    TestBmc *bmc;
    TestCert *ca;
} Site;

static void write_text(Site *s, const char *name, const char *text)
{
    g_autofree char *path = test_dir_file(s->dir, name);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static char *bmcctl(Site *s, const char *how, const char *args, int code)
{
    g_autofree char *line = NULL;
    char *out = NULL;
    int status;

    line = g_strdup_printf("%s/tools/bmcctl %s %s", g_getenv("TEST_BUILD"),
                           how, args);
    status = test_run(&out, line);
    g_test_message("bmcctl %s: %d %s", args, status, out);
    g_assert_cmpint(status, ==, code);
    return out;
}

static char *local(Site *s, const char *args, int code)
{
    g_autofree char *how = g_strdup_printf("--run-dir %s/run", s->dir->path);

    return bmcctl(s, how, args, code);
}

static void ok(Site *s, const char *args)
{
    g_autofree char *out = local(s, args, 0);
}

static void shows(Site *s, const char *args, int code, const char *pattern)
{
    g_autofree char *out = local(s, args, code);

    if (!g_pattern_match_simple(pattern, out)) {
        g_error("bmcctl %s: %s instead of %s", args, out, pattern);
    }
}

/* Whether a client that trusts only that file gets an answer. */
static bool is_served(Site *s, const char *authorities)
{
    g_autofree char *line = g_strdup_printf(
        "curl -sS -m 60 -o /dev/null --cacert %s/%s %s/redfish/v1",
        s->dir->path, authorities, s->bmc->redfish);

    return test_run(NULL, line) == 0;
}

/* A request, and the certificate for it in the file @name. */
static void request(Site *s, const char *name)
{
    g_autofree char *csr = local(s, "cert csr vm1.example 127.0.0.1,vm1", 0);
    g_autofree char *cert = test_cert_sign(csr, s->ca);
    g_autofree char *chain = g_strconcat(cert, s->ca->pem, NULL);

    write_text(s, name, chain);
}

static void setup(Site *s, const void *data)
{
    s->dir = test_dir_new();
    s->ca = test_cert_authority("Authority");
    s->bmc = test_bmc_start(s->dir, "--qmp /nonexistent/qmp");
    write_text(s, "ca.pem", s->ca->pem);
}

static void teardown(Site *s, const void *data)
{
    test_bmc_stop(s->bmc);
    test_bmc_free(s->bmc);
    test_cert_free(s->ca);
    test_dir_free(s->dir);
}

/* Another one with the same names, by which clients find it. */
static void renew(Site *s, const char *command)
{
    g_autofree char *replace = g_strdup_printf("cert replace %s/again.pem",
                                               s->dir->path);
    g_autofree char *before = local(s, "cert pem", 0);
    g_autofree char *csr = local(s, command, 0);
    g_autofree char *cert = test_cert_sign(csr, s->ca);
    g_autofree char *after = NULL;

    write_text(s, "again.pem", cert);
    ok(s, replace);
    after = local(s, "cert pem", 0);
    g_assert_cmpstr(before, !=, after);
    shows(s, "cert show", 0, "Subject:*CN=vm1.example*Issuer:*CN=Authority*");
    g_assert_true(is_served(s, "ca.pem"));
}

static void test_commands(Site *s, const void *data)
{
    g_autofree char *good = test_dir_file(s->dir, "good.pem");
    g_autofree char *replace = g_strconcat("cert replace ", good, NULL);
    g_autofree char *pem = NULL;

    shows(s, "cert show", 0, "Subject:*CN=qemu-bmc*Valid until:*SHA-256:*");
    shows(s, "--json cert show", 0, "{*\"CertificateString\"*}\n");
    g_assert_false(is_served(s, "ca.pem"));
    request(s, "good.pem");
    ok(s, replace);
    g_assert_true(is_served(s, "ca.pem"));
    shows(s, "cert show", 0, "Subject:*CN=vm1.example*Issuer:*CN=Authority*");
    pem = local(s, "cert pem", 0);
    g_assert_nonnull(strstr(pem, s->ca->pem));
    renew(s, "cert renew");
    renew(s, "cert rekey");
    write_text(s, "good.pem", s->ca->pem);
    shows(s, replace, 1, "bmcctl: *another private key.\n");
    write_text(s, "good.pem", "nothing");
    shows(s, replace, 1, "bmcctl: *no certificate*");
    shows(s, "cert replace /nonexistent", 2, "bmcctl: *");
    shows(s, "cert", 2, "bmcctl: *bmcctl cert csr NAME ?NAMES?*");
}

static void test_trust(Site *s, const void *data)
{
    g_autoptr(TestCert) admin = test_cert_new(
        &(TestCertSpec) { .name = "admin" }, s->ca);
    g_autofree char *both = g_strconcat(admin->pem, admin->key_pem, NULL);
    g_autofree char *add = g_strdup_printf("trust add %s/ca.pem",
                                           s->dir->path);
    g_autofree char *far = g_strdup_printf("--url %s -k --cert %s/admin.pem",
                                           s->bmc->redfish, s->dir->path);
    g_autofree char *out = NULL;
    g_autofree char *refused = NULL;

    write_text(s, "admin.pem", both);
    shows(s, "trust status", 0, "off\n");
    shows(s, "trust required", 1, "bmcctl: *");
    ok(s, add);
    shows(s, "trust list", 0, "ID *\n1 *CN=Authority *");
    shows(s, "--json trust list", 0, "[\n{*}\n]\n");
    ok(s, "trust on");
    shows(s, "trust status", 0, "on\n");
    out = bmcctl(s, far, "user list", 0);
    g_assert_nonnull(strstr(out, "admin"));
    ok(s, "trust required");
    shows(s, "trust status", 0, "required\n");
    shows(s, "trust remove 1", 1, "bmcctl: *cannot be deleted*");
    ok(s, "trust off");
    ok(s, "trust remove 1");
    shows(s, "trust remove 1", 1, "bmcctl: there is no authority '1'*");
    refused = bmcctl(s, far, "user list", 1);
    g_assert_nonnull(strstr(refused, "does not count"));
}

/* Each connection sees one of them, whole, and none fails. */
static void test_busy(Site *s, const void *data)
{
    g_autofree char *own = local(s, "cert pem", 0);
    g_autofree char *both = g_strconcat(own, s->ca->pem, NULL);
    g_autofree char *good = test_dir_file(s->dir, "good.pem");
    g_autofree char *replace = g_strconcat("cert replace ", good, NULL);
    g_autofree char *stop = test_dir_file(s->dir, "stop");
    g_autofree char *script = NULL;
    g_autoptr(GSubprocess) clients = NULL;
    g_autofree char *failures = NULL;
    unsigned i;

    write_text(s, "both.pem", both);
    script = g_strdup_printf(
        "while [ ! -e %s ]; do curl -sS -m 60 -o /dev/null --cacert "
        "%s/both.pem %s/redfish/v1 2>&1 || exit; done", stop, s->dir->path,
        s->bmc->redfish);
    clients = g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, "sh",
                               "-c", script, NULL);
    for (i = 0; i < REPLACEMENTS; i++) {
        request(s, "good.pem");
        ok(s, replace);
        g_assert_true(is_served(s, "ca.pem"));
    }
    write_text(s, "stop", "");
    g_assert_true(g_subprocess_communicate_utf8(clients, NULL, NULL,
                                                &failures, NULL, NULL));
    g_assert_cmpstr(failures, ==, "");
}

/* Starts the helper so that it is killed when it is about to do something. */
static void start_doomed(Site *s, const char *point)
{
    g_autofree char *line = NULL;

    test_bmc_stop(s->bmc);
    test_bmc_free(s->bmc);
    line = g_strdup_printf(
        "env LD_PRELOAD=%s ASAN_OPTIONS=verify_asan_link_order=0 CRASH_AT=%s "
        "%s/helper/qemu-bmc --redfish-port 0 --ipmi-port 0 "
        "--state-dir %s/state --run-dir %s/run --qmp /nonexistent/qmp",
        g_getenv("TEST_CRASH_AT"), point, g_getenv("TEST_BUILD"),
        s->dir->path, s->dir->path);
    s->bmc = test_bmc_start_program(s->dir, line);
}

static void test_killed(Site *s, const void *data)
{
    static const struct {
        const char *point;
        bool replaced;
    } points[] = {
        /* It is written beside, and not yet in its place. */
        { "rename:tls-pair.pem", false },
        /* The key of the request is not needed any more. */
        { "unlink:tls-request-key.pem", true },
    };
    g_autofree char *first = test_dir_file(s->dir, "first.pem");
    g_autofree char *replace = g_strconcat("cert replace ", first, NULL);
    unsigned i;

    /* The first one is of the helper's own making, the next one is not. */
    for (i = 0; i < G_N_ELEMENTS(points); i++) {
        g_autofree char *before = local(s, "cert pem", 0);
        g_autofree char *served = NULL;

        request(s, "first.pem");
        start_doomed(s, points[i].point);
        g_free(local(s, replace, 1));
        test_bmc_wait_end(s->bmc);
        test_bmc_free(s->bmc);
        s->bmc = test_bmc_start(s->dir, "--qmp /nonexistent/qmp");
        served = local(s, "cert pem", 0);
        if (points[i].replaced) {
            g_assert_true(is_served(s, "ca.pem"));
        } else {
            g_assert_cmpstr(served, ==, before);
            /* The key of the request is still there for it. */
            ok(s, replace);
            g_assert_true(is_served(s, "ca.pem"));
        }
    }
}

#define ADD(name, func) \
    g_test_add("/certificate/" name, Site, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("commands", test_commands);
    ADD("trust", test_trust);
    ADD("busy", test_busy);
    ADD("killed", test_killed);
    return g_test_run();
}
