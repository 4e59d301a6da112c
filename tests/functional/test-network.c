/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NetworkProtocol, against the real helper: ports that are moved, protocols
 * that are switched off, what is kept, and the way back in.
 */
#include "osdep.h"

#include "test-vm.h"
#include "util/json.h"

#define PROTOCOL "/redfish/v1/Managers/1/NetworkProtocol"

typedef struct Site {
    TestDir *dir;
    TestBmc *bmc;
} Site;

static void setup(Site *s, const void *data)
{
    s->dir = test_dir_new();
    s->bmc = test_bmc_start(s->dir, "--qmp /nonexistent/qmp");
}

static void teardown(Site *s, const void *data)
{
    test_bmc_stop(s->bmc);
    test_bmc_free(s->bmc);
    test_dir_free(s->dir);
}

/* Ports as 0 would be other ones; this is what an administrator gives. */
static void restart(Site *s, bool kill)
{
    if (kill) {
        test_bmc_kill(s->bmc);
    } else {
        test_bmc_stop(s->bmc);
    }
    test_bmc_free(s->bmc);
    s->bmc = test_bmc_start(s->dir, "--qmp /nonexistent/qmp");
}

/* A port that nobody has now. */
static unsigned free_port(GSocketType type)
{
    g_autoptr(GSocket) socket = g_socket_new(G_SOCKET_FAMILY_IPV4, type,
                                             G_SOCKET_PROTOCOL_DEFAULT,
                                             NULL);
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(
        G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) addr = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocketAddress) bound = NULL;

    g_assert_true(g_socket_bind(socket, addr, FALSE, NULL));
    bound = g_socket_get_local_address(socket, NULL);
    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
}

/* Over the local socket; the answer. */
static char *local(Site *s, const char *method, const char *body,
                   const char *want)
{
    g_autofree char *line = g_strdup_printf(
        "curl -sS -m 60 --unix-socket %s/run/redfish.sock -X %s "
        "-H 'Content-Type: application/json' %s%s%s -w '\\n%%{http_code}' "
        "http://localhost" PROTOCOL, s->dir->path, method,
        body ? "-d '" : "", body ?: "", body ? "'" : "");
    g_autofree char *end = g_strconcat("\n", want, NULL);
    char *out = NULL;

    g_assert_cmpint(test_run(&out, line), ==, 0);
    g_test_message("%s %s: %s", method, body ?: "", out);
    if (!g_str_has_suffix(out, end)) {
        g_error("%s %s: not %s: %s", method, body ?: "", want, out);
    }
    return out;
}

