/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LAN configuration: what is reported, what is kept, who is told. */
#include "osdep.h"

#include "bmc/lan-host.h"
#include "bmc/lan.h"
#include "bmc/lockout.h"
#include "bmc-fixture.h"
#include "util/error.h"

static const BmcOrigin origin = { .channel = BMC_CHANNEL_LOCAL };
static const BmcOrigin guest = { .channel = BMC_CHANNEL_IN_BAND };

static const char *get(Fixture *fix, BmcLanField field)
{
    static char text[2 * BMC_LAN_VALUE_MAX + 1];
    uint8_t value[BMC_LAN_VALUE_MAX];
    size_t i;

    if (!bmc_lan_get(fix->bmc, field, value)) {
        return "unknown";
    }
    for (i = 0; i < bmc_lan_field_len(field); i++) {
        g_snprintf(text + 2 * i, 3, "%02x", value[i]);
    }
    return text;
}

static bool set(Fixture *fix, BmcLanField field, const void *value)
{
    g_autoptr(GError) err = NULL;
    bool ok = bmc_lan_set(fix->bmc, field, value, &origin, &err);

    if (!ok) {
        g_assert_error(err, BMC_ERROR, BMC_ERROR_INVALID);
    }
    return ok;
}

static void bind_to(Fixture *fix, const char *address, unsigned port)
{
    g_autoptr(GSocketAddress) addr =
        g_inet_socket_address_new_from_string(address, port);

    bmc_lan_set_bound(fix->bmc, addr);
}

static void test_bound(void)
{
    g_auto(Fixture) fix = { NULL };
    g_autofree char *mac = NULL;
    bool v4, v6;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_cmpstr(get(&fix, BMC_LAN_ADDRESS), ==, "unknown");
    g_assert_cmpuint(bmc_lan_port(fix.bmc), ==, 0);
    bind_to(&fix, "127.0.0.1", 6230);
    g_assert_cmpuint(bmc_lan_port(fix.bmc), ==, 6230);
    g_assert_cmpstr(get(&fix, BMC_LAN_ADDRESS), ==, "7f000001");
    g_assert_cmpstr(get(&fix, BMC_LAN_NETMASK), ==, "ff000000");
    g_assert_cmpstr(get(&fix, BMC_LAN_GATEWAY), ==, "00000000");
    g_assert_cmpstr(get(&fix, BMC_LAN_GATEWAY_MAC), ==, "unknown");
    g_assert_cmpstr(get(&fix, BMC_LAN_SOURCE), ==, "00");
    g_assert_cmpstr(get(&fix, BMC_LAN_VLAN), ==, "0000");
    bmc_lan_families(fix.bmc, &v4, &v6);
    g_assert_true(v4 && !v6);
    /* All addresses: the one that the host has, never 0.0.0.0 */
    bind_to(&fix, "::", 623);
    bmc_lan_families(fix.bmc, &v4, &v6);
    g_assert_true(v4 && v6);
    g_assert_cmpstr(get(&fix, BMC_LAN_ADDRESS), !=, "00000000");
    g_assert_cmpstr(get(&fix, BMC_LAN_ADDRESS), !=, "unknown");
    bind_to(&fix, "::1", 623);
    g_assert_cmpstr(get(&fix, BMC_LAN_ADDRESS), ==, "unknown");
    g_assert_cmpstr(get(&fix, BMC_LAN_ADDRESS6), ==,
                    "01" "00000000000000000000000000000001" "80");
    mac = g_strdup(get(&fix, BMC_LAN_MAC));
    g_assert_cmpint(g_ascii_xdigit_value(mac[1]) & 3, ==, 2);
    fixture_restart(&fix);
    g_assert_cmpstr(get(&fix, BMC_LAN_MAC), ==, mac);
}

