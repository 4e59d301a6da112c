/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Alerts of PEF: which policies are followed, and when. */
#include "osdep.h"

#include "bmc/lan.h"
#include "bmc/power.h"

#include "pef-test.h"

/* Bytes of the binding with a string of two letters, and its severity. */
#define BINDING_LEN 50
#define BINDING_SEVERITY 26

static GSocket *listen_at(CommandFixture *f)
{
    g_autoptr(GSocketAddress) any =
        g_inet_socket_address_new_from_string("127.0.0.1", 0);
    GSocket *sock = g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
                                 G_SOCKET_PROTOCOL_UDP, NULL);
    BmcLanDestination to = { .address = { 127, 0, 0, 1 } };
    g_autoptr(GSocketAddress) addr = NULL;

    g_assert_true(g_socket_bind(sock, any, false, NULL));
    addr = g_socket_get_local_address(sock, NULL);
    bmc_pef_set_port(f->base.bmc,
        g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(addr)));
    bmc_lan_set_destination(f->base.bmc, 1, &to, &f->ctx.origin);
    g_socket_set_blocking(sock, false);
    return sock;
}

/* The strings of all alerts that have come. */
static char *receive_all(GSocket *sock, uint8_t *severity)
{
    GString *text = g_string_new(NULL);
    uint8_t buf[512];
    gssize len;

    while ((len = g_socket_receive(sock, (char *)buf, sizeof(buf), NULL,
                                   NULL)) > 0) {
        g_assert_cmpint(len, >, BINDING_LEN);
        *severity = buf[len - BINDING_LEN + BINDING_SEVERITY];
        g_string_append_len(text, (char *)buf + len - 3, 2);
        g_string_append_c(text, ' ');
    }
    return g_string_free(text, false);
}

static void expect(GSocket *sock, const char *strings)
{
    uint8_t severity;
    g_autofree char *found = receive_all(sock, &severity);

    g_assert_cmpstr(found, ==, strings);
}

static void set_strings(CommandFixture *f)
{
    check(f, 0x12, "0d 01 01 6161", "");
    check(f, 0x12, "0d 02 01 6262", "");
    check(f, 0x12, "0d 03 01 6363", "");
    check(f, 0x12, "0d 04 01 6464", "");
}

/* Entries of the table, and what is sent; destination 2 is not there. */
static const struct {
    const char *entries[3];
    const char *sent;
} policies[] = {
    { { "38 11 01", "38 11 02", "38 11 03" }, "aa bb cc " },
    { { "38 12 01", "38 11 02", "38 11 03" }, "bb cc " },
    /* 1: not if the one before was a success, but go on */
    { { "38 11 01", "39 11 02", "38 11 03" }, "aa cc " },
    { { "38 12 01", "39 11 02", "38 11 03" }, "bb cc " },
    { { "38 11 01", "39 11 02", "39 11 03" }, "aa " },
    { { "38 12 01", "39 12 02", "39 11 03" }, "cc " },
    { { "39 11 01", "38 11 02", "30 11 03" }, "aa bb " },
    /* 2: not if the one before was a success, and end */
    { { "38 11 01", "3a 11 02", "38 11 03" }, "aa " },
    { { "38 12 01", "3a 11 02", "38 11 03" }, "bb cc " },
    /* 3, 4: another channel, another type: there is none */
    { { "38 11 01", "3b 11 02", "38 11 03" }, "aa " },
    { { "38 12 01", "3b 11 02", "38 11 03" }, "bb cc " },
    { { "38 11 01", "3c 11 02", "38 11 03" }, "aa " },
    { { "38 12 01", "3c 11 02", "38 11 03" }, "bb cc " },
    /* Entries that are off, or of another set, do not count. */
    { { "30 11 01", "38 11 02", "30 11 03" }, "bb " },
    { { "38 11 01", "32 11 02", "38 11 03" }, "aa cc " },
    { { "38 12 01", "30 11 02", "39 11 03" }, "cc " },
    { { "38 11 01", "2a 11 02", "38 11 03" }, "aa cc " },
    { { "28 11 01", "3a 11 02", "38 11 03" }, "bb cc " },
    { { "28 11 01", "08 11 02", "f8 11 03" }, "" },
};