static void patch(Site *s, const char *want, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

static void patch(Site *s, const char *want, const char *format, ...)
{
    g_autofree char *body = NULL;
    va_list ap;

    va_start(ap, format);
    body = g_strdup_vprintf(format, ap);
    va_end(ap);
    g_free(local(s, "PATCH", body, want));
}

static void assert_shown(Site *s, const char *text)
{
    g_autofree char *out = local(s, "GET", NULL, "200");

    if (!strstr(out, text)) {
        g_error("not '%s': %s", text, out);
    }
}

/* Whether ipmitool gets in at a port. */
static bool ipmi_answers(Site *s, const char *port)
{
    g_autofree char *line = g_strdup_printf(
        "ipmitool -I lanplus -H 127.0.0.1 -p %s -U admin -P password -N 1 "
        "-R 2 mc guid", port);

    return test_run(NULL, line) == 0;
}

static bool https_answers(const char *url)
{
    g_autofree char *line = g_strdup_printf(
        "curl -sSk -m 60 -o /dev/null %s/redfish/v1", url);

    return test_run(NULL, line) == 0;
}

/* What the run directory tells; NULL: nothing. */
static char *endpoint(Site *s, const char *name)
{
    g_autofree char *path = test_dir_file(s->dir, "run/endpoints.json");
    g_autofree char *text = NULL;
    g_autoptr(JsonObject) object = NULL;
    const char *value = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    object = json_parse_object(text, strlen(text), NULL);
    g_assert_nonnull(object);
    json_get_string(object, name, &value);
    return g_strdup(value);
}

static void test_ipmi_off(Site *s, const void *data)
{
    g_autofree char *port = g_strdup(s->bmc->ipmi_port);
    g_autofree char *where = NULL;
    g_autofree char *again = NULL;

    g_assert_true(ipmi_answers(s, port));
    patch(s, "200", "{\"IPMI\":{\"ProtocolEnabled\":false}}");
    g_assert_false(ipmi_answers(s, port));
    where = endpoint(s, "ipmi");
    g_assert_null(where);
    assert_shown(s, "\"IPMI\":{\"ProtocolEnabled\":false}");
    g_assert_true(https_answers(s->bmc->redfish));
    restart(s, true);
    assert_shown(s, "\"IPMI\":{\"ProtocolEnabled\":false}");
    g_assert_true(test_bmc_logged(s->bmc, "IPMI over LAN is disabled"));
    patch(s, "200", "{\"IPMI\":{\"ProtocolEnabled\":true}}");
    again = endpoint(s, "ipmi");
    g_assert_nonnull(again);
    g_assert_true(ipmi_answers(s, strrchr(again, ':') + 1));
}

static void test_ipmi_port(Site *s, const void *data)
{
    unsigned wanted = free_port(G_SOCKET_TYPE_DATAGRAM);
    g_autofree char *port = g_strdup_printf("%u", wanted);
    g_autofree char *old = g_strdup(s->bmc->ipmi_port);
    g_autofree char *shown = g_strdup_printf("\"Port\":%u", wanted);

    patch(s, "200", "{\"IPMI\":{\"Port\":%u}}", wanted);
    assert_shown(s, shown);
    g_assert_true(ipmi_answers(s, port));
    g_assert_false(ipmi_answers(s, old));
    restart(s, false);
    g_assert_cmpstr(s->bmc->ipmi_port, ==, port);
    g_assert_true(ipmi_answers(s, port));
    patch(s, "400", "{\"IPMI\":{\"Port\":0}}");
    patch(s, "400", "{\"IPMI\":{\"Port\":70000}}");
}

static void test_redfish_port(Site *s, const void *data)
{
    unsigned wanted = free_port(G_SOCKET_TYPE_STREAM);
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u", wanted);
    g_autofree char *old = g_strdup(s->bmc->redfish);
    g_autofree char *line = NULL;
    g_autofree char *out = NULL;

    /* Over the very port that goes. */
    line = g_strdup_printf(
        "curl -sSk -m 60 -u admin:password -X PATCH "
        "-H 'Content-Type: application/json' "
        "-d '{\"HTTPS\":{\"Port\":%u}}' %s" PROTOCOL, wanted, old);
    g_assert_cmpint(test_run(&out, line), ==, 0);
    g_assert_nonnull(strstr(out, "\"HTTPS\":{\"ProtocolEnabled\":true"));
    g_assert_true(https_answers(url));
    g_assert_false(https_answers(old));
    restart(s, true);
    g_assert_cmpstr(s->bmc->redfish, ==, url);
    patch(s, "400", "{\"HTTP\":{\"ProtocolEnabled\":true}}");
}

/* What is taken by somebody else changes nothing. */
static void test_taken(Site *s, const void *data)
{
    const char *redfish_port = strrchr(s->bmc->redfish, ':') + 1;
    g_autoptr(GSocket) socket = g_socket_new(
        G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
        G_SOCKET_PROTOCOL_DEFAULT, NULL);
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(
        G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocketAddress) bound = NULL;
    g_autoptr(GSocketListener) listener = g_socket_listener_new();
    unsigned taken, port;

    g_assert_true(g_socket_bind(socket, any, FALSE, NULL));
    bound = g_socket_get_local_address(socket, NULL);
    taken = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    port = g_socket_listener_add_any_inet_port(listener, NULL, NULL);
    patch(s, "409", "{\"IPMI\":{\"Port\":%u}}", taken);
    g_assert_true(ipmi_answers(s, s->bmc->ipmi_port));
    patch(s, "409", "{\"HTTPS\":{\"Port\":%u}}", port);
    g_assert_true(https_answers(s->bmc->redfish));
    assert_shown(s, redfish_port);
    restart(s, false);
    g_assert_true(ipmi_answers(s, s->bmc->ipmi_port));
    /* Kept, but taken at the next start: as configured then. */
    patch(s, "200", "{\"IPMI\":{\"Port\":%u}}",
          free_port(G_SOCKET_TYPE_DATAGRAM));
}

/* Two that are moved together: both, or none of them. */
static void test_together(Site *s, const void *data)
{
    unsigned stream = free_port(G_SOCKET_TYPE_STREAM);
    unsigned datagram = free_port(G_SOCKET_TYPE_DATAGRAM);
    g_autofree char *stream_url = g_strdup_printf("https://127.0.0.1:%u",
                                                  stream);
    g_autofree char *datagram_port = g_strdup_printf("%u", datagram);
    g_autoptr(GSocketListener) listener = g_socket_listener_new();
    g_autoptr(GSocket) socket = g_socket_new(
        G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
        G_SOCKET_PROTOCOL_DEFAULT, NULL);
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(
        G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocketAddress) bound = NULL;
    unsigned taken = g_socket_listener_add_any_inet_port(listener, NULL,
                                                         NULL);

    g_assert_true(g_socket_bind(socket, any, FALSE, NULL));
    bound = g_socket_get_local_address(socket, NULL);
    patch(s, "409", "{\"HTTPS\":{\"Port\":%u},\"IPMI\":{\"Port\":%u}}",
          stream, g_inet_socket_address_get_port(
              G_INET_SOCKET_ADDRESS(bound)));
    g_assert_true(https_answers(s->bmc->redfish));
    g_assert_false(https_answers(stream_url));
    patch(s, "409", "{\"HTTPS\":{\"Port\":%u},\"IPMI\":{\"Port\":%u}}",
          taken, datagram);
    patch(s, "409", "{\"HTTPS\":{\"Port\":%u},"
          "\"IPMI\":{\"ProtocolEnabled\":false}}", taken);
    g_assert_true(ipmi_answers(s, s->bmc->ipmi_port));
    g_assert_false(ipmi_answers(s, datagram_port));
    assert_shown(s, strrchr(s->bmc->redfish, ':') + 1);
    assert_shown(s, s->bmc->ipmi_port);
    patch(s, "200", "{\"HTTPS\":{\"Port\":%u},\"IPMI\":{\"Port\":%u}}",
          stream, datagram);
    g_assert_true(https_answers(stream_url));
    g_assert_true(ipmi_answers(s, datagram_port));
    restart(s, true);
    g_assert_cmpstr(s->bmc->redfish, ==, stream_url);
    g_assert_cmpstr(s->bmc->ipmi_port, ==, datagram_port);
}

/* Whoever shuts the door on himself has one more. */
static void test_https_off(Site *s, const void *data)
{
    g_autofree char *line = g_strdup_printf(
        "curl -sSk -i -m 60 -u admin:password -X PATCH "
        "-H 'Content-Type: application/json' "
        "-d '{\"HTTPS\":{\"ProtocolEnabled\":false}}' %s" PROTOCOL,
        s->bmc->redfish);
    g_autofree char *old = g_strdup(s->bmc->redfish);
    g_autofree char *out = NULL;
    g_autofree char *where = NULL;
    g_autofree char *again = NULL;

    g_assert_cmpint(test_run(&out, line), ==, 0);
    g_assert_true(g_str_has_prefix(out, "HTTP/1.1 200 "));
    g_assert_nonnull(strstr(out, "Connection: close"));
    g_assert_false(https_answers(old));
    where = endpoint(s, "redfish");
    g_assert_null(where);
    assert_shown(s, "\"HTTPS\":{\"ProtocolEnabled\":false");
    g_assert_true(ipmi_answers(s, s->bmc->ipmi_port));
    patch(s, "200", "{\"HTTPS\":{\"ProtocolEnabled\":true}}");
    again = endpoint(s, "redfish");
    g_assert_nonnull(again);
    g_assert_true(https_answers(again));
}

/* The command line says where: nobody moves that. */
static void test_fixed(Site *s, const void *data)
{
    unsigned port = free_port(G_SOCKET_TYPE_DATAGRAM);
    g_autofree char *text = g_strdup_printf("%u", port);
    g_autofree char *args = g_strdup_printf(
        "--qmp /nonexistent/qmp --ipmi-port %u", port);

    patch(s, "200", "{\"IPMI\":{\"Port\":%u}}",
          free_port(G_SOCKET_TYPE_DATAGRAM));
    test_bmc_stop(s->bmc);
    test_bmc_free(s->bmc);
    s->bmc = test_bmc_start(s->dir, args);
    g_assert_cmpstr(s->bmc->ipmi_port, ==, text);
    patch(s, "400", "{\"IPMI\":{\"Port\":%u}}",
          free_port(G_SOCKET_TYPE_DATAGRAM));
    patch(s, "200", "{\"IPMI\":{\"Port\":%u}}", port);
    patch(s, "200", "{\"IPMI\":{\"ProtocolEnabled\":false}}");
    g_assert_false(ipmi_answers(s, s->bmc->ipmi_port));
    patch(s, "200", "{\"IPMI\":{\"ProtocolEnabled\":true}}");
    g_assert_true(ipmi_answers(s, s->bmc->ipmi_port));
}

#define ADD(name, func) \
    g_test_add("/network/" name, Site, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("ipmi-off", test_ipmi_off);
    ADD("ipmi-port", test_ipmi_port);
    ADD("redfish-port", test_redfish_port);
    ADD("taken", test_taken);
    ADD("together", test_together);
    ADD("https-off", test_https_off);
    ADD("fixed", test_fixed);
    return g_test_run();
}
