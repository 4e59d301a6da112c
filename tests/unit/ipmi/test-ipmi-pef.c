/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PEF commands, filters that act on the machine, and alerts that arrive. */
#include "osdep.h"

#include "bmc/events.h"
#include "bmc/lan.h"
#include "bmc/pef.h"

#include "command-fixture.h"

#define SENSOR IPMI_NETFN_SENSOR
/* Any event of generator 20h and sensor 55h. */
#define WHERE "20 00 ff 55 ff ff ff 00 00 00 00 00 00 00 00 00"

static int run(CommandFixture *f, uint8_t cmd, const char *hex)
{
    return command_fixture_run(f, SENSOR, cmd, hex);
}

static void check(CommandFixture *f, uint8_t cmd, const char *hex,
                  const char *answer)
{
    command_fixture_assert(f, SENSOR, cmd, hex, answer);
}

static void happen(CommandFixture *f)
{
    BmcEvent event = {
        .sensor = 0x55, .sensor_type = 1, .event_type = 1,
        .data = { 0x59, 0x11, 0x22 },
    };

    bmc_event_add(f->base.bmc, &event, "it has happened");
    fixture_settle(&f->base);
}

static void test_parameters(CommandFixture *f, const void *opaque)
{
    check(f, 0x10, "", "51 2f 14");
    check(f, 0x13, "85 00 00", "11");
    check(f, 0x13, "05 00 00", "11 14");
    g_assert_cmphex(run(f, 0x12, "05 14"), ==, 0x82);
    g_assert_cmphex(run(f, 0x12, "0e 00"), ==, 0x80);
    g_assert_cmphex(run(f, 0x13, "0e 00 00"), ==, 0x80);
    g_assert_cmphex(run(f, 0x12, "01 10"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x12, "02 10"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x12, "02 2f 00"), ==, IPMI_CC_LENGTH);
    g_assert_cmphex(run(f, 0x12, "06 00 80 04 00 00" WHERE), ==,
                    IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(run(f, 0x12, "06 15 80 04 00 00" WHERE), ==,
                    IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(run(f, 0x12, "06 01 80 10 00 00" WHERE), ==,
                    IPMI_CC_INVALID_FIELD);
    check(f, 0x12, "00 01", "");
    g_assert_cmphex(run(f, 0x12, "00 01"), ==, 0x81);
    check(f, 0x12, "00 00", "");
    check(f, 0x12, "06 14 80 04 03 10" WHERE, "");
    check(f, 0x12, "0d 08 02 61 62", "");
    check(f, 0x12, "0c 08 05 07", "");
    check(f, 0x12, "09 14 18 11 00", "");
    command_fixture_restart(f);
    check(f, 0x13, "06 14 00", "11 14 80 04 03 10" WHERE);
    check(f, 0x13, "07 14 00", "11 14 80");
    check(f, 0x13, "0c 08 00", "11 08 05 07");
    check(f, 0x13, "09 14 00", "11 14 18 11 00");
    check(f, 0x13, "0d 08 02", "11 08 02 61 62 00000000000000000000000000"
          "00");
}

static void test_actions(CommandFixture *f, const void *opaque)
{
    check(f, 0x12, "01 01", "");
    check(f, 0x12, "06 01 80 04 00 00" WHERE, "");
    fixture_assert_log(&f->base, "");
    happen(f);
    fixture_assert_log(&f->base, "");
    check(f, 0x12, "02 2f", "");
    happen(f);
    fixture_assert_log(&f->base, "reset");
    /* Power down comes before a reset. */
    check(f, 0x11, "fe", "fe");
    check(f, 0x12, "06 02 80 02 00 00" WHERE, "");
    happen(f);
    fixture_assert_log(&f->base, "");
    check(f, 0x11, "00", "00");
    fixture_settle(&f->base);
    fixture_assert_log(&f->base, "stop");
}

static GSocket *listen_at(CommandFixture *f, bool ack)
{
    g_autoptr(GSocketAddress) any =
        g_inet_socket_address_new_from_string("127.0.0.1", 0);
    GSocket *sock = g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
                                 G_SOCKET_PROTOCOL_UDP, NULL);
    BmcLanDestination to = {
        .ack = ack, .timeout_s = 1, .retries = 1, .address = { 127, 0, 0, 1 },
    };
    g_autoptr(GSocketAddress) addr = NULL;

    g_assert_true(g_socket_bind(sock, any, false, NULL));
    addr = g_socket_get_local_address(sock, NULL);
    bmc_pef_set_port(f->base.bmc,
        g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(addr)));
    bmc_lan_set_destination(f->base.bmc, 1, &to, &f->ctx.origin);
    g_socket_set_blocking(sock, false);
    return sock;
}

