/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Redfish by curl, against the real helper and a real VM: what clients of
 * the first slice rely on.
 */
#include "osdep.h"

#include "test-vm.h"
#include "util/json.h"

#define GUEST \
    "-M q35 -name lab -uuid 8f0b6f9a-2a4e-4b52-9f39-1f6e5e3f5a10 -m 128 " \
    "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
    "-device ide-hd,drive=a,bootindex=10 " \
    "-device e1000,romfile=@net-n.rom@,bootindex=30"

static void setup(TestLab *f, const void *data)
{
    test_lab_start(f, GUEST, "BOOTED A");
}

static void teardown(TestLab *f, const void *data)
{
    test_lab_end(f);
}

/* curl with headers in its output; the last line is the status. */
static char *curl(TestLab *f, const char *options, const char *path)
{
    g_autofree char *line = g_strdup_printf(
        "curl -sS -k -i -m 20 --path-as-is -w '\\n%%{http_code}' %s %s%s",
        options, f->bmc->redfish, path);
    char *out = NULL;

    g_assert_cmpint(test_run(&out, line), ==, 0);
    return out;
}

static void status(TestLab *f, const char *options, const char *path,
                   const char *want)
{
    g_autofree char *out = curl(f, options, path);

    if (!g_str_has_suffix(out, want)) {
        g_error("curl %s %s: not %s: %s", options, path, want, out);
    }
}

#define AUTH "-u admin:password "
#define JSON AUTH "-H 'Content-Type: application/json' "

static char *header(const char *answer, const char *name)
{
    g_auto(GStrv) lines = g_strsplit(answer, "\r\n", -1);
    size_t len = strlen(name);
    unsigned i;

    for (i = 0; lines[i] && *lines[i]; i++) {
        if (!g_ascii_strncasecmp(lines[i], name, len) &&
            lines[i][len] == ':') {
            return g_strstrip(g_strdup(lines[i] + len + 1));
        }
    }
    return NULL;
}

static void test_authentication(TestLab *f, const void *data)
{
    g_autofree char *out = NULL;
    g_autofree char *challenge = NULL;

    status(f, "", "/redfish", "\n200");
    status(f, "", "/redfish/v1", "\n200");
    status(f, "", "/redfish/v1/", "\n200");
    status(f, "", "/redfish/v1/Systems", "\n401");
    status(f, "-u admin:Zz9mistake", "/redfish/v1/Systems/1", "\n401");
    status(f, "-u nobody:password", "/redfish/v1/Systems/1", "\n401");
    status(f, "-H 'Authorization: Basic !!!'", "/redfish/v1/Systems", "\n401");
    status(f, AUTH, "/redfish/v1/Systems/1", "\n200");
    out = curl(f, "", "/redfish/v1/Systems/1");
    challenge = header(out, "WWW-Authenticate");
    g_assert_nonnull(challenge);
    g_assert_true(g_str_has_prefix(challenge, "Basic"));
    g_assert_nonnull(strstr(out, "@Message.ExtendedInfo"));
    g_assert_true(test_bmc_logged(f->bmc, "127.0.0.1"));
    g_assert_false(test_bmc_logged(f->bmc, "Zz9mistake"));
}

static void test_errors(TestLab *f, const void *data)
{
    g_autofree char *out = NULL;
    g_autofree char *allow = NULL;

    status(f, AUTH, "/redfish/v1/Nothing", "\n404");
    status(f, AUTH, "/redfish/v1/Systems/2", "\n404");
    status(f, AUTH, "/redfish/v2", "\n404");
    status(f, AUTH, "/", "\n404");
    out = curl(f, AUTH "-X DELETE", "/redfish/v1/Systems/1");
    g_assert_true(g_str_has_suffix(out, "\n405"));
    allow = header(out, "Allow");
    g_assert_nonnull(allow);
    g_assert_nonnull(strstr(allow, "PATCH"));
    status(f, JSON "-X PATCH -d '{'", "/redfish/v1/Systems/1", "\n400");
    status(f, JSON "-X PATCH -d '{\"Boot\":7}'", "/redfish/v1/Systems/1",
           "\n400");
    g_free(out);
    out = curl(f, JSON "-X PATCH -d '{\"Nonsense\":7}'",
               "/redfish/v1/Systems/1");
    g_assert_true(g_str_has_suffix(out, "\n400"));
    g_assert_nonnull(strstr(out, "Nonsense"));
    status(f, JSON "-d '{}'",
           "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset", "\n400");
    status(f, JSON "-d '{\"ResetType\":\"Explode\"}'",
           "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset", "\n400");
}

