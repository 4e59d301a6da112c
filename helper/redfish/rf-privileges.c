/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is needed for which operation (DSP0266 "Redfish service
 * operation-to-privilege mapping"), as a privilege registry. It is made from
 * the tables, so that it cannot differ from what the service does. Only
 * operations that there are have an entry.
 */
#include "osdep.h"

#include "redfish/rf-privileges.h"

#include "redfish/rf.h"

#define MANAGERS "/redfish/v1/Managers"

static const char *const names[] = {
    "Login", "ConfigureSelf", "ConfigureComponents", "ConfigureManager",
    "ConfigureUsers", NULL
};

static const char *const used[] = {
    "Login", "ConfigureSelf", "ConfigureComponents", "ConfigureManager",
    "ConfigureUsers", "NoAuth", NULL
};

static void add_one(JsonArray *array, const char *name)
{
    JsonObject *object = json_object_new();
    JsonArray *all = json_array_new();

    json_array_add_string_element(all, name);
    json_object_set_array_member(object, "Privilege", all);
    json_array_add_object_element(array, object);
}

/* Of the elements of the array, one is enough. */
static JsonArray *mask_array(unsigned mask)
{
    JsonArray *array = json_array_new();
    unsigned i;

    for (i = 0; names[i]; i++) {
        if (mask & 1 << i) {
            add_one(array, names[i]);
        }
    }
    if (!mask) {
        add_one(array, "NoAuth");
    }
    return array;
}

bool rf_privilege_of(const RfResource *resource, const char *method,
                     unsigned *mask)
{
    const RfAction *action = resource->actions;

    if (g_str_equal(method, "GET") || g_str_equal(method, "HEAD")) {
        *mask = resource->read;
        return true;
    }
    if (g_str_equal(method, "PATCH")) {
        *mask = resource->write;
        return strstr(rf_resource_allow(resource), method);
    }
    if (g_str_equal(method, "DELETE") && resource->remove) {
        *mask = resource->remove->privilege;
        return true;
    }
    if (rf_resource_takes_upload(resource, method)) {
        *mask = resource->upload->privilege;
        return true;
    }
    if (g_str_equal(method, "POST") && resource->create) {
        *mask = resource->create->privilege;
        return true;
    }
    if (g_str_equal(method, "POST") && action && action->name) {
        *mask = action->privilege;
        return true;
    }
    return false;
}

/* What another resource of the same type needs goes to @others. */
static void add_operations(const RfResource *resource, JsonObject *map,
                           JsonObject *others)
{
    static const char *const methods[] = { "GET", "HEAD", "PATCH", "POST",
                                           "PUT", "DELETE" };
    unsigned i, mask;

    for (i = 0; i < G_N_ELEMENTS(methods); i++) {
        g_autoptr(JsonNode) node = json_node_new(JSON_NODE_ARRAY);
        JsonNode *old = json_object_get_member(map, methods[i]);

        if (!rf_privilege_of(resource, methods[i], &mask)) {
            continue;
        }
        json_node_take_array(node, mask_array(mask));
        if (!old) {
            json_object_set_member(map, methods[i], g_steal_pointer(&node));
        } else if (!json_node_equal(old, node)) {
            json_object_set_member(others, methods[i],
                                   g_steal_pointer(&node));
        }
    }
}

static void add_overrides(const RfProperty *properties, JsonArray *overrides)
{
    for (; properties && properties->name; properties++) {
        JsonObject *override;
        JsonObject *map;
        JsonArray *targets;

        add_overrides(properties->members, overrides);
        if (!properties->setter || !properties->privilege) {
            continue;
        }
        override = json_object_new();
        map = json_object_new();
        targets = json_array_new();
        json_array_add_string_element(targets, properties->name);
        json_object_set_array_member(override, "Targets", targets);
        json_object_set_array_member(map, "PATCH",
                                     mask_array(properties->privilege));
        json_object_set_object_member(override, "OperationMap", map);
        json_array_add_object_element(overrides, override);
    }
}

/* Entities are types without their versions; some are in several places. */
static JsonObject *find_mapping(JsonArray *mappings, const char *entity)
{
    JsonObject *mapping;
    unsigned i;

    for (i = 0; i < json_array_get_length(mappings); i++) {
        mapping = json_array_get_object_element(mappings, i);
        if (g_str_equal(json_object_get_string_member(mapping, "Entity"),
                        entity)) {
            return mapping;
        }
    }
    mapping = json_object_new();
    json_object_set_string_member(mapping, "Entity", entity);
    json_object_set_object_member(mapping, "OperationMap",
                                  json_object_new());
    json_array_add_object_element(mappings, mapping);
    return mapping;
}

static char *entity_of(const RfResource *resource)
{
    return g_strndup(resource->type, strcspn(resource->type, "."));
}

static bool is_below(const char *path, const RfResource *above)
{
    size_t len = strlen(above->path);

    return above->type && strchr(above->path, '{') &&
           !strncmp(path, above->path, len) && path[len] == '/';
}

/* Adds those above a path whose own paths have that many bytes. */
static void add_above(JsonArray *chain, const char *path, size_t len,
                      const RfResource *family)
{
    for (; family->path; family++) {
        g_autofree char *entity = NULL;

        if (strlen(family->path) == len && is_below(path, family)) {
            entity = entity_of(family);
            json_array_add_string_element(chain, entity);
        }
    }
}

/* What a resource is below of, the topmost first: that is the shortest. */
static JsonArray *chain_of(const RfResource *resource)
{
    JsonArray *chain = json_array_new();
    const RfResource *const *family;
    size_t len;

    for (len = 0; len < strlen(resource->path); len++) {
        for (family = rf_families; *family; family++) {
            add_above(chain, resource->path, len, *family);
        }
    }
    return chain;
}

static void add_subordinate(JsonObject *mapping, const RfResource *resource,
                            JsonObject *map)
{
    JsonObject *override = json_object_new();

    if (!json_object_has_member(mapping, "SubordinateOverrides")) {
        json_object_set_array_member(mapping, "SubordinateOverrides",
                                     json_array_new());
    }
    json_object_set_array_member(override, "Targets", chain_of(resource));
    json_object_set_object_member(override, "OperationMap",
                                  json_object_ref(map));
    json_array_add_object_element(
        json_object_get_array_member(mapping, "SubordinateOverrides"),
        override);
}

static void add_resource(JsonArray *mappings, const RfResource *resource)
{
    g_autofree char *entity = entity_of(resource);
    JsonObject *mapping = find_mapping(mappings, entity);
    g_autoptr(JsonArray) overrides = json_array_new();
    g_autoptr(JsonObject) others = json_object_new();

    add_operations(resource,
                   json_object_get_object_member(mapping, "OperationMap"),
                   others);
    if (json_object_get_size(others)) {
        add_subordinate(mapping, resource, others);
    }
    add_overrides(resource->properties, overrides);
    if (json_array_get_length(overrides) &&
        !json_object_has_member(mapping, "PropertyOverrides")) {
        json_object_set_array_member(mapping, "PropertyOverrides",
                                     g_steal_pointer(&overrides));
    }
}

static void add_all(JsonArray *mappings, bool of_manager)
{
    const RfResource *const *family;
    const RfResource *resource;

    for (family = rf_families; *family; family++) {
        for (resource = *family; resource->path; resource++) {
            if (resource->type &&
                of_manager == g_str_has_prefix(resource->path, MANAGERS)) {
                add_resource(mappings, resource);
            }
        }
    }
}

/* As DMTF has it, the manager's are the rule and others the exception. */
static bool get_mappings(const RfContext *ctx, RfValue *value)
{
    JsonArray *mappings = json_array_new();

    add_all(mappings, true);
    add_all(mappings, false);
    value->node = json_node_new(JSON_NODE_ARRAY);
    json_node_take_array(value->node, mappings);
    return true;
}

static bool nth_used(const RfContext *ctx, unsigned n, RfValue *value)
{
    value->choice = n;
    return used[n];
}

static bool nth_none(const RfContext *ctx, unsigned n, RfValue *value)
{
    return false;
}

static const RfProperty properties[] = {
    { "Id", RF_TYPE_STRING, .text = RF_PRIVILEGES_ID },
    { "Name", RF_TYPE_STRING, .text = "Privilege Registry" },
    { "PrivilegesUsed", RF_TYPE_STRINGS, .texts = used, .item = nth_used },
    { "OEMPrivilegesUsed", RF_TYPE_STRINGS, .item = nth_none },
    { "Mappings", RF_TYPE_JSON, .get = get_mappings },
    { NULL }
};

const RfResource rf_privileges_resources[] = {
    { .path = RF_PRIVILEGES_URI,
      .type = "PrivilegeRegistry.v1_2_0.PrivilegeRegistry",
      .properties = properties,
      .read = RF_PRIVILEGE_LOGIN },
    { NULL }
};