static gssize receive(GSocket *sock, uint8_t *buf, size_t size)
{
    return g_socket_receive(sock, (char *)buf, size, NULL, NULL);
}

static void test_alert(CommandFixture *f, const void *opaque)
{
    g_autoptr(GSocket) sock = listen_at(f, true);
    uint8_t buf[512];
    uint8_t again[512];
    gssize len;
    g_autofree char *hex = NULL;
    const uint8_t *vb;

    check(f, 0x12, "01 01", "");
    check(f, 0x12, "02 01", "");
    check(f, 0x12, "06 01 80 01 03 10" WHERE, "");
    check(f, 0x12, "09 01 38 11 00", "");
    happen(f);
    len = receive(sock, buf, sizeof(buf));
    g_assert_cmpint(len, >, 47);
    /* The binding is last: 47 bytes without a string. */
    vb = buf + len - 47;
    test_assert_hex_equal(vb, 16, "00112233445546778899aabbccddeeff");
    test_assert_hex_equal(vb + 24, 10, "2020 10 20 55 00 00 59 11 22");
    fixture_advance(&f->base, 2000);
    g_assert_cmpint(receive(sock, again, sizeof(again)), ==, len);
    g_assert_true(!memcmp(buf, again, len));
    hex = g_strdup_printf("%02x %02x %02x %02x %02x %02x 20 20 55 59 11 22",
                          vb[17], vb[16], vb[21], vb[20], vb[19], vb[18]);
    check(f, 0x17, hex, "");
    check(f, 0x17, hex, "");
    g_assert_cmphex(run(f, 0x17, "ff ff 00 00 00 00 20 20 55 59 11 22"), ==,
                    IPMI_CC_NOT_PRESENT);
    fixture_advance(&f->base, 10000);
    g_assert_cmpint(receive(sock, again, sizeof(again)), <, 0);
}

/* Access to the channel gates alerts of PEF, not immediate ones. */
static void test_gate(CommandFixture *f, const void *opaque)
{
    g_autoptr(GSocket) sock = listen_at(f, false);
    uint8_t buf[512];

    check(f, 0x12, "01 01", "");
    check(f, 0x12, "02 01", "");
    check(f, 0x12, "06 01 80 01 03 10" WHERE, "");
    check(f, 0x12, "09 01 38 11 00", "");
    command_fixture_assert(f, IPMI_NETFN_APP, 0x40, "01 a2 00", "");
    happen(f);
    g_assert_cmpint(receive(sock, buf, sizeof(buf)), <, 0);
    check(f, 0x16, "01 01 00", "");
    g_assert_cmpint(receive(sock, buf, sizeof(buf)), >, 0);
    command_fixture_assert(f, IPMI_NETFN_APP, 0x40, "01 82 00", "");
    fixture_advance(&f->base, 10000);
    while (receive(sock, buf, sizeof(buf)) > 0) {
    }
    happen(f);
    g_assert_cmpint(receive(sock, buf, sizeof(buf)), >, 0);
}

