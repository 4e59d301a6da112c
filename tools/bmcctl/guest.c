/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The software in the machine, as far as the BMC knows it. */
#include "osdep.h"

#include <stdio.h>

#include "commands.h"
#include "util/json.h"

static void show(const char *title, JsonObject *object, const char *path)
{
    const char *text = object ? ctl_text(object, path) : NULL;

    if (text) {
        printf("%-12s %s\n", title, text);
    }
}

static void show_addresses(JsonObject *interface, const char *name)
{
    JsonArray *list = NULL;

    json_get_array(interface, name, &list);
    for (guint i = 0; list && i < json_array_get_length(list); i++) {
        JsonNode *node = json_array_get_element(list, i);
        JsonObject *address;
        const char *text, *mask;
        double prefix;

        if (!JSON_NODE_HOLDS_OBJECT(node)) {
            continue;
        }
        address = json_node_get_object(node);
        text = ctl_text(address, "Address");
        mask = ctl_text(address, "SubnetMask");
        if (text && ctl_number(address, "PrefixLength", &prefix)) {
            printf("%-12s %s/%.0f\n", "", text, prefix);
        } else if (text) {
            printf("%-12s %s%s%s\n", "", text, mask ? " mask " : "",
                   mask ? mask : "");
        }
    }
}

static void show_interface(JsonObject *interface)
{
    const char *id = ctl_text(interface, "Id");
    const char *mac = ctl_text(interface, "MACAddress");

    printf("%-12s %s\n", id ? id : "-", mac ? mac : "-");
    show_addresses(interface, "IPv4Addresses");
    show_addresses(interface, "IPv6Addresses");
}

static bool guest(Ctl *ctl, const char *data, char **args, GError **errp)
{
    g_autofree char *path = ctl_follow(ctl, errp, "Systems", NULL);
    g_autoptr(JsonObject) system = path ? ctl_get(ctl, path, errp) : NULL;
    g_autoptr(GPtrArray) interfaces = NULL;
    g_autoptr(JsonObject) os = NULL;
    const char *link;

    if (!system) {
        return false;
    }
    link = ctl_text(system, "OperatingSystem/@odata.id");
    os = link ? ctl_get(ctl, link, errp) : NULL;
    if (link && !os) {
        return false;
    }
    link = ctl_text(system, "EthernetInterfaces/@odata.id");
    interfaces = link ? ctl_members(ctl, link, errp) : NULL;
    if (link && !interfaces) {
        return false;
    }
    if (ctl_json(ctl)) {
        if (os) {
            ctl_print(os);
        }
        if (interfaces) {
            ctl_print_all(interfaces);
        }
        return true;
    }
    show("Host name:", system, "HostName");
    show("Boot:", system, "BootProgress/LastState");
    show("System:", os, "Name");
    show("Kernel:", os, "Kernel/Release");
    for (guint i = 0; interfaces && i < interfaces->len; i++) {
        show_interface(interfaces->pdata[i]);
    }
    return true;
}

const CtlCommand ctl_guest_commands[] = {
    { "guest", "", "Show the software in it and its addresses", guest,
      NULL },
    { NULL }
};
