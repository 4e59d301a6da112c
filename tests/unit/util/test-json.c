/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json_check() against a table of texts, json-glib behind it, the getters. */
#include "osdep.h"

#include "util/json.h"

#include <math.h>

#include "test-util.h"
#include "util/error.h"

#define NINES_300 \
    "99999999999999999999999999999999999999999999999999" \
    "99999999999999999999999999999999999999999999999999" \
    "99999999999999999999999999999999999999999999999999" \
    "99999999999999999999999999999999999999999999999999" \
    "99999999999999999999999999999999999999999999999999" \
    "99999999999999999999999999999999999999999999999999"

static const char *const good[] = {
    "{}", "[]", "0", "-0", "1", "-1", "\"\"", "true", "false", "null",
    " \t\r\n{ } \t\r\n", "[1,2,3]", "[ 1 , 2 ]", "[[],{}]",
    "{\"a\":1}", "{\"a\":{\"a\":{\"a\":1}}}", "[{\"a\":1},{\"a\":1}]",
    "{\"\":1}", "{\"a\":1,\"A\":2}", "{\"a\":1,\"ab\":2,\"b\":3}",
    "{\"a\":[{\"b\":1}],\"b\":{\"a\":0}}",
    "9223372036854775807", "-9223372036854775808", "10", "100",
    "0.5", "-0.5", "0.0", "-0.0", "1.25", "1e5", "1E5", "1e+5", "1e-5",
    "0e5", "0.0e0", "0e99999999999999999999", "1e308", "-1e308",
    "1.7976931348623157e308", "17976931348623157e292",
    "0.00017976931348623157e312", "1e-400", "1e-99999999999999999999",
    "0." NINES_300 NINES_300, NINES_300 ".5", NINES_300 "e8",
    NINES_300 NINES_300 "e-300",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0001\"", "\"\\u00e9\"",
    "\"\\uD83D\\uDE00\"", "\"\\ud83d\\ude00\"", "\"\\uFFFF\"",
    "\"\xc3\xa9\"", "\"\xe2\x82\xac\"", "\"\xf0\x9f\x98\x80\"",
    "\"\xf4\x8f\xbf\xbf\"", "\"\x7f\"", "\"'\"", "\"//\"", "\"/* */\"",
};

static const char *const bad[] = {
    "", " ", "{", "}", "[", "]", "{]", "[}", "[1", "[1,", "[1,]", "[,1]",
    "[1 2]", "[1,,2]", "[]]", "{}}", "{} {}", "1 2", "{},",
    "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{\"a\" 1}", "{\"a\"=1}",
    "{a:1}", "{'a':1}", "{1:1}", "{\"a\":1 \"b\":2}", "{\"a\":1;\"b\":2}",
    "{\"a\":1:2}", "[\"a\":1]", ":", ",",
    "'a'", "a", "tru", "truee", "True", "NULL", "nul", "nan", "NaN",
    "Infinity", "-Infinity", "undefined",
    "var x = 1;", "/* c */ 1", "1 /* c */", "// c\n1", "1 // c", "# c\n1",
    "01", "-01", "00", "+1", "-", "--1", "1.", ".5", "-.5", "1.e5", "1e",
    "1e+", "1E-", "1.5e", "0x10", "1_000", "1,000", "0b1", "1.2.3", "1e5.5",
    "9223372036854775808", "-9223372036854775809", "18446744073709551615",
    "18446744073709551616", "99999999999999999999999",
    "1e309", "-1e309", "1e400", "1.7976931348623159e308",
    "17976931348623159e292", "1e99999999999999999999",
    NINES_300 NINES_300 ".0", NINES_300 "e9", "0.01e311",
    "\"", "\"a", "\"\\", "\"\\\"", "\"\\x\"", "\"\\0\"", "\"\\'\"",
    "\"\\u\"", "\"\\u12\"", "\"\\u123\"", "\"\\u123g\"", "\"\\u 123\"",
    "\"\\U00e9\"", "\"\\u0000\"", "{\"\\u0000\":1}",
    "\"\\uD83D\"", "\"\\uD83Dx\"", "\"\\uD83D\\n\"", "\"\\uD83D\\u0041\"",
    "\"\\uD83D\\uD83D\"", "\"\\uDE00\"", "\"\\uDE00\\uD83D\"",
    "\"\\uD83D\\u", "\"\\uD83D\\uDE0\"",
    "\"\n\"", "\"\t\"", "\"\x01\"", "\"\x1f\"",
    "\"\x80\"", "\"\xc3\"", "\"\xc3(\"", "\"\xc0\xaf\"", "\"\xe0\x80\xaf\"",
    "\"\xed\xa0\x80\"", "\"\xed\xb0\x80\"", "\"\xf4\x90\x80\x80\"",
    "\"\xf8\x88\x80\x80\x80\"", "\"\xff\"", "\"\xfe\xff\"", "\"\xe2\x82",
    "\xef\xbb\xbf{}", "\xc2\xa0{}", "{}\xc2\xa0", "\v1", "\f1", "\x7f",
    "{\"a\":1,\"a\":2}", "{\"a\":1,\"b\":2,\"a\":3}",
    "{\"a\":1,\"\\u0061\":2}", "{\"\xc3\xa9\":1,\"\\u00e9\":2}",
    "{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}",
    "{\"/\":1,\"\\/\":2}", "{\"\\n\":1,\"\\u000a\":2}",
    "{\"\\\\\":1,\"\\u005C\":2}", "{\"\":1,\"\":2}",
    "[{\"x\":{\"a\":1,\"a\":2}}]", "{\"o\":{\"o\":1},\"p\":2,\"o\":3}",
};