static void test_policies(CommandFixture *f, const void *opaque)
{
    g_autoptr(GSocket) sock = listen_at(f);
    size_t i, j;

    enable(f, 0x01);
    set_strings(f);
    set_filter(f, 1, 0x01, 3, 0, ANY);
    for (i = 0; i < G_N_ELEMENTS(policies); i++) {
        for (j = 0; j < G_N_ELEMENTS(policies[i].entries); j++) {
            g_autofree char *hex = g_strdup_printf("09 %02zx %s", j + 4,
                policies[i].entries[j]);

            check(f, 0x12, hex, "");
        }
        happen(f, EVENT);
        g_test_message("row %zu", i);
        expect(sock, policies[i].sent);
    }
}

/* Two filters: both policies, and the greater severity. */
static void test_severity(CommandFixture *f, const void *opaque)
{
    g_autoptr(GSocket) sock = listen_at(f);
    g_autofree char *found = NULL;
    uint8_t severity = 0;

    enable(f, 0x01);
    set_strings(f);
    set_filter(f, 1, 0x01, 3, 0x20, ANY);
    set_filter(f, 2, 0x01, 2, 0x08, ANY);
    set_filter(f, 3, 0x01, 3, 0x10, ANY);
    check(f, 0x12, "09 01 38 11 01", "");
    check(f, 0x12, "09 02 28 11 02", "");
    happen(f, EVENT);
    found = receive_all(sock, &severity);
    g_assert_cmpstr(found, ==, "bb aa ");
    g_assert_cmphex(severity, ==, 0x20);
}

/* The string of the filter, by its key. */
static void test_event_string(CommandFixture *f, const void *opaque)
{
    g_autoptr(GSocket) sock = listen_at(f);

    enable(f, 0x01);
    set_strings(f);
    check(f, 0x12, "0c 03 02 07", "");
    check(f, 0x12, "0c 04 05 07", "");
    set_filter(f, 5, 0x01, 3, 0, ANY);
    check(f, 0x12, "09 01 38 11 87", "");
    happen(f, EVENT);
    expect(sock, "dd ");
}

/* An alert is sent when the machine is off, not before. */
static void test_deferred(CommandFixture *f, const void *opaque)
{
    g_autoptr(GSocket) sock = listen_at(f);

    enable(f, 0x01);
    set_strings(f);
    check(f, 0x12, "09 01 38 11 01", "");
    set_filter(f, 1, 0x03, 3, 0, "20 00 01 55 ff ff ff" NO_DATA);
    begin_event(f, EVENT);
    g_assert_cmpint(bmc_power_state(f->base.bmc), !=, BMC_POWER_STATE_OFF);
    expect(sock, "");
    fixture_settle(&f->base);
    g_assert_cmpint(bmc_power_state(f->base.bmc), ==, BMC_POWER_STATE_OFF);
    expect(sock, "aa ");
}

/* After a start neither actions nor alerts; then each for itself. */
static void test_startup(CommandFixture *f, const void *opaque)
{
    g_autoptr(GSocket) sock = listen_at(f);

    enable(f, 0x0d);
    set_strings(f);
    check(f, 0x12, "03 0a", "");
    check(f, 0x12, "04 14", "");
    check(f, 0x12, "09 01 38 11 01", "");
    set_filter(f, 1, 0x21, 3, 0, "20 00 01 55 ff ff ff" NO_DATA);
    fixture_power(&f->base, BMC_POWER_FORCE_OFF);
    fixture_power(&f->base, BMC_POWER_ON);
    fixture_log_count(&f->base, "nmi");
    happen(f, EVENT);
    fixture_advance(&f->base, 9000);
    g_assert_cmpuint(fixture_log_count(&f->base, "nmi"), ==, 0);
    fixture_advance(&f->base, 1100);
    g_assert_cmpuint(fixture_log_count(&f->base, "nmi"), ==, 1);
    expect(sock, "");
    fixture_advance(&f->base, 8500);
    expect(sock, "");
    fixture_advance(&f->base, 1500);
    expect(sock, "aa ");
    /* Delays that are not enabled do not count. */
    enable(f, 0x01);
    fixture_power(&f->base, BMC_POWER_FORCE_RESTART);
    happen(f, EVENT);
    g_assert_cmpuint(fixture_log_count(&f->base, "nmi"), ==, 1);
    expect(sock, "aa ");
}

#define ADD(name, func) \
    g_test_add("/ipmi-pef-alerts/" name, CommandFixture, NULL, \
               command_fixture_setup, func, command_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("policies", test_policies);
    ADD("severity", test_severity);
    ADD("event-string", test_event_string);
    ADD("deferred", test_deferred);
    ADD("startup", test_startup);
    return g_test_run();
}
