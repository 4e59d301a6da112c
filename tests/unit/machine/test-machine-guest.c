/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest agent tells, honest and not. */
#include "osdep.h"

#include "machine/machine-guest.h"
#include "util/json.h"

static JsonNode *value_of(const char *json)
{
    g_autofree char *text = g_strdup_printf("{\"return\":%s}", json);
    g_autoptr(JsonObject) object = NULL;

    g_strdelimit(text, "'", '"');
    object = json_parse_object(text, strlen(text), NULL);
    g_assert_nonnull(object);
    return json_node_copy(json_object_get_member(object, "return"));
}

static void tell(MachineGuest *guest, MachineGuestCommand command,
                 const char *json)
{
    g_autoptr(JsonNode) value = value_of(json);

    machine_guest_parse(guest, command, value);
}

static void test_info(void)
{
    static const struct {
        const char *json;
        unsigned bits;
    } cases[] = {
        { "{'version':'7.2','supported_commands':["
          "{'name':'guest-get-osinfo','enabled':true},"
          "{'name':'guest-get-host-name','enabled':false},"
          "{'name':'guest-exec','enabled':true}]}", 1 << MACHINE_GUEST_OS },
        { "{'supported_commands':[1,{},{'name':'guest-get-osinfo'},"
          "{'enabled':true}]}", 0 },
        { "[]", 0 }, { "{}", 0 }, { "{'supported_commands':{}}", 0 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JsonNode) value = value_of(cases[i].json);

        g_assert_cmpuint(machine_guest_parse_info(value), ==,
                         cases[i].bits);
    }
}

static void test_os(void)
{
    g_autoptr(MachineGuest) guest = g_new0(MachineGuest, 1);

    g_assert_cmpint(machine_guest_os(guest), ==, MACHINE_GUEST_OS_UNKNOWN);
    tell(guest, MACHINE_GUEST_OS,
         "{'id':'debian','name':'Debian GNU/Linux',"
         "'pretty-name':'Debian GNU/Linux 12 (bookworm)',"
         "'kernel-release':'6.1.0','kernel-version':'#1 SMP',"
         "'machine':'x86_64'}");
    g_assert_cmpstr(guest->os_name, ==, "Debian GNU/Linux 12 (bookworm)");
    g_assert_cmpstr(guest->kernel_release, ==, "6.1.0");
    g_assert_cmpint(machine_guest_os(guest), ==, MACHINE_GUEST_OS_LINUX);
    tell(guest, MACHINE_GUEST_OS, "{'id':'mswindows','name':'Windows'}");
    g_assert_cmpstr(guest->os_name, ==, "Windows");
    g_assert_null(guest->kernel_release);
    g_assert_cmpint(machine_guest_os(guest), ==, MACHINE_GUEST_OS_WINDOWS);
    tell(guest, MACHINE_GUEST_OS, "{'id':'freebsd'}");
    g_assert_cmpint(machine_guest_os(guest), ==, MACHINE_GUEST_OS_BSD);
    tell(guest, MACHINE_GUEST_OS, "{'id':'omnios','kernel-version':'r1'}");
    g_assert_cmpint(machine_guest_os(guest), ==, MACHINE_GUEST_OS_UNKNOWN);
}

static void test_names(void)
{
    static const char *const bad[] = {
        "{}", "[]", "1", "{'host-name':1}", "{'host-name':''}",
        "{'host-name':'a\\nb'}", "{'host-name':'a\\u001bb'}",
        "{'host-name':'\\u202e'}", "{'host-name':'a\\u2028b'}",
        "{'host-name':'\\u2029'}", "{'host-name':'a\\u0085b'}",
    };
    g_autoptr(MachineGuest) guest = g_new0(MachineGuest, 1);
    g_autofree char *name = g_strnfill(MACHINE_GUEST_TEXT_MAX, 'x');
    g_autofree char *fits = g_strdup_printf("{'host-name':'%s'}", name);
    g_autofree char *long_one = g_strdup_printf("{'host-name':'%sx'}", name);

    tell(guest, MACHINE_GUEST_HOST_NAME, "{'host-name':'n\\u00f6de.example'}");
    g_assert_cmpstr(guest->host_name, ==, "n\303\266de.example");
    tell(guest, MACHINE_GUEST_HOST_NAME, fits);
    g_assert_cmpstr(guest->host_name, ==, name);
    tell(guest, MACHINE_GUEST_HOST_NAME, long_one);
    g_assert_null(guest->host_name);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        tell(guest, MACHINE_GUEST_HOST_NAME, bad[i]);
        g_assert_null(guest->host_name);
    }
}

#define IPV4(address, prefix) \
    "{'ip-address-type':'ipv4','ip-address':'" address "','prefix':" #prefix \
    "}"
#define IPV6(address, prefix) \
    "{'ip-address-type':'ipv6','ip-address':'" address "','prefix':" #prefix \
    "}"

static void address_is(const MachineGuest *guest, bool v6, unsigned n,
                       const char *text, unsigned prefix)
{
    const MachineGuestAddress *address = machine_guest_nth_address(
        guest, "52:54:00:AA:bb:01", v6, n);

    if (!text) {
        g_assert_null(address);
        return;
    }
    g_assert_nonnull(address);
    g_assert_cmpstr(address->text, ==, text);
    g_assert_cmpuint(address->prefix, ==, prefix);
}

