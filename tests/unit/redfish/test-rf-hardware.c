/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processors and network cards of a mock machine. */
#include "osdep.h"

#include "rf-hub.h"

#define SYSTEM "/redfish/v1/Systems/1"

static void has(RfHub *hub, const char *path, const char *text)
{
    g_autoptr(RfReply) reply = rf_hub_get(hub, path);
    const char *body = reply->text;

    if (!strstr(body, text)) {
        g_error("%s: no %s in %s", path, text, body);
    }
}

static void test_processors(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    MachineInfo *info = &mock_machine_base(hub->fix.mock)->info;
    g_autoptr(RfReply) reply = NULL;

    info->sockets = g_new0(MachineSocket, 2);
    info->sockets[0] = (MachineSocket) { 0, 2, 4 };
    info->sockets[1] = (MachineSocket) { 3, 1, 2 };
    info->n_sockets = 2;
    info->cpu_model = g_strdup("Nehalem");
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    has(hub, SYSTEM, "\"CoreCount\":3");
    has(hub, SYSTEM "/Processors", SYSTEM "/Processors/CPU3");
    has(hub, SYSTEM "/Processors/CPU0", "\"TotalThreads\":4");
    has(hub, SYSTEM "/Processors/CPU3", "\"Model\":\"Nehalem\"");
    reply = rf_hub_send(hub, ADMIN, "GET", SYSTEM "/Processors/CPU1", NULL);
    g_assert_cmpuint(reply->status, ==, 404);
}

static void test_interfaces(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);

    mock_machine_add_device(hub->fix.mock, "net7", MACHINE_BOOT_NIC, -1);
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_DEVICES, NULL);
    test_drain();
    has(hub, SYSTEM "/EthernetInterfaces",
        SYSTEM "/EthernetInterfaces/net7");
    has(hub, SYSTEM "/EthernetInterfaces/net7",
        "\"MACAddress\":\"52:54:00:12:34:56\"");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rf-hardware/processors", test_processors);
    g_test_add_func("/rf-hardware/interfaces", test_interfaces);
    return g_test_run();
}
