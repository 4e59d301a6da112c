/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What needs which privilege, as it is told and as it is done. */
#include "osdep.h"

#include "redfish/rf-privileges.h"
#include "rf-hub.h"
#include "test-util.h"

typedef void (*EachFunc)(const RfResource *resource, void *opaque);

static const char *const methods[] = { "GET", "PATCH", "POST", "DELETE" };

static void each(EachFunc func, void *opaque)
{
    const RfResource *const *family;
    const RfResource *resource;

    for (family = rf_families; *family; family++) {
        for (resource = *family; resource->path; resource++) {
            func(resource, opaque);
        }
    }
}

/* The registry has one entry for all POSTs of a resource. */
static void check_one(const RfResource *resource, void *opaque)
{
    const RfAction *action;
    unsigned mask;

    for (action = resource->actions; action && action->name; action++) {
        g_test_message("%s %s", resource->path, action->name);
        g_assert_true(rf_privilege_of(resource, "POST", &mask));
        g_assert_cmphex(action->privilege, ==, mask);
        g_assert_cmphex(action->privilege, !=, 0);
    }
}

static void test_actions(void)
{
    each(check_one, NULL);
}

static JsonObject *mapping(const RfReply *reply, const char *entity)
{
    JsonArray *all = json_node_get_array(rf_reply_node(reply, "/Mappings"));
    JsonObject *found = NULL;
    unsigned i;

    for (i = 0; i < json_array_get_length(all); i++) {
        JsonObject *one = json_array_get_object_element(all, i);

        if (g_str_equal(json_object_get_string_member(one, "Entity"),
                        entity)) {
            g_assert_null(found);
            found = one;
        }
    }
    return found;
}

static void assert_operation(const RfReply *reply, const char *entity,
                             const char *method, const char *expected)
{
    JsonObject *map = json_object_get_object_member(mapping(reply, entity),
                                                    "OperationMap");
    g_autofree char *text = NULL;

    if (!expected) {
        g_assert_false(json_object_has_member(map, method));
        return;
    }
    text = json_print_node(json_object_get_member(map, method));
    g_assert_cmpstr(text, ==, expected);
}

#define ONE(name) "[{\"Privilege\":[\"" name "\"]}]"

static void test_registry(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) service = rf_hub_get(hub,
                                            "/redfish/v1/AccountService");
    const char *uri = rf_reply_text(service, "/PrivilegeMap/@odata.id");
    g_autoptr(RfReply) reply = rf_hub_get(hub, uri);
    g_autoptr(RfReply) file = rf_hub_get(
        hub, "/redfish/v1/Registries/" RF_PRIVILEGES_ID);
    g_autofree char *text = NULL;
    JsonArray *log;

    assert_operation(reply, "ServiceRoot", "GET", ONE("NoAuth"));
    assert_operation(reply, "SessionCollection", "POST", ONE("NoAuth"));
    assert_operation(reply, "SessionCollection", "HEAD", ONE("Login"));
    assert_operation(reply, "ComputerSystem", "POST",
                     ONE("ConfigureComponents"));
    assert_operation(reply, "ManagerAccount", "PATCH", ONE("ConfigureUsers"));
    assert_operation(reply, "ManagerAccount", "POST", NULL);
    assert_operation(reply, "Session", "DELETE",
                     "[{\"Privilege\":[\"ConfigureSelf\"]},"
                     "{\"Privilege\":[\"ConfigureManager\"]}]");
    g_assert_nonnull(strstr(reply->text,
        "\"PropertyOverrides\":[{\"Targets\":[\"Password\"],"
        "\"OperationMap\":{\"PATCH\":[{\"Privilege\":[\"ConfigureSelf\"]},"
        "{\"Privilege\":[\"ConfigureUsers\"]}]}}]"));
    assert_operation(reply, "LogService", "POST", ONE("ConfigureManager"));
    log = json_object_get_array_member(mapping(reply, "LogService"),
                                       "SubordinateOverrides");
    g_assert_cmpuint(json_array_get_length(log), ==, 1);
    text = json_print_node(json_object_get_member(
        json_array_get_object_element(log, 0), "Targets"));
    g_assert_cmpstr(text, ==, "[\"ComputerSystem\","
                    "\"LogServiceCollection\"]");
    g_assert_nonnull(strstr(file->text, uri));
}

/* Fills in ids that often exist; what does not exist is not looked at. */
static char *path_of(const RfResource *resource)
{
    g_auto(GStrv) parts = g_strsplit(resource->path, "/", -1);
    unsigned i;

    for (i = 0; parts[i]; i++) {
        if (*parts[i] == '{') {
            const char *id = g_str_equal(parts[i], "{ManagerAccountId}")
                             ? "2" : "1";

            g_free(parts[i]);
            parts[i] = g_strdup(id);
        }
    }
    return g_strjoinv("/", parts);
}

static void assert_refused(RfHub *hub, const char *by, const char *method,
                           const char *path)
{
    g_autoptr(RfReply) reply = rf_hub_send(hub, by, method, path, "{}");

    g_test_message("%s %s: %u", method, path, reply->status);
    g_assert_true(reply->status == 403 || reply->status == 404);
}

static void refuse_one(const RfResource *resource, void *opaque)
{
    static const struct {
        const char *by;
        unsigned has;
    } users[] = {
        { HUB_VIEWER, RF_PRIVILEGE_LOGIN },
        { HUB_OPERATOR, RF_PRIVILEGE_LOGIN |
                        RF_PRIVILEGE_CONFIGURE_COMPONENTS },
    };
    RfHub *hub = opaque;
    g_autofree char *path = path_of(resource);
    const RfAction *action;
    unsigned i, n, mask;

    for (i = 0; i < G_N_ELEMENTS(users); i++) {
        for (n = 0; n < G_N_ELEMENTS(methods); n++) {
            bool action_only = !resource->create &&
                               g_str_equal(methods[n], "POST");

            if (!action_only && rf_privilege_of(resource, methods[n],
                                                &mask) &&
                mask && !(mask & users[i].has)) {
                assert_refused(hub, users[i].by, methods[n], path);
            }
        }
        for (action = resource->actions; action && action->name; action++) {
            g_autofree char *target = g_strdup_printf(
                "%s/Actions/%s", path, action->name + 1);

            if (!(action->privilege & users[i].has)) {
                assert_refused(hub, users[i].by, "POST", target);
            }
        }
    }
}

static void test_refused(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);

    each(refuse_one, hub);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/privileges/actions", test_actions);
    g_test_add_func("/redfish/privileges/registry", test_registry);
    g_test_add_func("/redfish/privileges/refused", test_refused);
    return g_test_run();
}