static void test_immediate(CommandFixture *f, const void *opaque)
{
    g_autoptr(GSocket) sock = listen_at(f, true);
    uint8_t buf[512];

    g_assert_cmphex(run(f, 0x16, "01 02 00"), ==, IPMI_CC_NOT_PRESENT);
    g_assert_cmphex(run(f, 0x16, "02 01 00"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x16, "01 01 00 20"), ==, IPMI_CC_LENGTH);
    check(f, 0x16, "01 41 00", "00");
    check(f, 0x16, "01 01 00", "");
    g_assert_cmpint(receive(sock, buf, sizeof(buf)), >, 47);
    check(f, 0x16, "01 41 00", "ff");
    g_assert_cmphex(run(f, 0x16, "01 01 00"), ==, 0x81);
    fixture_advance(&f->base, 2000);
    fixture_advance(&f->base, 2000);
    check(f, 0x16, "01 41 00", "03");
    check(f, 0x16, "01 81 00", "");
    check(f, 0x16, "01 41 00", "00");
}

/* Parts of an event are none, whatever is asked for. */
static void test_partial(CommandFixture *f, const void *opaque)
{
    static const char *const parts[] = {
        "20", "20 04", "20 04 01 55 01 59 ff",
    };
    size_t i;
    unsigned operation;

    for (i = 0; i < G_N_ELEMENTS(parts); i++) {
        for (operation = 0; operation < 0x100; operation += 0x40) {
            g_autofree char *hex = g_strdup_printf("01 %02x 00 %s",
                                                   operation | 1, parts[i]);

            g_assert_cmphex(run(f, 0x16, hex), ==, IPMI_CC_LENGTH);
        }
    }
    check(f, 0x16, "01 41 00 20 04 01 55 01 59 ff ff", "00");
    g_assert_cmphex(run(f, 0x16, "01 c1 00"), ==, IPMI_CC_INVALID_FIELD);
}

/* What is sent for a generator; -1 for no event. */
static void check_sent(CommandFixture *f, GSocket *sock, const char *event,
                       const char *specific, const char *binding)
{
    g_autofree char *hex = g_strdup_printf("01 01 00 %s", event);
    uint8_t buf[512];
    gssize len;

    check(f, 0x16, hex, "");
    len = receive(sock, buf, sizeof(buf));
    g_assert_cmpint(len, >, 47);
    /* After community, enterprise, agent and generic trap */
    test_assert_hex_equal(buf + 35, strlen(specific) / 2, specific);
    test_assert_hex_equal(buf + len - 47 + 24, 10, binding);
    fixture_advance(&f->base, 10000);
    while (receive(sock, buf, sizeof(buf)) > 0) {
    }
}

/* Who the event comes from; 00h is a generator too. */
static void test_source(CommandFixture *f, const void *opaque)
{
    g_autoptr(GSocket) sock = listen_at(f, false);

    check_sent(f, sock, "", "02010f", "2020 00 ff 00 0000 000000");
    check_sent(f, sock, "00 04 01 55 81 59 11 22", "0203010189",
               "2020 00 00 55 0000 591122");
    check_sent(f, sock, "20 04 01 55 01 59 11 22", "0203010109",
               "2020 00 20 55 0000 591122");
    check_sent(f, sock, "01 04 01 55 01 59 11 22", "0203010109",
               "2000 00 01 55 0000 591122");
    check_sent(f, sock, "41 04 01 55 01 59 11 22", "0203010109",
               "2010 00 41 55 0000 591122");
}

/* What acknowledges a trap has its event source. */
static void test_source_ack(CommandFixture *f, const void *opaque)
{
    g_autoptr(GSocket) sock = listen_at(f, true);
    static const char *const wrong = "%02x %02x %02x %02x %02x %02x 20 41 55 "
                                     "59 11 22";
    static const char *const right = "%02x %02x %02x %02x %02x %02x 10 41 55 "
                                     "59 11 22";
    uint8_t buf[512];
    const uint8_t *vb;
    size_t i;

    check(f, 0x16, "01 01 00 41 04 01 55 01 59 11 22", "");
    vb = buf + receive(sock, buf, sizeof(buf)) - 47;
    for (i = 0; i < 2; i++) {
        g_autofree char *hex = g_strdup_printf(i ? right : wrong, vb[17],
            vb[16], vb[21], vb[20], vb[19], vb[18]);

        g_assert_cmphex(run(f, 0x17, hex), ==,
                        i ? IPMI_CC_OK : IPMI_CC_NOT_PRESENT);
    }
    check(f, 0x16, "01 41 00", "01");
}