/* On the heap without a terminator, so that checkers see overreads. */
static bool check(const char *text, size_t len, GError **errp)
{
    g_autofree char *copy = g_memdup2(text, len);

    return json_check(copy, len, errp);
}

static void test_json_good(void)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) err = NULL;
        g_autoptr(JsonParser) parser = json_parser_new();
        g_autofree char *wrapped = g_strdup_printf("{\"x\":%s}", good[i]);

        if (!check(good[i], strlen(good[i]), &err)) {
            g_test_message("refused: %s", good[i]);
        }
        g_assert_no_error(err);
        /* What the check lets pass is what json-glib can parse. */
        if (!strstr(good[i], "\"\":")) {
            json_parser_load_from_data(parser, wrapped, -1, &err);
            g_assert_no_error(err);
        }
    }
}

static void test_json_bad(void)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) err = NULL;

        if (check(bad[i], strlen(bad[i]), &err)) {
            g_test_message("accepted: %s", bad[i]);
        }
        g_assert_error(err, BMC_ERROR, BMC_ERROR_INVALID);
        g_assert_cmpstr(strstr(err->message, " at byte "), !=, NULL);
        g_assert_true(g_utf8_validate(err->message, -1, NULL));
        g_assert_false(json_check(bad[i], strlen(bad[i]), NULL));
    }
}

/* No prefix of a text that has an end of its own is a text. */
static void test_json_truncated(void)
{
    static const char text[] =
        "{\"a\":[1,-2.5e3,true,null,\"\\ud83d\\ude00\xc3\xa9\"],\"b\":{}}";
    size_t len;

    g_assert_true(check(text, sizeof(text) - 1, NULL));
    for (len = 0; len < sizeof(text) - 1; len++) {
        g_autoptr(GError) err = NULL;

        g_assert_false(check(text, len, &err));
        g_assert_error(err, BMC_ERROR, BMC_ERROR_INVALID);
    }
}

static void test_json_nul(void)
{
    g_assert_false(check("{}\0", 3, NULL));
    g_assert_false(check("\0{}", 3, NULL));
    g_assert_false(check("\"a\0b\"", 5, NULL));
    g_assert_false(check("\"\\\0\"", 4, NULL));
    g_assert_false(check("[1\0]", 4, NULL));
    g_assert_false(check("-\0", 2, NULL));
    g_assert_false(check("1e\0" "5", 4, NULL));
}

static void test_json_offset(void)
{
    g_autoptr(GError) err = NULL;

    g_assert_false(check("{\"a\":1, \"b\":01}", 15, &err));
    g_assert_cmpstr(err->message, ==,
                    "invalid JSON at byte 13: expected ',' or '}'");
    g_clear_error(&err);
    g_assert_false(check("{\"b\":1,\"a\":2,\"b\":3}", 19, &err));
    g_assert_cmpstr(err->message, ==,
                    "invalid JSON at byte 14: duplicate member name");
}

static char *nested(unsigned depth, const char *open, const char *close)
{
    GString *s = g_string_new(NULL);
    unsigned i;

    for (i = 0; i < depth; i++) {
        g_string_append(s, open);
    }
    g_string_append_c(s, '1');
    for (i = 0; i < depth; i++) {
        g_string_append(s, close);
    }
    return g_string_free(s, FALSE);
}

static void test_json_depth(void)
{
    static const char *const pairs[][2] = {
        { "[", "]" }, { "{\"a\":", "}" },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autoptr(GError) err = NULL;
        g_autofree char *most = nested(JSON_MAX_DEPTH, pairs[i][0],
                                       pairs[i][1]);
        g_autofree char *over = nested(JSON_MAX_DEPTH + 1, pairs[i][0],
                                       pairs[i][1]);
        g_autofree char *far = nested(100000, pairs[i][0], pairs[i][1]);

        g_assert_true(check(most, strlen(most), NULL));
        g_assert_false(check(over, strlen(over), &err));
        g_assert_error(err, BMC_ERROR, BMC_ERROR_LIMIT);
        g_assert_false(check(far, strlen(far), NULL));
    }
}

static char *many_names(unsigned n)
{
    GString *s = g_string_new("{");
    unsigned i;

    for (i = 0; i < n; i++) {
        g_string_append_printf(s, "%s\"%u\":%u", i ? "," : "", i, i);
    }
    g_string_append_c(s, '}');
    return g_string_free(s, FALSE);
}