static void test_configured(void)
{
    static const struct {
        BmcLanConfig config;
        const char *message;
    } bad[] = {
        { { .address = "host" }, "*address*'host'*" },
        { { .address = "0.0.0.0" }, "*address*" },
        { { .address = "fe80::x" }, "*address*" },
        { { .netmask = "255.0.255.0" }, "*netmask*" },
        { { .netmask = "ffff::" }, "*netmask*IPv4*" },
        { { .gateway = "224.0.0.1" }, "*gateway*" },
        { { .mac = "01:00:00:00:00:00" }, "*mac*" },
        { { .mac = "52:54:00:12:34" }, "*mac*" },
        { { .vlan = "0" }, "*vlan*" },
        { { .vlan = "4095" }, "*vlan*" },
        { { .command = "'x" }, "*config-command*" },
    };
    static const BmcLanConfig good = {
        .address = "192.0.2.7",
        .netmask = "255.255.255.128",
        .gateway = "192.0.2.1",
        .mac = "52:54:00:aB:cd:ef",
        .vlan = "4094",
        .port = 16230,
    };
    g_auto(Fixture) fix = { NULL };
    unsigned i;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) err = NULL;

        g_assert_false(bmc_lan_configure(fix.bmc, &bad[i].config, &err));
        g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
        g_assert_true(g_pattern_match_simple(bad[i].message, err->message));
    }
    g_assert_true(bmc_lan_configure(fix.bmc, &good, NULL));
    bind_to(&fix, "127.0.0.1", 623);
    g_assert_cmpstr(get(&fix, BMC_LAN_ADDRESS), ==, "c0000207");
    g_assert_cmpstr(get(&fix, BMC_LAN_NETMASK), ==, "ffffff80");
    g_assert_cmpstr(get(&fix, BMC_LAN_GATEWAY), ==, "c0000201");
    g_assert_cmpstr(get(&fix, BMC_LAN_MAC), ==, "525400abcdef");
    g_assert_cmpstr(get(&fix, BMC_LAN_VLAN), ==, "8ffe");
    g_assert_cmpuint(bmc_lan_port(fix.bmc), ==, 16230);
    /* An address that is not the host's: its mask cannot be known */
    fixture_restart(&fix);
    g_assert_true(bmc_lan_configure(fix.bmc, &(BmcLanConfig) {
        .address = "192.0.2.7" }, NULL));
    bind_to(&fix, "127.0.0.1", 623);
    g_assert_cmpstr(get(&fix, BMC_LAN_NETMASK), ==, "unknown");
    fixture_restart(&fix);
    g_assert_true(bmc_lan_configure(fix.bmc, &(BmcLanConfig) {
        .address = "2001:db8::7" }, NULL));
    bind_to(&fix, "127.0.0.1", 623);
    g_assert_cmpstr(get(&fix, BMC_LAN_ADDRESS), ==, "7f000001");
    g_assert_cmpstr(get(&fix, BMC_LAN_ADDRESS6), ==,
                    "01" "20010db8000000000000000000000007" "80");
}

static void test_written(void)
{
    static const struct {
        BmcLanField field;
        const char *value;
    } bad[] = {
        { BMC_LAN_ADDRESS, "\0\0\0\1" },
        { BMC_LAN_ADDRESS, "\xe0\0\0\1" },
        { BMC_LAN_SOURCE, "\5" },
        { BMC_LAN_MAC, "\1\0\0\0\0\1" },
        { BMC_LAN_MAC, "\0\0\0\0\0\0" },
        { BMC_LAN_NETMASK, "\xff\0\xff\0" },
        { BMC_LAN_GATEWAY, "\xff\xff\xff\xff" },
        { BMC_LAN_VLAN, "\x80\0" },
        { BMC_LAN_VLAN, "\x8f\xff" },
        { BMC_LAN_VLAN, "\x10\1" },
        { BMC_LAN_VLAN_PRIORITY, "\x8" },
        { BMC_LAN_ADDRESS6, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40" },
        { BMC_LAN_ADDRESS6, "\2\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40" },
        { BMC_LAN_ADDRESS6, "\1\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x81" },
    };
    g_auto(Fixture) fix = { NULL };
    uint64_t before;
    unsigned i;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    bind_to(&fix, "127.0.0.1", 623);
    before = bmc_generation(fix.bmc, BMC_PART_LAN);
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_false(set(&fix, bad[i].field, bad[i].value));
    }
    g_assert_true(set(&fix, BMC_LAN_ADDRESS, "\x7f\0\0\1"));
    g_assert_cmpuint(bmc_generation(fix.bmc, BMC_PART_LAN), ==, before);
    g_assert_true(set(&fix, BMC_LAN_ADDRESS, "\xc0\0\2\x9"));
    g_assert_true(set(&fix, BMC_LAN_SOURCE, "\2"));
    g_assert_true(set(&fix, BMC_LAN_VLAN, "\x80\7"));
    g_assert_true(set(&fix, BMC_LAN_COMMUNITY, "secret\0\0\0\0\0\0\0\0\0\0\0"));
    g_assert_cmpuint(bmc_generation(fix.bmc, BMC_PART_LAN), ==, before + 4);
    fixture_restart(&fix);
    bind_to(&fix, "127.0.0.1", 623);
    g_assert_cmpstr(get(&fix, BMC_LAN_ADDRESS), ==, "c0000209");
    g_assert_cmpstr(get(&fix, BMC_LAN_SOURCE), ==, "02");
    g_assert_cmpstr(get(&fix, BMC_LAN_VLAN), ==, "8007");
    g_assert_true(g_str_has_prefix(get(&fix, BMC_LAN_COMMUNITY),
                                   "73656372657400"));
}