static void test_too_large(TestLab *f, const void *data)
{
    g_autofree char *path = test_dir_file(f->dir, "large");
    g_autofree char *text = g_strnfill(3 * 1024 * 1024, ' ');
    g_autofree char *options = g_strdup_printf(
        JSON "-X PATCH -H Expect: --data-binary @%s", path);
    g_autofree char *deep = test_dir_file(f->dir, "deep");
    g_autofree char *deep_options = g_strdup_printf(
        JSON "-X PATCH --data-binary @%s", deep);
    g_autofree char *nested = g_strnfill(100000, '[');
    g_autofree char *line = NULL;
    g_autofree char *out = NULL;

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    /* It may be told before it has sent everything: curl then exits 55. */
    line = g_strdup_printf("curl -sS -k -m 20 -o /dev/null "
                           "-w '%%{http_code}' %s %s/redfish/v1/Systems/1",
                           options, f->bmc->redfish);
    test_run(&out, line);
    g_assert_nonnull(strstr(out, "413"));
    g_assert_true(g_file_set_contents(deep, nested, -1, NULL));
    status(f, deep_options, "/redfish/v1/Systems/1", "\n400");
    status(f, AUTH, "/redfish/v1/Systems/1", "\n200");
}

/* What is known of QEMU comes bit by bit, and changes what is shown. */
static char *curl_settled(TestLab *f)
{
    g_autofree char *before = NULL;
    unsigned i;

    for (i = 0; i < 60; i++) {
        g_autofree char *out = curl(f, AUTH, "/redfish/v1/Systems/1");
        g_autofree char *etag = header(out, "ETag");

        if (g_strcmp0(etag, before) == 0) {
            return g_steal_pointer(&out);
        }
        g_free(before);
        before = g_steal_pointer(&etag);
        g_usleep(G_USEC_PER_SEC / 2);
    }
    g_error("the ETag never stays");
}

static void test_etag(TestLab *f, const void *data)
{
    g_autofree char *out = curl_settled(f);
    g_autofree char *etag = header(out, "ETag");
    g_autofree char *slash = curl(f, AUTH, "/redfish/v1/Systems/1/");
    g_autofree char *etag_slash = header(slash, "ETag");
    g_autofree char *head = curl(f, AUTH "-I", "/redfish/v1/Systems/1");
    g_autofree char *etag_head = header(head, "ETag");
    g_autofree char *length = header(out, "Content-Length");
    g_autofree char *length_head = header(head, "Content-Length");
    g_autofree char *fresh = NULL;
    const char *patch = JSON "-X PATCH -d '{\"Boot\":{"
        "\"BootSourceOverrideEnabled\":\"Once\","
        "\"BootSourceOverrideTarget\":\"Pxe\"}}' -H 'If-Match: ";
    g_autofree char *stale = g_strconcat(patch, "\"stale\"'", NULL);

    g_assert_nonnull(etag);
    g_assert_cmpint(etag[0], ==, '"');
    g_assert_cmpstr(etag, ==, etag_slash);
    g_assert_cmpstr(etag, ==, etag_head);
    g_assert_cmpstr(length, ==, length_head);
    g_assert_nonnull(strstr(out, "@odata.etag"));
    status(f, stale, "/redfish/v1/Systems/1", "\n412");
    fresh = g_strconcat(patch, etag, "'", NULL);
    g_free(slash);
    slash = curl(f, fresh, "/redfish/v1/Systems/1");
    g_assert_true(g_str_has_suffix(slash, "\n200") ||
                  g_str_has_suffix(slash, "\n204"));
    /* What was changed has another ETag, so the same request fails now. */
    status(f, fresh, "/redfish/v1/Systems/1", "\n412");
}

static void test_system(TestLab *f, const void *data)
{
    g_autoptr(JsonObject) system = NULL;
    JsonObject *object;
    const char *text;
    double gib;

    g_assert_cmpint(test_bmc_redfish(f->bmc, "GET", "/Systems/1", NULL,
                                     &system), ==, 200);
    g_assert_cmpint(json_get_string(system, "UUID", &text), ==, JSON_GET_OK);
    g_assert_cmpstr(text, ==, "8f0b6f9a-2a4e-4b52-9f39-1f6e5e3f5a10");
    g_assert_cmpint(json_get_string(system, "PowerState", &text), ==,
                    JSON_GET_OK);
    g_assert_cmpstr(text, ==, "On");
    g_assert_cmpint(json_get_object(system, "MemorySummary", &object), ==,
                    JSON_GET_OK);
    gib = json_object_get_double_member(object, "TotalSystemMemoryGiB");
    g_assert_cmpfloat(gib, ==, 0.125);
    g_assert_true(json_object_has_member(system, "@odata.type"));
    g_assert_true(json_object_has_member(system, "@odata.context"));
}

