/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Query parameters. */
#include "osdep.h"

#include "redfish/rf-query.h"
#include "test-util.h"

static void test_unsupported(void)
{
    static const struct {
        const char *query;
        const char *name;
    } cases[] = {
        { NULL, NULL },
        { "", NULL },
        { "&", NULL },
        { "&&=&", NULL },
        { "only", NULL },
        { "a=$expand&b", NULL },
        { "a=b=$c", NULL },
        { "$expand=.", "$expand" },
        { "only&$select=Id", "$select" },
        { "%24top=1", "$top" },
        { "$", "$" },
        { "a=1&$skip", "$skip" },
        { "%zz=1&%00$=1", NULL },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = rf_query_unsupported(cases[i].query);

        g_assert_cmpstr(name, ==, cases[i].name);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/query/unsupported", test_unsupported);
    return g_test_run();
}
