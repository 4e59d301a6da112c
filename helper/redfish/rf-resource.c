/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a table to JSON. */
#include "osdep.h"

#include "redfish/rf-resource.h"

#include <math.h>

#include "redfish/rf-etag.h"
#include "util/json.h"

#define SETTINGS "Settings.v1_4_0"
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

static void add_strings(JsonObject *object, const RfProperty *property,
                        const RfContext *ctx)
{
    JsonArray *array = json_array_new();
    RfValue value = { 0 };
    unsigned i;

    for (i = 0; property->item(ctx, i, &value); i++) {
        if (value.null) {
            json_array_add_null_element(array);
        } else {
            json_array_add_string_element(
                array, property->texts ? property->texts[value.choice]
                                       : value.text);
        }
        value = (RfValue) { 0 };
    }
    json_object_set_array_member(object, property->name, array);
}

static void add_objects(JsonObject *object, const RfProperty *property,
                        const RfContext *ctx)
{
    JsonArray *array = json_array_new();
    RfContext element = *ctx;
    unsigned n = property->count(ctx);

    for (element.index = 0; element.index < n; element.index++) {
        json_array_add_object_element(
            array, members_object(property->members, &element));
    }
    json_object_set_array_member(object, property->name, array);
}

static void add_object(JsonObject *object, const RfProperty *property,
                       const RfContext *ctx)
{
    JsonObject *members = members_object(property->members, ctx);

    if (json_object_get_size(members)) {
        json_object_set_object_member(object, property->name, members);
    } else {
        json_object_unref(members);
    }
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
                       const RfContext *ctx, const RfValue *value)
{
    add_value(object, property, value);
    if (property->allowed) {
        add_allowable(object, property, ctx);
    }
}

static void add_property(JsonObject *object, const RfProperty *property,
                         const RfContext *ctx)
{
    RfValue value = { .text = property->text };

    if (property->get && !property->get(ctx, &value)) {
        return;
    }
    if (value.null) {
        json_object_set_null_member(object, property->name);
        return;
    }
    switch (property->type) {
    case RF_TYPE_OBJECT:
        add_object(object, property, ctx);
        break;
    case RF_TYPE_LINK:
        json_object_set_object_member(object, property->name,
                                      link_object(value.text));
        break;
    case RF_TYPE_LINKS:
        add_links(object, property, ctx);
        break;
    case RF_TYPE_STRINGS:
        add_strings(object, property, ctx);
        break;
    case RF_TYPE_OBJECTS:
        add_objects(object, property, ctx);
        break;
    case RF_TYPE_JSON:
        json_object_set_member(object, property->name, value.node);
        break;
    default:
        add_scalar(object, property, ctx, &value);
        break;
    }
}

