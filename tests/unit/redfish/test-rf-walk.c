/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every link leads somewhere, and what is there has what it must have. */
#include "osdep.h"

#include "redfish/rf.h"
#include "rf-hub.h"
#include "test-util.h"

/* Follow every @odata.id, and look at what each resource must have. */
static void walk(RfHub *hub, const char *uri, GHashTable *seen);

static void walk_node(RfHub *hub, JsonNode *node, GHashTable *seen)
{
    if (JSON_NODE_HOLDS_ARRAY(node)) {
        JsonArray *array = json_node_get_array(node);
        unsigned i;

        for (i = 0; i < json_array_get_length(array); i++) {
            walk_node(hub, json_array_get_element(array, i), seen);
        }
    } else if (JSON_NODE_HOLDS_OBJECT(node)) {
        JsonObject *object = json_node_get_object(node);
        g_autoptr(GList) members = json_object_get_values(object);
        const char *uri;
        GList *l;

        if (json_get_string(object, "@odata.id", &uri) == JSON_GET_OK) {
            walk(hub, uri, seen);
        }
        for (l = members; l; l = l->next) {
            walk_node(hub, l->data, seen);
        }
    }
}

static void walk(RfHub *hub, const char *uri, GHashTable *seen)
{
    g_autoptr(RfReply) reply = NULL;
    g_autofree char *context = NULL;
    g_auto(GStrv) type = NULL;
    JsonNode *node;

    if (g_hash_table_contains(seen, uri)) {
        return;
    }
    g_hash_table_add(seen, g_strdup(uri));
    reply = rf_hub_get(hub, uri);
    g_test_message("%s", uri);
    g_assert_cmpuint(reply->status, ==, 200);
    g_assert_cmpstr(rf_reply_text(reply, "/@odata.id"), ==, uri);
    g_assert_cmpstr(rf_reply_text(reply, "/@odata.etag"), ==,
                    rf_reply_header(reply, "ETag"));
    g_assert_nonnull(rf_reply_text(reply, "/Name"));
    type = g_strsplit(rf_reply_text(reply, "/@odata.type"), ".", -1);
    context = g_strdup_printf("/redfish/v1/$metadata%s.%s", type[0],
                              type[g_strv_length(type) - 1]);
    g_assert_cmpstr(rf_reply_text(reply, "/@odata.context"), ==, context);
    if (!rf_reply_node(reply, "/Members")) {
        g_assert_nonnull(rf_reply_text(reply, "/Id"));
    }
    g_assert_true(g_str_has_prefix(
        rf_reply_header(reply, "Link"),
        "<http://redfish.dmtf.org/schemas/v1/"));
    g_assert_cmpstr(rf_reply_header(reply, "Cache-Control"), ==, "no-cache");
    node = json_node_new(JSON_NODE_OBJECT);
    json_node_set_object(node, reply->json);
    walk_node(hub, node, seen);
    json_node_unref(node);
}

static void test_walk(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(
        g_str_hash, g_str_equal, g_free, NULL);

    walk(hub, "/redfish/v1/", seen);
    g_assert_cmpuint(g_hash_table_size(seen), >=, 13);
}

static void test_dump(void)
{
    g_autoptr(GString) out = g_string_new(NULL);

    rf_dump_tables(out);
    g_assert_nonnull(strstr(out->str, "/redfish/v1/ ServiceRoot.v1"));
    g_assert_nonnull(strstr(out->str, "Boot/BootSourceOverrideTarget"));
    g_assert_nonnull(strstr(out->str, "POST #ComputerSystem.Reset: "
                                      "ConfigureComponents"));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/walk/links", test_walk);
    g_test_add_func("/redfish/walk/dump", test_dump);
    return g_test_run();
}
