/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses: what is understood, what is refused, how they are shown. */
#include "osdep.h"

#include "util/addr.h"

#include <gio/gunixsocketaddress.h>

#include "test-util.h"
#include "util/error.h"

typedef struct Case {
    const char *text;
    int port;
    const char *want; /* NULL: refused */
    const char *host;
    bool local;
} Case;

static const Case cases[] = {
    { "127.0.0.1:80", -1, "127.0.0.1:80", "127.0.0.1", true },
    { "127.0.0.1", 623, "127.0.0.1:623", "127.0.0.1", true },
    { "127.9.9.9:1", -1, "127.9.9.9:1", "127.9.9.9", true },
    { "192.0.2.1:0", -1, "192.0.2.1:0", "192.0.2.1", false },
    { "localhost:9002", -1, "127.0.0.1:9002", "127.0.0.1", true },
    { "LocalHost", 1, "127.0.0.1:1", "127.0.0.1", true },
    { ":9002", -1, "127.0.0.2:9002", "127.0.0.2", true },
    { ":9002", 5, "127.0.0.2:9002", "127.0.0.2", true },
    { "*:443", -1, "[::]:443", "::", false },
    { "*", 443, "[::]:443", "::", false },
    { "0.0.0.0:443", -1, "0.0.0.0:443", "0.0.0.0", false },
    { "[::1]:65535", -1, "[::1]:65535", "::1", true },
    { "[::1]", 7, "[::1]:7", "::1", true },
    { "::1", 7, "[::1]:7", "::1", true },
    { "[2001:db8::1]:7", -1, "[2001:db8::1]:7", "2001:db8::1", false },
    { "[::ffff:127.0.0.1]:7", -1, "127.0.0.1:7", "127.0.0.1", true },
    { "[::ffff:192.0.2.1]:7", -1, "192.0.2.1:7", "192.0.2.1", false },
    { "[fe80::1%1]:7", -1, "[fe80::1%1]:7", "fe80::1%1", false },
    { "tcp:127.0.0.1:80", -1, "127.0.0.1:80", "127.0.0.1", true },
    { "tcp::80", -1, "127.0.0.2:80", "127.0.0.2", true },
    { "tcp:[::1]:80", -1, "[::1]:80", "::1", true },
    { "/run/x.sock", -1, "/run/x.sock", "local", true },
    { "./x:1", 5, "./x:1", "local", true },
    { "unix:x.sock", -1, "x.sock", "local", true },
    { "unix:/run/x", -1, "/run/x", "local", true },
    { "", -1 }, { "", 5 }, { ":", -1 }, { "127.0.0.1", -1 }, { "::1", -1 },
    { "127.0.0.1:", -1 }, { "127.0.0.1:x", -1 }, { "127.0.0.1:65536", -1 },
    { "127.0.0.1:-1", -1 }, { "127.0.0.1:+1", -1 }, { "127.0.0.1: 1", -1 },
    { "127.0.0.1:80x", -1 }, { "127.0.0.1:99999999999999999999", -1 },
    { "127.0.0.256:80", -1 }, { "127.1:80", -1 }, { "0x7f000001:80", -1 },
    { "example.org:80", -1 }, { "example.org", 80 }, { " 127.0.0.1:80", -1 },
    { "[::1]", -1 }, { "[::1", 5 }, { "[::1]80", -1 }, { "[::1]:", -1 },
    { "[127.0.0.1]:80", -1 }, { "[]:80", -1 }, { "[*]:80", -1 },
    { "::1:80x", 5 }, { "tcp:127.0.0.1", 80 }, { "tcp:", -1 },
    { "unix:", -1 },
    { "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", -1 },
};

/* Without a default there is nothing that ":port" could mean. */
static void test_no_default(void)
{
    static const char *const texts[] = { ":80", "tcp::80" };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) err = NULL;

        g_assert_null(addr_parse(texts[i], NULL, 0, &err));
        g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
    }
}

static void test_addr_case(gconstpointer data)
{
    const Case *c = data;
    g_autoptr(GError) err = NULL;
    g_autoptr(GSocketAddress) addr =
        addr_parse(c->text, "127.0.0.2", c->port, &err);
    g_autofree char *text = NULL;
    g_autofree char *host = NULL;

    if (!c->want) {
        g_assert_null(addr);
        g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
        return;
    }
    g_assert_no_error(err);
    text = addr_to_string(addr);
    host = addr_host_to_string(addr);
    g_assert_cmpstr(text, ==, c->want);
    g_assert_cmpstr(host, ==, c->host);
    g_assert_true(addr_is_local(addr) == c->local);
}

static void test_addr_unnamed(void)
{
    g_autoptr(GSocketAddress) unnamed = g_unix_socket_address_new("");
    g_autoptr(GSocketAddress) abstract =
        g_unix_socket_address_new_with_type("name", 4,
                                            G_UNIX_SOCKET_ADDRESS_ABSTRACT);
    g_autofree char *unnamed_text = addr_to_string(unnamed);
    g_autofree char *abstract_text = addr_to_string(abstract);
    g_autofree char *null_text = addr_to_string(NULL);
    g_autofree char *null_host = addr_host_to_string(NULL);

    g_assert_cmpstr(unnamed_text, ==, "local");
    g_assert_cmpstr(abstract_text, ==, "@name");
    g_assert_cmpstr(null_text, ==, "unknown");
    g_assert_cmpstr(null_host, ==, "unknown");
}

static void test_peer_key(void)
{
    static const struct {
        const char *host;
        const char *key;
    } keys[] = {
        { "192.0.2.1", "192.0.2.1" },
        { "local", "local" },
        { "", "" },
        { "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
        { "2001:db8:1:2::1", "2001:db8:1:2::" },
        { "2001:db8:1:3::1", "2001:db8:1:3::" },
        { "fe80::1", "fe80::" },
        { "::1", "::" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *key = addr_peer_key(keys[i].host);

        g_assert_cmpstr(key, ==, keys[i].key);
    }
}

int main(int argc, char **argv)
{
    size_t i;

    test_init(&argc, &argv);
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/addr/case/%zu", i);

        g_test_add_data_func(path, &cases[i], test_addr_case);
    }
    g_test_add_func("/addr/unnamed", test_addr_unnamed);
    g_test_add_func("/addr/no-default", test_no_default);
    g_test_add_func("/addr/peer-key", test_peer_key);
    return g_test_run();
}
