/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions and accounts by real clients: curl, redfishtool, sushy, and the
 * orders of gofish and Ansible (redfish-accounts-check.py).
 */
#include "osdep.h"

#include "test-vm.h"

#define GUEST \
    "-M q35 -name lab -uuid 8f0b6f9a-2a4e-4b52-9f39-1f6e5e3f5a10 -m 128 " \
    "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,drive=a,bootindex=10"

static void setup(TestLab *f, const void *data)
{
    test_lab_start(f, GUEST, "BOOTED A");
}

static void teardown(TestLab *f, const void *data)
{
    test_lab_end(f);
}

/* Returns what it prints; it must succeed. */
static char *run(const char *line)
{
    char *out = NULL;

    if (test_run(&out, line) != 0) {
        g_error("%s: %s", line, out);
    }
    return out;
}

static void test_script(TestLab *f, const void *data)
{
    g_autofree char *line = g_strdup_printf(
        "env -u REQUESTS_CA_BUNDLE -u CURL_CA_BUNDLE "
        "/usr/bin/python3 -W ignore %s/tests/clients/redfish-accounts-check.py %s "
        "gofish ansible sushy", g_getenv("TEST_SOURCE"), f->bmc->redfish);
    g_autofree char *out = run(line);

    g_assert_nonnull(strstr(out, "sushy: ok"));
}

/* The header's value up to the end of its line. */
static char *header(const char *answer, const char *name)
{
    const char *at = strcasestr(answer, name);

    g_assert_nonnull(at);
    at += strlen(name);
    return g_strndup(at, strcspn(at, "\r\n"));
}

static void test_curl(TestLab *f, const void *data)
{
    g_autofree char *login = g_strdup_printf(
        "curl -sS -k -i -m 20 -H 'Content-Type: application/json' "
        "-d '{\"UserName\":\"admin\",\"Password\":\"password\"}' "
        "%s/redfish/v1/SessionService/Sessions", f->bmc->redfish);
    g_autofree char *made = run(login);
    g_autofree char *token = header(made, "X-Auth-Token: ");
    g_autofree char *uri = header(made, "Location: ");
    g_autofree char *get = g_strdup_printf(
        "curl -sS -k -o /dev/null -w '%%{http_code}' -m 20 "
        "-H 'X-Auth-Token: %s' %s/redfish/v1/Systems/1", token,
        f->bmc->redfish);
    g_autofree char *logout = g_strdup_printf(
        "curl -sS -k -w '%%{http_code}' -m 20 -X DELETE "
        "-H 'X-Auth-Token: %s' %s%s", token, f->bmc->redfish, uri);
    g_autofree char *before = run(get);
    g_autofree char *gone = run(logout);
    g_autofree char *after = run(get);

    g_assert_nonnull(strstr(made, " 201 "));
    g_assert_cmpstr(before, ==, "200");
    g_assert_cmpstr(gone, ==, "204");
    g_assert_cmpstr(after, ==, "401");
    g_assert_false(test_bmc_logged(f->bmc, token));
    g_assert_true(test_bmc_logged(f->bmc, "made by admin at 127.0.0.1"));
}

static char *redfishtool(TestLab *f, const char *args)
{
    g_autofree char *line = g_strdup_printf(
        "redfishtool -r %s -S Always -A %s",
        strstr(f->bmc->redfish, "//") + 2, args);

    return run(line);
}

static void test_redfishtool(TestLab *f, const void *data)
{
    g_autofree char *systems = redfishtool(
        f, "Session -u admin -p password Systems");
    g_autofree char *raw = redfishtool(
        f, "Basic -u admin -p password raw GET /redfish/v1/Systems/1");
    g_autofree char *added = redfishtool(
        f, "Session -u admin -p password AccountService adduser tool "
           "toolpass Operator");
    g_autofree char *own = redfishtool(
        f, "Basic -u tool -p toolpass raw GET /redfish/v1/Systems/1");
    g_autofree char *password = redfishtool(
        f, "Session -u admin -p password AccountService setpassword tool "
           "other");
    g_autofree char *again = redfishtool(
        f, "Session -u tool -p other Systems");
    g_autofree char *gone = redfishtool(
        f, "Session -u admin -p password AccountService deleteuser tool");

    g_assert_nonnull(strstr(systems, "Systems/1"));
    g_assert_nonnull(strstr(raw, "PowerState"));
    g_assert_nonnull(strstr(own, "PowerState"));
    g_assert_nonnull(strstr(again, "Systems/1"));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add("/redfish/accounts/script", TestLab, NULL, setup, test_script,
               teardown);
    g_test_add("/redfish/accounts/curl", TestLab, NULL, setup, test_curl,
               teardown);
    g_test_add("/redfish/accounts/redfishtool", TestLab, NULL, setup,
               test_redfishtool, teardown);
    return g_test_run();
}