/* No retry goes to where there is no destination any more. */
static void test_cleared(CommandFixture *f, const void *opaque)
{
    g_autoptr(GSocket) sock = listen_at(f, true);
    const BmcLanDestination none = { .ack = true, .retries = 7 };
    uint8_t buf[512];

    check(f, 0x16, "01 01 00", "");
    g_assert_cmpint(receive(sock, buf, sizeof(buf)), >, 0);
    bmc_lan_set_destination(f->base.bmc, 1, &none, &f->ctx.origin);
    fixture_advance(&f->base, 2000);
    check(f, 0x16, "01 41 00", "02");
    /* 0.0.0.0 would be this host. */
    g_assert_cmpint(receive(sock, buf, sizeof(buf)), <, 0);
}

/* The receiver sees the address that IPMI is at. */
static void test_from(CommandFixture *f, const void *opaque)
{
    g_autoptr(GSocket) sock = listen_at(f, false);
    static const struct {
        const char *bound;
        const char *from;
    } rows[] = {
        { "127.0.0.5", "127.0.0.5" },
        { "0.0.0.0", "127.0.0.1" },
        { "::1", "127.0.0.1" },
        /* Nobody's: any other is better than no alert. */
        { "192.0.2.77", "127.0.0.1" },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GSocketAddress) bound =
            g_inet_socket_address_new_from_string(rows[i].bound, 623);
        g_autoptr(GSocketAddress) from = NULL;
        g_autofree char *text = NULL;
        char buf[512];

        bmc_lan_set_bound(f->base.bmc, bound);
        check(f, 0x16, "01 01 00", "");
        g_assert_cmpint(g_socket_receive_from(sock, &from, buf, sizeof(buf),
                                              NULL, NULL), >, 0);
        text = g_inet_address_to_string(g_inet_socket_address_get_address(
            G_INET_SOCKET_ADDRESS(from)));
        g_assert_cmpstr(text, ==, rows[i].from);
        fixture_advance(&f->base, 10000);
        while (receive(sock, (uint8_t *)buf, sizeof(buf)) > 0) {
        }
    }
}

static void check_cause(CommandFixture *f, uint8_t action, const char *what)
{
    g_autofree char *hex = g_strdup_printf("06 01 80 %02x 00 00" WHERE,
                                           action);

    check(f, 0x12, hex, "");
    happen(f);
    fixture_advance(&f->base, 60000);
    command_fixture_assert(f, IPMI_NETFN_CHASSIS, 0x07, "", what);
}

static void test_cause(CommandFixture *f, const void *opaque)
{
    check(f, 0x12, "01 01", "");
    check(f, 0x12, "02 2f", "");
    check_cause(f, 0x04, "08 00");
}

