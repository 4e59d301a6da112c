/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers to query-tpm, good and bad. */
#include "osdep.h"

#include "machine/machine-tpm.h"
#include "util/json.h"

static GPtrArray *parse(const char *list)
{
    g_autofree char *text = g_strdup_printf("{\"a\":%s}", list);
    g_autoptr(JsonObject) object = NULL;

    g_strdelimit(text, "'", '"');
    object = json_parse_object(text, strlen(text), NULL);
    g_assert_nonnull(object);
    return machine_tpms_parse(json_object_get_member(object, "a"));
}

static void test_good(void)
{
    g_autoptr(GPtrArray) none = parse("[]");
    g_autoptr(GPtrArray) all = parse(
        "[{'model':'tpm-crb','id':'tpm0','options':{'type':'emulator',"
        "  'data':{'chardev':'c'}}},"
        " {'model':'tpm-tis','id':'t.1'}]");
    const MachineTpm *tpm;

    g_assert_cmpuint(none->len, ==, 0);
    g_assert_cmpuint(all->len, ==, 2);
    tpm = all->pdata[0];
    g_assert_cmpstr(tpm->id, ==, "tpm0");
    g_assert_cmpstr(tpm->model, ==, "tpm-crb");
    g_assert_true(machine_tpm_is_2_0(tpm));
    tpm = all->pdata[1];
    g_assert_cmpstr(tpm->id, ==, "t.1");
    g_assert_false(machine_tpm_is_2_0(tpm));
    g_assert_true(machine_tpms_equal(all, all));
    g_assert_true(machine_tpms_equal(NULL, NULL));
    g_assert_false(machine_tpms_equal(all, none));
    g_assert_false(machine_tpms_equal(NULL, none));
}

/* What cannot stand in a URI, and what would be there twice. */
static void test_bad(void)
{
    static const char *const bad[] = {
        "{}", "'x'", "{'id':'tpm0'}", "{'id':1,'model':'tpm-tis'}",
        "{'id':'a/b','model':'tpm-tis'}", "{'id':'','model':'tpm-tis'}",
        "{'id':'.','model':'tpm-tis'}", "{'id':'x','model':'a b'}",
        "{'id':'"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "','model':'tpm-tis'}",
    };
    g_autoptr(GPtrArray) twice = parse(
        "[{'id':'a','model':'x'},{'id':'a','model':'y'}]");

    g_assert_cmpuint(twice->len, ==, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *list = g_strdup_printf("[%s]", bad[i]);
        g_autoptr(GPtrArray) all = parse(list);

        g_assert_cmpuint(all->len, ==, 0);
    }
    g_assert_null(parse("{}"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/machine-tpm/good", test_good);
    g_test_add_func("/machine-tpm/bad", test_bad);
    return g_test_run();
}
