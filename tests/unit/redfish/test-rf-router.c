/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths. */
#include "osdep.h"

#include "redfish/rf-router.h"
#include "test-util.h"

static const RfProperty nothing[] = { { NULL } };

static const RfAction actions[] = {
    { .name = "#Thing.Do", .parameters = nothing },
    { NULL }
};

static const RfResource first[] = {
    { .path = "/redfish", .properties = nothing },
    { .path = "/redfish/v1/", .properties = nothing },
    { NULL }
};

static const RfResource second[] = {
    { .path = "/redfish/v1/Things", .properties = nothing },
    { .path = "/redfish/v1/Things/{ThingId}", .properties = nothing,
      .actions = actions },
    { .path = "/redfish/v1/Things/{ThingId}/Parts/{PartId}",
      .properties = nothing },
    { NULL }
};

static const RfResource *const families[] = { first, second, NULL };

static void test_match(void)
{
    static const struct {
        const char *path;
        const RfResource *resource;
        const char *ids[RF_IDS_MAX];
    } cases[] = {
        { "/redfish", &first[0] },
        { "/redfish/", &first[0] },
        { "/redfish/v1", &first[1] },
        { "/redfish/v1/", &first[1] },
        { "/redfish/v1/Things", &second[0] },
        { "/redfish/v1/Things/", &second[0] },
        { "/redfish/v1/%54hings", &second[0] },
        { "/redfish/v1/Things/7", &second[1], { "7" } },
        { "/redfish/v1/Things/7/", &second[1], { "7" } },
        { "/redfish/v1/Things/a%20b", &second[1], { "a b" } },
        { "/redfish/v1/Things/a%2Fb", &second[1], { "a/b" } },
        { "/redfish/v1/Things/7/Parts/x", &second[2], { "7", "x" } },
        { "", NULL },
        { "/", NULL },
        { "//", NULL },
        { "redfish", NULL },
        { "//redfish", NULL },
        { "/redfish//", NULL },
        { "/redfish//v1", NULL },
        { "/redfish/v1//", NULL },
        { "/redfish/v1foo", NULL },
        { "/redfish/v", NULL },
        { "/Redfish/v1", NULL },
        { "/redfish%2Fv1", NULL },
        { "/redfish/v1/Thing", NULL },
        { "/redfish/v1/Things%00", NULL },
        { "/redfish/v1/Things/%", NULL },
        { "/redfish/v1/Things/%4", NULL },
        { "/redfish/v1/Things/%zz", NULL },
        { "/redfish/v1/Things/7/Parts", NULL },
        { "/redfish/v1/Things/7/Parts/x/y", NULL },
        { "/redfish/v1/Things/7/Actions", NULL },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        RfRoute route;

        g_test_message("%s", cases[i].path);
        g_assert_true(rf_router_match(families, cases[i].path, &route) ==
                      (cases[i].resource != NULL));
        g_assert_true(route.resource == cases[i].resource);
        g_assert_null(route.action);
        if (route.resource) {
            g_assert_cmpstr(route.ids[0], ==, cases[i].ids[0]);
            g_assert_cmpstr(route.ids[1], ==, cases[i].ids[1]);
        }
    }
}

static void test_action(void)
{
    RfRoute route;

    g_assert_true(rf_router_match(
        families, "/redfish/v1/Things/7/Actions/Thing.Do", &route));
    g_assert_true(route.action == &actions[0]);
    g_assert_true(route.resource == &second[1]);
    g_assert_cmpstr(route.ids[0], ==, "7");
    g_assert_true(rf_router_match(
        families, "/redfish/v1/Things/7/Actions/Thing.Do/", &route));
    g_assert_true(route.action == &actions[0]);
    g_assert_false(rf_router_match(
        families, "/redfish/v1/Things/7/Actions/Thing.No", &route));
    g_assert_null(route.action);
    g_assert_false(rf_router_match(
        families, "/redfish/v1/Things/Actions/Thing.Do", &route));
    g_assert_false(rf_router_match(
        families, "/redfish/v1/Things/7/actions/Thing.Do", &route));
}

static void test_limits(void)
{
    g_autofree char *name = g_strnfill(RF_PATH_MAX, 'a');
    g_autofree char *path = g_strconcat("/redfish/v1/Things/", name, NULL);
    g_autoptr(GString) deep = g_string_new(NULL);
    RfRoute route;
    char uri[RF_URI_MAX];
    unsigned i;

    g_assert_false(rf_router_match(families, path, &route));
    path[RF_PATH_MAX - 1] = '\0';
    g_assert_true(rf_router_match(families, path, &route));
    g_assert_false(rf_router_uri(route.resource, route.ids, uri));
    for (i = 0; i < RF_SEGMENTS_MAX + 1; i++) {
        g_string_append(deep, "/a");
    }
    g_assert_false(rf_router_match(families, deep->str, &route));
}

static void test_uri(void)
{
    RfRoute route;
    char uri[RF_URI_MAX];

    g_assert_true(rf_router_match(
        families, "/redfish/v1/Things/7/Parts/%78/", &route));
    g_assert_true(rf_router_uri(route.resource, route.ids, uri));
    g_assert_cmpstr(uri, ==, "/redfish/v1/Things/7/Parts/x");
    g_assert_true(rf_router_match(families, "/redfish/v1", &route));
    g_assert_true(rf_router_uri(route.resource, route.ids, uri));
    g_assert_cmpstr(uri, ==, "/redfish/v1/");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/router/match", test_match);
    g_test_add_func("/redfish/router/action", test_action);
    g_test_add_func("/redfish/router/limits", test_limits);
    g_test_add_func("/redfish/router/uri", test_uri);
    return g_test_run();
}