/* A bridge has the MAC address of its card. */
static void test_interfaces(void)
{
    static const char json[] =
        "[{'name':'lo','hardware-address':'00:00:00:00:00:00',"
        "  'ip-addresses':[" IPV4("127.0.0.1", 8) "]},"
        " {'name':'eth0','hardware-address':'52:54:00:aa:bb:01',"
        "  'ip-addresses':[" IPV6("FE80:0::1", 64) "]},"
        " {'name':'br0','hardware-address':'52:54:00:aa:bb:01',"
        "  'ip-addresses':[" IPV4("192.0.2.1", 24) ","
        IPV6("2001:db8::1", 64) "," IPV4("192.0.2.2", 32) "]},"
        " {'name':'tun0'}]";
    g_autoptr(MachineGuest) guest = g_new0(MachineGuest, 1);
    g_autoptr(MachineGuest) same = g_new0(MachineGuest, 1);

    tell(guest, MACHINE_GUEST_INTERFACES, json);
    tell(same, MACHINE_GUEST_INTERFACES, json);
    g_assert_cmpuint(guest->interfaces->len, ==, 3);
    address_is(guest, false, 0, "192.0.2.1", 24);
    address_is(guest, false, 1, "192.0.2.2", 32);
    address_is(guest, false, 2, NULL, 0);
    address_is(guest, true, 0, "fe80::1", 64);
    address_is(guest, true, 1, "2001:db8::1", 64);
    address_is(guest, true, 2, NULL, 0);
    g_assert_true(machine_guest_has_interface(guest, "52:54:00:aa:bb:01"));
    g_assert_false(machine_guest_has_interface(guest, "52:54:00:aa:bb:02"));
    g_assert_false(machine_guest_has_interface(guest, NULL));
    g_assert_false(machine_guest_has_interface(NULL, "52:54:00:aa:bb:01"));
    g_assert_true(machine_guest_equal(guest, same));
    tell(same, MACHINE_GUEST_INTERFACES, "[]");
    g_assert_false(machine_guest_equal(guest, same));
    g_assert_false(machine_guest_equal(guest, NULL));
}

static void test_bad_interfaces(void)
{
    static const char *const macs[] = {
        "52:54:00:aa:bb", "52:54:00:aa:bb:0g", "52-54-00-aa-bb-01",
        "52:54:00:aa:bb:01:02", "",
    };
    static const char *const addresses[] = {
        "1", "{}", IPV4("192.0.2.1", 33), IPV4("192.0.2.1", -1),
        IPV4("::1", 8), IPV6("192.0.2.1", 8), IPV6("::1", 129),
        IPV4("192.0.2", 8), IPV6("fe80::1%eth0", 64), IPV4("x", 1),
        "{'ip-address-type':'ipv4','ip-address':'192.0.2.1'}",
        "{'ip-address':'192.0.2.1','prefix':8}",
    };
    g_autoptr(MachineGuest) guest = g_new0(MachineGuest, 1);

    for (size_t i = 0; i < G_N_ELEMENTS(macs); i++) {
        g_autofree char *json = g_strdup_printf(
            "[{'name':'e','hardware-address':'%s'},1]", macs[i]);

        tell(guest, MACHINE_GUEST_INTERFACES, json);
        g_assert_cmpuint(guest->interfaces->len, ==, 0);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        g_autofree char *json = g_strdup_printf(
            "[{'hardware-address':'52:54:00:aa:bb:01','ip-addresses':[%s]}]",
            addresses[i]);

        tell(guest, MACHINE_GUEST_INTERFACES, json);
        g_assert_cmpuint(guest->interfaces->len, ==, 1);
        address_is(guest, false, 0, NULL, 0);
        address_is(guest, true, 0, NULL, 0);
    }
}

/* However many there are. */
static void test_many(void)
{
    g_autoptr(MachineGuest) guest = g_new0(MachineGuest, 1);
    g_autoptr(GString) json = g_string_new("[");

    for (unsigned i = 0; i < 2 * MACHINE_GUEST_INTERFACES_MAX; i++) {
        g_string_append_printf(json, "%s{'hardware-address':"
                               "'52:54:00:aa:bb:01','ip-addresses':[",
                               i ? "," : "");
        for (unsigned j = 0; j < 2 * MACHINE_GUEST_ADDRESSES_MAX; j++) {
            g_string_append_printf(json, "%s" IPV4("192.0.2.1", 24),
                                   j ? "," : "");
        }
        g_string_append(json, "]}");
    }
    g_string_append_c(json, ']');
    tell(guest, MACHINE_GUEST_INTERFACES, json->str);
    g_assert_cmpuint(guest->interfaces->len, ==,
                     MACHINE_GUEST_INTERFACES_MAX);
    address_is(guest, false, MACHINE_GUEST_ALL_ADDRESSES_MAX - 1,
               "192.0.2.1", 24);
    address_is(guest, false, MACHINE_GUEST_ALL_ADDRESSES_MAX, NULL, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/machine-guest/info", test_info);
    g_test_add_func("/machine-guest/os", test_os);
    g_test_add_func("/machine-guest/names", test_names);
    g_test_add_func("/machine-guest/interfaces", test_interfaces);
    g_test_add_func("/machine-guest/bad-interfaces", test_bad_interfaces);
    g_test_add_func("/machine-guest/many", test_many);
    return g_test_run();
}