static void test_json_names(void)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *many = many_names(4096);
    g_autofree char *over = many_names(4097);
    g_autofree char *twice = NULL;

    g_assert_true(check(many, strlen(many), NULL));
    g_assert_false(check(over, strlen(over), &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_LIMIT);
    /* names of closed objects do not count */
    twice = g_strdup_printf("[%s,%s]", many, many);
    g_assert_true(check(twice, strlen(twice), NULL));
}

static void test_json_parse(void)
{
    static const char input[] = "{ \"a\" : [ 1, \"\\u00e9\" ] }garbage";
    g_autoptr(GError) err = NULL;
    g_autoptr(JsonObject) object = NULL;
    g_autofree char *text = NULL;

    /* what follows the length given is not looked at */
    object = json_parse_object(input, strchr(input, '}') + 1 - input, &err);
    g_assert_no_error(err);
    text = json_print(object);
    g_assert_cmpstr(text, ==, "{\"a\":[1,\"\xc3\xa9\"]}");

    g_assert_null(json_parse_object("[1]", 3, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_INVALID);
    g_clear_error(&err);
    g_assert_null(json_parse_object("null", 4, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_INVALID);
    g_clear_error(&err);
    g_assert_null(json_parse_object("{\"a\":'b'}", 9, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_INVALID);
}

static void test_json_print(void)
{
    static const char text[] =
        "{\"i\":-9223372036854775808,\"d\":[0.1,1.0,-0.0,1e+122,1e-07,"
        "1.7976931348623157e+308,0.30000000000000004],\"l\":[true,false,"
        "null],\"e\":[[],{}],\"s\":\"\\u0001\\\"\\\\/\xc3\xa9\\u007f\"}";
    g_autoptr(GError) err = NULL;
    g_autoptr(JsonObject) object =
        json_parse_object(text, sizeof(text) - 1, &err);
    g_autoptr(JsonObject) infinite = json_object_new();
    g_autofree char *printed = NULL;
    g_autofree char *null = NULL;

    g_assert_no_error(err);
    printed = json_print(object);
    g_assert_cmpstr(printed, ==, text);
    json_object_set_double_member(infinite, "x", HUGE_VAL);
    null = json_print(infinite);
    g_assert_cmpstr(null, ==, "{\"x\":null}");
}

static void test_json_get(void)
{
    static const char text[] =
        "{\"s\":\"x\",\"i\":-9223372036854775808,\"f\":1.0,\"b\":true,"
        "\"n\":null,\"o\":{\"k\":1},\"a\":[1,2]}";
    static const char *const names = "sifbnoa";
    g_autoptr(JsonObject) object =
        json_parse_object(text, sizeof(text) - 1, NULL);
    const char *s = NULL;
    int64_t i = 0;
    bool b = false;
    JsonObject *o = NULL;
    JsonArray *a = NULL;
    const char *at;

    g_assert_nonnull(object);
    for (at = names; *at; at++) {
        const char name[] = { *at, '\0' };
        JsonGet other = *at == 'n' ? JSON_GET_NULL : JSON_GET_TYPE;

        g_assert_cmpint(json_get_string(object, name, &s), ==,
                        *at == 's' ? JSON_GET_OK : other);
        g_assert_cmpint(json_get_int(object, name, &i), ==,
                        *at == 'i' ? JSON_GET_OK : other);
        g_assert_cmpint(json_get_bool(object, name, &b), ==,
                        *at == 'b' ? JSON_GET_OK : other);
        g_assert_cmpint(json_get_object(object, name, &o), ==,
                        *at == 'o' ? JSON_GET_OK : other);
        g_assert_cmpint(json_get_array(object, name, &a), ==,
                        *at == 'a' ? JSON_GET_OK : other);
    }
    g_assert_cmpstr(s, ==, "x");
    g_assert_cmpint(i, ==, INT64_MIN);
    g_assert_true(b);
    g_assert_cmpint(json_get_int(o, "k", &i), ==, JSON_GET_OK);
    g_assert_cmpint(i, ==, 1);
    g_assert_cmpuint(json_array_get_length(a), ==, 2);
    g_assert_cmpint(json_get_string(object, "z", &s), ==, JSON_GET_ABSENT);
    g_assert_cmpstr(s, ==, "x");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/json/good", test_json_good);
    g_test_add_func("/json/bad", test_json_bad);
    g_test_add_func("/json/truncated", test_json_truncated);
    g_test_add_func("/json/nul", test_json_nul);
    g_test_add_func("/json/offset", test_json_offset);
    g_test_add_func("/json/depth", test_json_depth);
    g_test_add_func("/json/names", test_json_names);
    g_test_add_func("/json/parse", test_json_parse);
    g_test_add_func("/json/print", test_json_print);
    g_test_add_func("/json/get", test_json_get);
    return g_test_run();
}
