/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Protocols by which the BMC is reached, and their ports. */
#include "osdep.h"

#include <stdio.h>

#include "commands.h"
#include "util/error.h"

static JsonObject *get_protocols(Ctl *ctl, char **path, GError **errp)
{
    *path = ctl_follow(ctl, errp, "Managers", "NetworkProtocol", NULL);
    return *path ? ctl_get(ctl, *path, errp) : NULL;
}

/* Returns NULL if that member is none. */
static JsonObject *protocol_of(JsonObject *all, const char *name)
{
    JsonNode *node = json_object_get_member(all, name);
    JsonObject *protocol = JSON_NODE_HOLDS_OBJECT(node)
                           ? json_node_get_object(node) : NULL;

    return protocol && json_object_has_member(protocol, "ProtocolEnabled")
           ? protocol : NULL;
}

static bool network_show(Ctl *ctl, const char *data, char **args,
                         GError **errp)
{
    g_autofree char *path = NULL;
    g_autoptr(JsonObject) all = get_protocols(ctl, &path, errp);
    JsonObjectIter iter;
    const char *name;
    JsonNode *node;

    if (!all) {
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print(all);
        return true;
    }
    printf("%-12s %-5s %s\n", "PROTOCOL", "STATE", "PORT");
    json_object_iter_init_ordered(&iter, all);
    while (json_object_iter_next_ordered(&iter, &name, &node)) {
        JsonObject *protocol = protocol_of(all, name);
        g_autofree char *port = NULL;
        double number;

        if (!protocol) {
            continue;
        }
        if (ctl_number(protocol, "Port", &number)) {
            port = g_strdup_printf("%.0f", number);
        }
        printf("%-12s %-5s %s\n", name,
               ctl_true(protocol, "ProtocolEnabled") ? "on" : "off",
               port ?: "-");
    }
    return true;
}

/* The protocol as the BMC writes it. */
static const char *find_protocol(JsonObject *all, const char *name,
                                 GError **errp)
{
    JsonObjectIter iter;
    const char *member;
    JsonNode *node;

    json_object_iter_init_ordered(&iter, all);
    while (json_object_iter_next_ordered(&iter, &member, &node)) {
        if (g_ascii_strcasecmp(member, name) == 0 &&
            protocol_of(all, member)) {
            return member;
        }
    }
    g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                "this BMC has no protocol '%s' (bmcctl network show shows "
                "them)", name);
    return NULL;
}

/* @value: (transfer full): of what is set */
static bool set(Ctl *ctl, const char *name, const char *property,
                JsonNode *value, GError **errp)
{
    g_autofree char *path = NULL;
    g_autoptr(JsonNode) node = value;
    g_autoptr(JsonObject) all = get_protocols(ctl, &path, errp);
    const char *protocol = all ? find_protocol(all, name, errp) : NULL;
    g_autoptr(JsonObject) body = json_object_new();
    g_autoptr(JsonObject) answer = NULL;
    JsonObject *change;

    if (!protocol) {
        return false;
    }
    change = json_object_new();
    json_object_set_member(change, property, g_steal_pointer(&node));
    json_object_set_object_member(body, protocol, change);
    answer = ctl_call(ctl, "PATCH", path, body, errp);
    return answer;
}

static bool network_port(Ctl *ctl, const char *data, char **args,
                         GError **errp)
{
    guint64 port;

    if (!g_ascii_string_to_unsigned(args[1], 10, 1, UINT16_MAX, &port,
                                    NULL)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is no port: give a number from 1 to 65535",
                    args[1]);
        return false;
    }
    return set(ctl, args[0], "Port",
               json_node_init_int(json_node_alloc(), port), errp);
}

/* @data: "on" or "off" */
static bool network_switch(Ctl *ctl, const char *data, char **args,
                           GError **errp)
{
    return set(ctl, args[0], "ProtocolEnabled",
               json_node_init_boolean(json_node_alloc(),
                                      g_str_equal(data, "on")), errp);
}

const CtlCommand ctl_network_commands[] = {
    { "network show", "", "Show how the BMC is reached", network_show,
      NULL },
    { "network port", "PROTOCOL PORT", "Let it be reached at another port",
      network_port, NULL },
    { "network on", "PROTOCOL", "Let it be reached that way",
      network_switch, "on" },
    { "network off", "PROTOCOL", "Do not let it be reached that way",
      network_switch, "off" },
    { NULL }
};
