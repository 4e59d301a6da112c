/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entity tags. */
#include "osdep.h"

#include "redfish/rf-etag.h"
#include "test-util.h"

static void test_make(void)
{
    g_autofree char *a = rf_etag_make("one", strlen("one"));
    g_autofree char *again = rf_etag_make("one", strlen("one"));
    g_autofree char *b = rf_etag_make("two", strlen("two"));

    g_assert_cmpstr(a, ==, again);
    g_assert_cmpstr(a, !=, b);
    g_assert_cmpuint(strlen(a), ==, 18);
    g_assert_true(a[0] == '"' && a[17] == '"');
}

static void test_matches(void)
{
    static const char etag[] = "\"0123456789abcdef\"";
    static const char *const good[] = {
        "\"0123456789abcdef\"", "0123456789abcdef", "*", "\"*\"",
        "W/\"0123456789abcdef\"", "\"\"0123456789abcdef\"\"",
        "\"\\\"0123456789abcdef\\\"\"", "\"W/\"0123456789abcdef\"\"",
        "\"x\", \"0123456789abcdef\"", "  \"0123456789abcdef\"\t",
        "\"x\",,W/\"0123456789abcdef\"",
        "\"0123456789abcdef-gzip\"", "W/\"0123456789abcdef-gzip\"",
    };
    static const char *const bad[] = {
        "", ",", "\"\"", "W/", "W/\"\"", "\"0123456789abcde\"",
        "\"0123456789abcdeff\"", "\"0123456789abcdeF\"",
        "\"0123456789abcdee\"", "\"0123456789abcdef\" \"x\"", "**",
        "\"0123456789abcdef-gzi\"", "\"0123456789abcdef-gzip2\"",
        "\"-gzip\"", "\"0123456789abcdef-gzip-gzip\"",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(good); i++) {
        g_test_message("%s", good[i]);
        g_assert_true(rf_etag_matches(good[i], etag));
    }
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_test_message("%s", bad[i]);
        g_assert_false(rf_etag_matches(bad[i], etag));
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/etag/make", test_make);
    g_test_add_func("/redfish/etag/matches", test_matches);
    return g_test_run();
}