static void test_destinations(void)
{
    static const BmcLanDestination to = {
        .ack = true, .timeout_s = 3, .retries = 7, .address = { 192, 0, 2, 1 },
        .backup = true, .mac = { 2 }, .tagged = true, .tag = 0x2007,
    };
    static const BmcLanDestination to6 = {
        .ipv6 = true, .address = { 0x20, 1, 0xd, 0xb8, [15] = 1 },
    };
    g_auto(Fixture) fix = { NULL };
    const BmcLanDestination *got;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    bmc_lan_set_destination(fix.bmc, 0, &to, &origin);
    bmc_lan_set_destination(fix.bmc, 1, &to, &origin);
    bmc_lan_set_destination(fix.bmc, BMC_LAN_DESTINATIONS, &to6, &origin);
    fixture_restart(&fix);
    got = bmc_lan_destination(fix.bmc, 0);
    g_assert_cmpuint(got->retries, ==, 0);
    got = bmc_lan_destination(fix.bmc, 1);
    g_assert_cmpmem(got, sizeof(*got), &to, sizeof(to));
    got = bmc_lan_destination(fix.bmc, BMC_LAN_DESTINATIONS);
    g_assert_cmpmem(got, sizeof(*got), &to6, sizeof(to6));
}

static void test_bad_password(void)
{
    static const BmcLockoutPolicy policy = { 3, 600, 0, true };
    g_auto(Fixture) fix = { NULL };
    const BmcLockoutPolicy *got;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    bmc_lan_set_bad_password(fix.bmc, &policy, &origin);
    fixture_restart(&fix);
    got = bmc_lockout_get(fix.bmc);
    g_assert_cmpuint(got->threshold, ==, 3);
    g_assert_cmpuint(got->reset_s, ==, 600);
    g_assert_cmpuint(got->lockout_s, ==, 0);
    g_assert_true(got->event);
}

/* The end of the program wakes the main loop. */
static void wait_for_file(const char *path)
{
    while (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_main_context_iteration(NULL, TRUE);
    }
}

