/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a table to JSON. */
#include "osdep.h"

#include "redfish/rf-resource.h"

#include <math.h>

#include "redfish/rf-etag.h"
#include "util/json.h"

#define SCHEMAS "http://redfish.dmtf.org/schemas/v1/"
/* Up to here a double holds every whole number. */
#define EXACT_MAX (INT64_C(1) << 53)
#define METADATA "/redfish/v1/$metadata#"

static JsonObject *members_object(const RfProperty *properties,
                                  const RfContext *ctx);

static JsonObject *link_object(const char *uri)
{
    JsonObject *link = json_object_new();

    json_object_set_string_member(link, "@odata.id", uri);
    return link;
}

static void add_links(JsonObject *object, const RfProperty *property,
                      const RfContext *ctx)
{
    g_autofree char *count = g_strconcat(property->name, "@odata.count",
                                         NULL);
    JsonArray *array = json_array_new();
    char uri[RF_URI_MAX];
    unsigned i;

    for (i = 0; property->texts && property->texts[i]; i++) {
        json_array_add_object_element(array, link_object(property->texts[i]));
    }
    for (i = 0; property->nth && property->nth(ctx, i, uri); i++) {
        json_array_add_object_element(array, link_object(uri));
    }
    json_object_set_int_member(object, count,
                               json_array_get_length(array));
    json_object_set_array_member(object, property->name, array);
}

static void add_allowable(JsonObject *object, const RfProperty *property,
                          const RfContext *ctx)
{
    g_autofree char *name = g_strconcat(property->name,
                                        "@Redfish.AllowableValues", NULL);
    JsonArray *array = json_array_new();
    unsigned i;

    for (i = 0; property->texts[i]; i++) {
        if (property->allowed(ctx, i)) {
            json_array_add_string_element(array, property->texts[i]);
        }
    }
    json_object_set_array_member(object, name, array);
}

/*
 * json-glib writes doubles with 17 digits and a fraction: a whole number is
 * written as one, as clients expect of a size in GiB.
 */
static void add_number(JsonObject *object, const char *name, double number)
{
    if (fabs(number) < EXACT_MAX && number == (double)(int64_t)number) {
        json_object_set_int_member(object, name, (int64_t)number);
    } else {
        json_object_set_double_member(object, name, number);
    }
}

static void add_value(JsonObject *object, const RfProperty *property,
                      const RfValue *value)
{
    if (value->null) {
        json_object_set_null_member(object, property->name);
        return;
    }
    switch (property->type) {
    case RF_TYPE_STRING:
        json_object_set_string_member(object, property->name, value->text);
        break;
    case RF_TYPE_ENUM:
        json_object_set_string_member(object, property->name,
                                      property->texts[value->choice]);
        break;
    case RF_TYPE_BOOL:
        json_object_set_boolean_member(object, property->name,
                                       value->boolean);
        break;
    case RF_TYPE_INTEGER:
        json_object_set_int_member(object, property->name, value->integer);
        break;
    case RF_TYPE_NUMBER:
        add_number(object, property->name, value->number);
        break;
    default:
        g_assert_not_reached();
    }
}

static void add_scalar(JsonObject *object, const RfProperty *property,
                       const RfContext *ctx)
{
    RfValue value = { .text = property->text };

    if (property->get && !property->get(ctx, &value)) {
        return;
    }
    add_value(object, property, &value);
    if (property->allowed) {
        add_allowable(object, property, ctx);
    }
}

static void add_property(JsonObject *object, const RfProperty *property,
                         const RfContext *ctx)
{
    JsonObject *members;

    switch (property->type) {
    case RF_TYPE_OBJECT:
        members = members_object(property->members, ctx);
        if (json_object_get_size(members)) {
            json_object_set_object_member(object, property->name, members);
        } else {
            json_object_unref(members);
        }
        break;
    case RF_TYPE_LINK:
        json_object_set_object_member(object, property->name,
                                      link_object(property->text));
        break;
    case RF_TYPE_LINKS:
        add_links(object, property, ctx);
        break;
    default:
        add_scalar(object, property, ctx);
        break;
    }
}

