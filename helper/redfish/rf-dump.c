/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of resources, for people. */
#include "osdep.h"

#include "redfish/rf-resource.h"

static void dump_privileges(unsigned privileges, GString *out)
{
    static const char *const names[] = {
        "Login", "ConfigureSelf", "ConfigureComponents", "ConfigureManager",
        "ConfigureUsers",
    };
    unsigned i;

    if (!privileges) {
        g_string_append(out, " NoAuth");
    }
    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        if (privileges & 1 << i) {
            g_string_append_printf(out, " %s", names[i]);
        }
    }
}

static void dump_texts(const char *const *texts, GString *out)
{
    for (; texts && *texts; texts++) {
        g_string_append_printf(out, " %s", *texts);
    }
}

static void dump_properties(const RfProperty *properties, const char *prefix,
                            GString *out)
{
    static const char *const types[] = {
        [RF_TYPE_STRING] = "string", [RF_TYPE_ENUM] = "enum",
        [RF_TYPE_BOOL] = "boolean", [RF_TYPE_INTEGER] = "integer",
        [RF_TYPE_NUMBER] = "number", [RF_TYPE_OBJECT] = "object",
        [RF_TYPE_LINK] = "link", [RF_TYPE_LINKS] = "links",
        [RF_TYPE_STRINGS] = "strings", [RF_TYPE_OBJECTS] = "objects",
        [RF_TYPE_JSON] = "json",
    };

    for (; properties && properties->name; properties++) {
        g_autofree char *name = g_strconcat(prefix, properties->name, NULL);

        g_string_append_printf(out, "    %-44s %-8s %s", name,
                               types[properties->type],
                               properties->setter ? "rw" : "ro");
        dump_texts(properties->texts, out);
        g_string_append_c(out, '\n');
        if (properties->members) {
            g_autofree char *below = g_strconcat(name, "/", NULL);

            dump_properties(properties->members, below, out);
        }
    }
}

void rf_resource_dump(const RfResource *resource, GString *out)
{
    const RfAction *action;

    g_string_append_printf(out, "%s %s\n  %s:", resource->path,
                           resource->type ?: "-",
                           rf_resource_allow(resource));
    dump_privileges(resource->read, out);
    if (resource->write) {
        g_string_append(out, " /");
        dump_privileges(resource->write, out);
    }
    g_string_append_c(out, '\n');
    dump_properties(resource->properties, "", out);
    if (resource->create) {
        g_string_append(out, "  POST:");
        dump_privileges(resource->create->privilege, out);
        g_string_append_c(out, '\n');
        dump_properties(resource->create->properties, "", out);
    }
    if (resource->upload) {
        g_string_append_printf(out, "  %s (a file):",
                               resource->upload->method);
        dump_privileges(resource->upload->privilege, out);
        g_string_append_c(out, '\n');
    }
    if (resource->remove) {
        g_string_append(out, "  DELETE:");
        dump_privileges(resource->remove->privilege, out);
        g_string_append_c(out, '\n');
    }
    for (action = resource->actions; action && action->name; action++) {
        g_string_append_printf(out, "  POST %s:", action->name);
        dump_privileges(action->privilege, out);
        g_string_append_c(out, '\n');
        dump_properties(action->parameters, "", out);
    }
}