/* The guest's own destination is not to be on the host. */
static void test_guest(CommandFixture *f, const void *opaque)
{
    g_autoptr(GSocket) sock = listen_at(f, false);
    const BmcOrigin guest = { .channel = BMC_CHANNEL_IN_BAND };
    BmcLanDestination to = { .address = { 127, 0, 0, 1 } };
    BmcLanDestination mapped = {
        .ipv6 = true,
        .address = { [10] = 0xff, 0xff, 127, 0, 0, 1 },
    };
    uint8_t buf[512];

    bmc_lan_set_destination(f->base.bmc, 2, &to, &guest);
    check(f, 0x16, "01 02 00", "");
    check(f, 0x16, "01 42 00", "02");
    bmc_lan_set_destination(f->base.bmc, 2, &mapped, &guest);
    check(f, 0x16, "01 02 00", "");
    check(f, 0x16, "01 42 00", "02");
    /* Nor after a restart, nor when another changes the rest. */
    bmc_lan_set_destination(f->base.bmc, 2, &to, &guest);
    to.retries = 1;
    bmc_lan_set_destination(f->base.bmc, 2, &to, &f->ctx.origin);
    g_assert_true(bmc_lan_destination(f->base.bmc, 2)->in_band);
    command_fixture_restart(f);
    g_assert_true(bmc_lan_destination(f->base.bmc, 2)->in_band);
    g_assert_cmpint(receive(sock, buf, sizeof(buf)), <, 0);
}

static void check_refused(CommandFixture *f, const char *text)
{
    const BmcOrigin guest = { .channel = BMC_CHANNEL_IN_BAND };
    g_autoptr(GInetAddress) ip = g_inet_address_new_from_string(text);
    BmcLanDestination to = {
        .ipv6 = g_inet_address_get_family(ip) == G_SOCKET_FAMILY_IPV6,
    };

    memcpy(to.address, g_inet_address_to_bytes(ip),
           g_inet_address_get_native_size(ip));
    bmc_lan_set_destination(f->base.bmc, 3, &to, &guest);
    check(f, 0x16, "01 03 00", "");
    check(f, 0x16, "01 43 00", "02");
}

static void test_refused(CommandFixture *f, const void *opaque)
{
    static const char *const addresses[] = {
        "127.0.0.2", "0.0.0.1", "169.254.1.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::1", "fe80::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:0.0.0.0", "::ffff:255.255.255.255", "::ffff:224.0.0.1",
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(addresses); i++) {
        check_refused(f, addresses[i]);
    }
}

/* A filter for all events does not act on what its own action brings. */
static void test_no_loop(CommandFixture *f, const void *opaque)
{
    check(f, 0x12, "01 03", "");
    check(f, 0x12, "02 2f", "");
    check(f, 0x12, "06 01 80 04 00 00 ff ff ff ff ff ff ff "
          "00 00 00 00 00 00 00 00 00", "");
    happen(f);
    fixture_advance(&f->base, 60000);
    g_assert_cmpuint(fixture_log_count(&f->base, "reset"), ==, 1);
}

/* Events that have waited for each other ask for one reset. */
static void test_once(CommandFixture *f, const void *opaque)
{
    check(f, 0x12, "01 01", "");
    check(f, 0x12, "02 2f", "");
    check(f, 0x12, "06 01 80 04 00 00" WHERE, "");
    check(f, 0x11, "fe", "fe");
    happen(f);
    happen(f);
    happen(f);
    check(f, 0x11, "00", "00");
    fixture_advance(&f->base, 60000);
    g_assert_cmpuint(fixture_log_count(&f->base, "reset"), ==, 1);
}

static void test_postpone_ends(CommandFixture *f, const void *opaque)
{
    check(f, 0x11, "fe", "fe");
    fixture_power(&f->base, BMC_POWER_FORCE_OFF);
    check(f, 0x11, "ff", "00");
}

#define ADD(name, func) \
    g_test_add("/ipmi-pef/" name, CommandFixture, NULL, \
               command_fixture_setup, func, command_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("parameters", test_parameters);
    ADD("actions", test_actions);
    ADD("alert", test_alert);
    ADD("gate", test_gate);
    ADD("immediate", test_immediate);
    ADD("partial", test_partial);
    ADD("source", test_source);
    ADD("source-ack", test_source_ack);
    ADD("cleared", test_cleared);
    ADD("from", test_from);
    ADD("cause", test_cause);
    ADD("guest", test_guest);
    ADD("refused", test_refused);
    ADD("no-loop", test_no_loop);
    ADD("once", test_once);
    ADD("postpone-ends", test_postpone_ends);
    return g_test_run();
}