static void add_properties(JsonObject *object, const RfProperty *properties,
                           const RfContext *ctx)
{
    for (; properties->name; properties++) {
        add_property(object, properties, ctx);
    }
}

/* Tables are constant and nest a few levels: the recursion is bounded. */
static JsonObject *members_object(const RfProperty *properties,
                                  const RfContext *ctx)
{
    JsonObject *object = json_object_new();

    add_properties(object, properties, ctx);
    return object;
}

static void add_actions(JsonObject *object, const RfAction *action,
                        const RfContext *ctx)
{
    JsonObject *actions = json_object_new();

    for (; action->name; action++) {
        g_autofree char *target = g_strconcat(ctx->uri, "/Actions/",
                                              action->name + 1, NULL);
        JsonObject *one = json_object_new();
        const RfProperty *p;

        json_object_set_string_member(one, "target", target);
        for (p = action->parameters; p->name; p++) {
            if (p->allowed) {
                add_allowable(one, p, ctx);
            }
        }
        json_object_set_object_member(actions, action->name, one);
    }
    json_object_set_object_member(object, "Actions", actions);
}

/* The properties that every resource has (DSP0266 "Resource properties"). */
static void add_odata(JsonObject *object, const RfResource *resource,
                      const RfContext *ctx)
{
    size_t name_len = strcspn(resource->type, ".");
    const char *last = strrchr(resource->type, '.');
    g_autofree char *type = g_strconcat("#", resource->type, NULL);
    g_autofree char *context = g_strdup_printf(
        METADATA "%.*s%s", (int)name_len, resource->type, last);

    json_object_set_string_member(object, "@odata.context", context);
    json_object_set_string_member(object, "@odata.id", ctx->uri);
    json_object_set_string_member(object, "@odata.type", type);
    json_object_set_string_member(object, "@odata.etag", "");
}

GBytes *rf_resource_body(const RfResource *resource, const RfContext *ctx,
                         char **etag)
{
    g_autoptr(JsonObject) object = json_object_new();
    char *text;

    if (resource->type) {
        add_odata(object, resource, ctx);
    }
    add_properties(object, resource->properties, ctx);
    if (resource->actions) {
        add_actions(object, resource->actions, ctx);
    }
    text = json_print(object);
    *etag = rf_etag_make(text);
    if (resource->type) {
        g_free(text);
        json_object_set_string_member(object, "@odata.etag", *etag);
        text = json_print(object);
    }
    return g_bytes_new_take(text, strlen(text));
}

static bool has_setter(const RfProperty *properties)
{
    for (; properties->name; properties++) {
        if (properties->setter ||
            (properties->members && has_setter(properties->members))) {
            return true;
        }
    }
    return false;
}

const char *rf_resource_allow(const RfResource *resource)
{
    return has_setter(resource->properties) ? "GET, HEAD, PATCH"
                                            : "GET, HEAD";
}

char *rf_resource_schema_link(const RfResource *resource)
{
    const char *last;

    if (!resource->type) {
        return NULL;
    }
    last = strrchr(resource->type, '.');
    return g_strdup_printf("<" SCHEMAS "%.*s.json>; rel=describedby",
                           (int)(last - resource->type), resource->type);
}

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
    };

    for (; properties->name; properties++) {
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
    for (action = resource->actions; action && action->name; action++) {
        g_string_append_printf(out, "  POST %s:", action->name);
        dump_privileges(action->privilege, out);
        g_string_append_c(out, '\n');
        dump_properties(action->parameters, "", out);
    }
}

bool rf_exists_one(const RfContext *ctx)
{
    return g_str_equal(ctx->ids[0], "1");
}

bool rf_get_id(const RfContext *ctx, RfValue *value)
{
    unsigned i;

    for (i = 0; i < RF_IDS_MAX && ctx->ids[i]; i++) {
        value->text = ctx->ids[i];
    }
    return true;
}

bool rf_get_false(const RfContext *ctx, RfValue *value)
{
    value->boolean = false;
    return true;
}
