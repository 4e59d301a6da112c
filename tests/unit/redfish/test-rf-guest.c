/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest agent tells of a mock machine. */
#include "osdep.h"

#include "bmc/os-info.h"
#include "rf-hub.h"

#define SYSTEM "/redfish/v1/Systems/1"
#define OS SYSTEM "/OperatingSystem"
#define CARD SYSTEM "/EthernetInterfaces/nic"

static void has(RfHub *hub, const char *path, const char *text)
{
    g_autoptr(RfReply) reply = rf_hub_get(hub, path);

    if (!strstr(reply->text, text)) {
        g_error("%s: no %s in %s", path, text, reply->text);
    }
}

static void lacks(RfHub *hub, const char *path, const char *text)
{
    g_autoptr(RfReply) reply = rf_hub_get(hub, path);

    if (strstr(reply->text, text)) {
        g_error("%s: %s in %s", path, text, reply->text);
    }
}

static void is_not_there(RfHub *hub, const char *path)
{
    g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "GET", path, NULL);

    g_assert_cmpuint(reply->status, ==, 404);
}

static void add_address(MachineGuest *guest, const char *text, bool v6,
                        unsigned prefix)
{
    MachineGuestInterface *interface = guest->interfaces->pdata[0];
    MachineGuestAddress address = { .v6 = v6, .prefix = prefix };

    g_strlcpy(address.text, text, sizeof(address.text));
    g_array_append_val(interface->addresses, address);
}

/* (transfer full) @guest */
static void set_guest(RfHub *hub, MachineGuest *guest)
{
    Machine *machine = mock_machine_base(hub->fix.mock);

    machine_guest_free(machine->guest);
    machine->guest = guest;
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_GUEST, NULL);
}

static void interface_free(void *opaque)
{
    MachineGuestInterface *interface = opaque;

    g_array_unref(interface->addresses);
    g_free(interface);
}

static MachineGuest *guest_new(void)
{
    MachineGuest *guest = g_new0(MachineGuest, 1);
    MachineGuestInterface *interface = g_new0(MachineGuestInterface, 1);

    guest->host_name = g_strdup("node1.example.org");
    guest->os_name = g_strdup("Test OS");
    guest->kernel_version = g_strdup("#1 SMP");
    guest->interfaces = g_ptr_array_new_with_free_func(interface_free);
    g_strlcpy(interface->mac, "52:54:00:12:34:56", sizeof(interface->mac));
    interface->addresses = g_array_new(false, true,
                                       sizeof(MachineGuestAddress));
    g_ptr_array_add(guest->interfaces, interface);
    return guest;
}

static void test_absent(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);

    lacks(hub, SYSTEM, "OperatingSystem");
    lacks(hub, SYSTEM, "BootProgress");
    lacks(hub, CARD, "Addresses");
    lacks(hub, CARD, "HostName");
    is_not_there(hub, OS);
}

static void test_there(void)
{
    static const uint8_t name[] = { 0, 4, 'i', 'p', 'm', 'i' };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    MachineGuest *guest = guest_new();

    bmc_os_info_set_block(hub->fix.bmc, BMC_OS_SYSTEM_NAME, 0, name,
                          sizeof(name));
    has(hub, SYSTEM, "\"HostName\":\"ipmi\"");
    set_guest(hub, guest);
    has(hub, SYSTEM, "\"HostName\":\"node1\"");
    has(hub, SYSTEM, "\"BootProgress\":{\"LastState\":\"OSRunning\"}");
    has(hub, SYSTEM, OS);
    has(hub, OS, "\"Type\":\"Linux\"");
    has(hub, OS, "\"Kernel\":{\"Version\":\"#1 SMP\"}");
    has(hub, CARD, "\"HostName\":\"node1\",\"FQDN\":\"node1.example.org\","
        "\"IPv4Addresses\":[],\"IPv6Addresses\":[]");
    guest = guest_new();
    add_address(guest, "192.0.2.1", false, 0);
    add_address(guest, "169.254.1.1", false, 16);
    add_address(guest, "2001:db8::1", true, 128);
    add_address(guest, "fe80::1", true, 64);
    set_guest(hub, guest);
    has(hub, CARD, "\"IPv4Addresses\":["
        "{\"Address\":\"192.0.2.1\",\"SubnetMask\":\"0.0.0.0\"},"
        "{\"Address\":\"169.254.1.1\",\"SubnetMask\":\"255.255.0.0\","
        "\"AddressOrigin\":\"IPv4LinkLocal\"}],\"IPv6Addresses\":["
        "{\"Address\":\"2001:db8::1\",\"PrefixLength\":128},"
        "{\"Address\":\"fe80::1\",\"PrefixLength\":64,"
        "\"AddressOrigin\":\"LinkLocal\"}]");
    guest = guest_new();
    g_clear_pointer(&guest->interfaces, g_ptr_array_unref);
    g_clear_pointer(&guest->os_name, g_free);
    g_free(guest->host_name);
    guest->host_name = g_strdup("plain");
    set_guest(hub, guest);
    has(hub, SYSTEM, "\"HostName\":\"plain\"");
    is_not_there(hub, OS);
    lacks(hub, CARD, "Addresses");
    set_guest(hub, NULL);
    has(hub, SYSTEM, "\"HostName\":\"ipmi\"");
    has(hub, SYSTEM, "OSRunning");
}

static unsigned questions;

static void count_refresh(Machine *machine, GTask *task)
{
    questions++;
    g_task_return_boolean(task, true);
    g_object_unref(task);
}

/* Asked once a second, and what has not changed is not made again. */
static void test_refresh(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    Machine *machine = mock_machine_base(hub->fix.mock);
    MachineOps ops = *machine->ops;

    questions = 0;
    ops.refresh_guest = count_refresh;
    machine->ops = &ops;
    for (unsigned i = 0; i < 3; i++) {
        lacks(hub, SYSTEM, "OperatingSystem");
        lacks(hub, CARD, "Addresses");
        g_assert_cmpuint(questions, ==, i + 1);
        clock_advance(hub->fix.clock, 1000);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rf-guest/absent", test_absent);
    g_test_add_func("/rf-guest/there", test_there);
    g_test_add_func("/rf-guest/refresh", test_refresh);
    return g_test_run();
}