static void test_command(void)
{
    g_auto(Fixture) fix = { NULL };
    g_autofree char *out = NULL;
    g_autofree char *command = NULL;
    g_autofree char *text = NULL;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    out = test_dir_file(fix.dir, "out");
    command = g_strdup_printf("sh -c 'env > %s.new; mv %s.new %s'", out, out,
                              out);
    g_assert_true(bmc_lan_configure(fix.bmc, &(BmcLanConfig) {
        .command = command }, NULL));
    bind_to(&fix, "127.0.0.1", 623);
    /* The guest's wishes are kept, but nothing comes of them */
    g_assert_true(bmc_lan_set(fix.bmc, BMC_LAN_GATEWAY,
                              (const uint8_t *)"\xc0\0\2\1", &guest, NULL));
    fixture_restart(&fix);
    g_assert_true(bmc_lan_configure(fix.bmc, &(BmcLanConfig) {
        .command = command }, NULL));
    bind_to(&fix, "127.0.0.1", 623);
    g_assert_cmpstr(get(&fix, BMC_LAN_GATEWAY), ==, "c0000201");
    g_assert_true(bmc_lan_begin(fix.bmc));
    g_assert_false(bmc_lan_begin(fix.bmc));
    g_assert_true(set(&fix, BMC_LAN_ADDRESS, "\xc0\0\2\x9"));
    g_assert_true(set(&fix, BMC_LAN_SOURCE, "\1"));
    g_assert_true(set(&fix, BMC_LAN_VLAN, "\x8f\1"));
    fixture_settle(&fix);
    g_assert_false(g_file_test(out, G_FILE_TEST_EXISTS));
    bmc_lan_complete(fix.bmc);
    wait_for_file(out);
    g_assert_true(g_file_get_contents(out, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "BMC_LAN_ADDRESS=192.0.2.9\n"));
    g_assert_nonnull(strstr(text, "BMC_LAN_NETMASK=255.0.0.0\n"));
    g_assert_nonnull(strstr(text, "BMC_LAN_SOURCE=static\n"));
    g_assert_nonnull(strstr(text, "BMC_LAN_VLAN=3841\n"));
    g_assert_null(strstr(text, "BMC_LAN_GATEWAY="));
    g_assert_null(strstr(text, "IPMI_PASS="));
}

/* A client that has died does not hold everybody else up. */
static void test_set_expires(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_true(bmc_lan_begin(fix.bmc));
    fixture_advance(&fix, BMC_LAN_SET_MS - 1);
    g_assert_true(bmc_lan_in_progress(fix.bmc));
    fixture_advance(&fix, 1);
    g_assert_false(bmc_lan_in_progress(fix.bmc));
    g_assert_true(bmc_lan_begin(fix.bmc));
}

static void test_host_files(void)
{
    static const char route[] =
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
        "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
        "eth1\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
        "garbage\n";
    static const char route6[] =
        "20010db8000000000000000000000000 40 00000000000000000000000000000000 "
        "00 00000000000000000000000000000000 00000100 00000001 00000000 "
        "00000001     eth1\n"
        "00000000000000000000000000000000 00 00000000000000000000000000000000 "
        "00 fe80000000000000000000000000000a 00000400 00000001 00000000 "
        "00000003     eth1\n"
        "nonsense\n";
    static const char arp[] =
        "IP address       HW type     Flags       HW address    Mask Device\n"
        "192.0.2.1        0x1         0x0         00:00:00:00:00:00 * eth1\n"
        "192.0.2.2        0x1         0x2         52:54:00:12:34:56 * eth1\n";
    static const uint8_t first[4] = { 192, 0, 2, 1 };
    static const uint8_t second[4] = { 192, 0, 2, 2 };
    uint8_t router[16];
    uint8_t gateway[4];
    uint8_t mac[6];

    g_assert_false(lan_host_parse_route(route, "eth0", gateway));
    g_assert_true(lan_host_parse_route(route, "eth1", gateway));
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
    g_assert_cmpmem(gateway, 4, first, 4);
#endif
    g_assert_false(lan_host_parse_route("", "eth1", gateway));
    g_assert_false(lan_host_parse_route6(route6, "eth0", router));
    g_assert_true(lan_host_parse_route6(route6, "eth1", router));
    test_assert_hex_equal(router, 16, "fe80000000000000000000000000000a");
    g_assert_false(lan_host_parse_arp(arp, first, mac));
    g_assert_true(lan_host_parse_arp(arp, second, mac));
    g_assert_cmpmem(mac, 6, "\x52\x54\0\x12\x34\x56", 6);
    g_assert_false(lan_host_parse_mac("52:54:00:12:34:5g", mac));
    g_assert_false(lan_host_parse_mac("52:54:00:12:34:567", mac));
    g_assert_cmpuint(lan_host_hop_limit(false), >, 0);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/lan/bound", test_bound);
    g_test_add_func("/lan/configured", test_configured);
    g_test_add_func("/lan/written", test_written);
    g_test_add_func("/lan/destinations", test_destinations);
    g_test_add_func("/lan/bad-password", test_bad_password);
    g_test_add_func("/lan/command", test_command);
    g_test_add_func("/lan/set-expires", test_set_expires);
    g_test_add_func("/lan/host-files", test_host_files);
    return g_test_run();
}