static void add_properties(JsonObject *object, const RfProperty *properties,
                           const RfContext *ctx)
{
    for (; properties && properties->name; properties++) {
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

bool rf_action_exists(const RfAction *action, const RfContext *ctx)
{
    return !action->exists || action->exists(ctx);
}

static JsonObject *apply_times_object(const char *const *values)
{
    static const char *const immediate[] = { "Immediate", NULL };
    JsonObject *support = json_object_new();
    JsonArray *times = json_array_new();

    for (values = values ? values : immediate; *values; values++) {
        json_array_add_string_element(times, *values);
    }
    json_object_set_string_member(support, "@odata.type",
                                  "#" SETTINGS ".OperationApplyTimeSupport");
    json_object_set_array_member(support, "SupportedValues", times);
    return support;
}

bool rf_get_immediate(const RfContext *ctx, RfValue *value)
{
    value->node = json_node_new(JSON_NODE_OBJECT);
    json_node_take_object(value->node, apply_times_object(NULL));
    return true;
}

static JsonObject *action_object(const RfAction *action,
                                 const RfContext *ctx)
{
    const char *name = action->name + 1; /* without its '#' */
    JsonObject *one = json_object_new();
    g_autofree char *target = g_strconcat(ctx->uri, "/Actions/", name, NULL);
    const RfProperty *p;

    json_object_set_string_member(one, "target", target);
    if (action->parameters && action->parameters->name) {
        g_autofree char *info = g_strconcat(ctx->uri, "/",
                                            strrchr(name, '.') + 1,
                                            RF_ACTION_INFO_SUFFIX, NULL);

        json_object_set_string_member(one, "@Redfish.ActionInfo", info);
    }
    for (p = action->parameters; p && p->name; p++) {
        if (p->allowed) {
            add_allowable(one, p, ctx);
        }
    }
    /* Clients ask before they say when a reset is to be. */
    if (action->apply_times || g_str_has_suffix(name, ".Reset")) {
        json_object_set_object_member(
            one, RF_APPLY_TIME_SUPPORT,
            apply_times_object(action->apply_times));
    }
    return one;
}

static void add_actions(JsonObject *object, const RfAction *action,
                        const RfContext *ctx)
{
    JsonObject *actions = json_object_new();

    for (; action->name; action++) {
        if (rf_action_exists(action, ctx)) {
            json_object_set_object_member(actions, action->name,
                                          action_object(action, ctx));
        }
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

JsonObject *rf_resource_object(const RfResource *resource,
                               const RfContext *ctx)
{
    JsonObject *object = json_object_new();

    if (resource->type) {
        add_odata(object, resource, ctx);
    }
    add_properties(object, resource->properties, ctx);
    if (resource->actions) {
        add_actions(object, resource->actions, ctx);
    }
    return object;
}

/* Clocks are on the first level only. */
static char *make_etag(const RfResource *resource, JsonObject *object)
{
    const RfProperty *property;
    g_autofree char *text = NULL;

    for (property = resource->properties; property && property->name;
         property++) {
        JsonNode *node;

        if (!property->clock ||
            !(node = json_object_dup_member(object, property->name))) {
            continue;
        }
        json_object_remove_member(object, property->name);
        text = json_print(object);
        json_object_set_member(object, property->name, node);
        return rf_etag_make(text, strlen(text));
    }
    text = json_print(object);
    return rf_etag_make(text, strlen(text));
}

GBytes *rf_resource_body(const RfResource *resource, const RfContext *ctx,
                         char **etag)
{
    g_autoptr(JsonObject) object = NULL;
    char *text;

    if (resource->raw) {
        GBytes *body = resource->raw(ctx);

        *etag = rf_etag_make(g_bytes_get_data(body, NULL),
                             g_bytes_get_size(body));
        return body;
    }
    object = rf_resource_object(resource, ctx);
    *etag = make_etag(resource, object);
    if (resource->type) {
        json_object_set_string_member(object, "@odata.etag", *etag);
    }
    text = json_print(object);
    return g_bytes_new_take(text, strlen(text));
}

static bool has_setter(const RfProperty *properties)
{
    for (; properties && properties->name; properties++) {
        if (properties->setter ||
            (properties->members && has_setter(properties->members))) {
            return true;
        }
    }
    return false;
}

bool rf_resource_takes_upload(const RfResource *resource, const char *method)
{
    return resource->upload && g_str_equal(resource->upload->method, method);
}

const char *rf_resource_allow(const RfResource *resource)
{
    bool readable = resource->type || resource->raw ||
                    resource->properties || !resource->upload;
    bool patch = !resource->raw && has_setter(resource->properties);
    bool post = resource->create || rf_resource_takes_upload(resource, "POST");
    g_autofree char *allow = g_strconcat(
        readable ? "GET, HEAD, OPTIONS" : "OPTIONS", patch ? ", PATCH" : "",
        post ? ", POST" : "",
        rf_resource_takes_upload(resource, "PUT") ? ", PUT" : "",
        resource->remove ? ", DELETE" : "", NULL);

    return g_intern_string(allow);
}

char *rf_schema_link(const char *type)
{
    const char *last = strrchr(type, '.');

    return g_strdup_printf("<" SCHEMAS "%.*s.json>; rel=describedby",
                           (int)(last - type), type);
}

static unsigned property_privileges(const RfProperty *properties)
{
    unsigned privileges = 0;

    for (; properties && properties->name; properties++) {
        privileges |= properties->privilege;
        if (properties->members) {
            privileges |= property_privileges(properties->members);
        }
    }
    return privileges;
}

unsigned rf_resource_write_privileges(const RfResource *resource)
{
    return resource->write | property_privileges(resource->properties);
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

bool rf_get_null(const RfContext *ctx, RfValue *value)
{
    value->null = true;
    return true;
}

bool rf_get_true(const RfContext *ctx, RfValue *value)
{
    value->boolean = true;
    return true;
}

bool rf_get_first(const RfContext *ctx, RfValue *value)
{
    value->choice = 0;
    return true;
}

bool rf_allow_any(const RfContext *ctx, unsigned choice)
{
    return true;
}

bool rf_value_set_time(RfValue *value, int64_t when)
{
    g_autoptr(GDateTime) time =
        g_date_time_new_from_unix_utc(when / G_USEC_PER_SEC);
    g_autofree char *text = time ? g_date_time_format(time, "%FT%TZ") : NULL;

    if (!text) {
        return false;
    }
    g_strlcpy(value->buf, text, sizeof(value->buf));
    value->text = value->buf;
    return true;
}