static void test_all_links(TestLab *f, const void *data)
{
    static const char *const paths[] = {
        "", "/Systems", "/Systems/1", "/Managers", "/Managers/1", "/Chassis",
        "/Chassis/1",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(JsonObject) object = NULL;
        g_autofree char *want = g_strconcat("/redfish/v1", paths[i], NULL);
        const char *id;

        g_assert_cmpint(test_bmc_redfish(f->bmc, "GET", paths[i], NULL,
                                         &object), ==, 200);
        g_assert_cmpint(json_get_string(object, "@odata.id", &id), ==,
                        JSON_GET_OK);
        g_assert_true(g_str_has_prefix(id, want));
    }
}

static void test_local_socket(TestLab *f, const void *data)
{
    g_autofree char *socket = test_dir_file(f->dir, "run/redfish.sock");
    g_autofree char *line = g_strdup_printf(
        "curl -sS --unix-socket %s http://localhost/redfish/v1/Systems/1",
        socket);
    g_autofree char *out = NULL;

    /* The user that the helper runs as needs no password here. */
    g_assert_cmpint(test_run(&out, line), ==, 0);
    g_assert_nonnull(strstr(out, "\"PowerState\":\"On\""));
}

/* What OpenSSL itself would not offer is offered with SECLEVEL 0. */
static int handshake(TestLab *f, const char *options)
{
    g_autofree char *line = g_strdup_printf(
        "sh -c 'openssl s_client -connect %s %s < /dev/null'",
        f->bmc->redfish + strlen("https://"), options);

    return test_run(NULL, line);
}

static void test_tls_old(TestLab *f, const void *data)
{
    static const char *const refused[] = {
        "-tls1 -cipher ALL:@SECLEVEL=0",
        "-tls1_1 -cipher ALL:@SECLEVEL=0",
        "-tls1_2 -cipher aNULL:@SECLEVEL=0",
        "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0",
        "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0",
    };
    unsigned i;

    g_assert_cmpint(handshake(f, "-tls1_2"), ==, 0);
    g_assert_cmpint(handshake(f, "-tls1_3"), ==, 0);
    for (i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_test_message("%s", refused[i]);
        g_assert_cmpint(handshake(f, refused[i]), !=, 0);
    }
}

static void test_tls(TestLab *f, const void *data)
{
    g_autofree char *key = test_dir_file(f->dir, "state/tls-key.pem");
    g_autofree char *cert = test_dir_file(f->dir, "state/tls-cert.pem");
    g_autofree char *line = NULL;
    g_autofree char *trusted = NULL;
    g_autofree char *out = NULL;
    g_autofree char *mode = g_strdup_printf("stat -c %%a %s", key);

    g_assert_cmpint(test_run(&out, mode), ==, 0);
    g_assert_cmpstr(g_strchomp(out), ==, "600");
    g_free(out);
    out = NULL;
    line = g_strdup_printf("openssl x509 -in %s -noout -text", cert);
    g_assert_cmpint(test_run(&out, line), ==, 0);
    g_assert_nonnull(strstr(out, "prime256v1"));
    g_assert_nonnull(strstr(out, "IP Address:127.0.0.1"));
    /* Who trusts the certificate needs no -k. */
    trusted = g_strdup_printf("curl -sS --cacert %s %s/redfish/v1", cert,
                              f->bmc->redfish);
    g_assert_cmpint(test_run(NULL, trusted), ==, 0);
    status(f, "--tls-max 1.2", "/redfish/v1", "\n200");
    g_free(line);
    line = g_strdup_printf("curl -sS -k --tls-max 1.1 %s/redfish/v1",
                           f->bmc->redfish);
    g_assert_cmpint(test_run(NULL, line), !=, 0);
}

#define ADD(name, func) \
    g_test_add("/clients/curl/" name, TestLab, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("authentication", test_authentication);
    ADD("errors", test_errors);
    ADD("too-large", test_too_large);
    ADD("etag", test_etag);
    ADD("system", test_system);
    ADD("all-links", test_all_links);
    ADD("local-socket", test_local_socket);
    ADD("tls", test_tls);
    ADD("tls-old", test_tls_old);
    return g_test_run();
}
