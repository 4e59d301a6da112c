/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cutting, parsing and building QMP messages. */
#include "osdep.h"

#include "qmp/qmp-proto.h"

#include "qmp/qmp-error.h"
#include "test-util.h"
#include "util/error.h"
#include "util/json.h"

/* Push @text in pieces of @step bytes; messages are joined by '|'. */
static char *split(const char *text, size_t step, size_t max, GError **errp)
{
    g_autoptr(GString) out = g_string_new(NULL);
    size_t left = strlen(text);
    QmpSplitter splitter;
    QmpSplit found = QMP_SPLIT_MORE;

    qmp_splitter_init(&splitter, max);
    while (left > 0 && found != QMP_SPLIT_ERROR) {
        size_t n = MIN(step, left);
        const char *message;
        size_t len;

        qmp_splitter_push(&splitter, text, n);
        text += n;
        left -= n;
        while ((found = qmp_splitter_next(&splitter, &message, &len, errp)) ==
               QMP_SPLIT_MESSAGE) {
            g_string_append_len(out, message, len);
            g_string_append_c(out, '|');
        }
    }
    qmp_splitter_clear(&splitter);
    g_byte_array_unref(splitter.buf);
    return g_strdup(out->str);
}

static void test_split(void)
{
    static const char *const text =
        "\r\n{\"a\": 1}\r\n{\"b\": [{}, \"}\"]}{\"c\\\"}\": {\n  \"d\": 2}}\n"
        " {\"unfinished\": ";
    static const char *const want =
        "{\"a\": 1}|{\"b\": [{}, \"}\"]}|{\"c\\\"}\": {\n  \"d\": 2}}|";
    size_t step;

    for (step = 1; step <= strlen(text); step++) {
        g_autofree char *got = split(text, step, 0, NULL);

        g_assert_cmpstr(got, ==, want);
    }
}

static void test_split_garbage(void)
{
    static const char *const texts[] = { "x", "[1]", "\"{}\"", "\001{}" };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) err = NULL;
        g_autofree char *got = split(texts[i], 100, 0, &err);

        g_assert_error(err, BMC_ERROR, BMC_ERROR_PROTOCOL);
        g_assert_cmpstr(got, ==, "");
    }
}

static void test_split_limit(void)
{
    g_autoptr(GError) whole = NULL;
    g_autoptr(GError) part = NULL;
    g_autofree char *fits = split("{\"a\":\"bc\"}{\"d\":1}", 100, 10, NULL);
    g_autofree char *one = split("{}{\"a\":\"bcd\"}", 100, 10, &whole);
    g_autofree char *two = split("{\"a\":\"bcdefghij", 1, 10, &part);

    g_assert_cmpstr(fits, ==, "{\"a\":\"bc\"}|{\"d\":1}|");
    g_assert_cmpstr(one, ==, "{}|");
    g_assert_error(whole, BMC_ERROR, BMC_ERROR_LIMIT);
    g_assert_cmpstr(two, ==, "");
    g_assert_error(part, BMC_ERROR, BMC_ERROR_LIMIT);
}

static QmpMessage *parse(const char *text, GError **errp)
{
    return qmp_message_parse(text, strlen(text), errp);
}

static void test_greeting(void)
{
    g_autoptr(QmpMessage) msg = parse(
        "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 50, \"minor\": 0, "
        "\"major\": 6}, \"package\": \"v6.0.0\"}, \"capabilities\": "
        "[\"x\", 1, \"oob\"]}}", NULL);
    g_autoptr(QmpMessage) old = parse(
        "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 12, "
        "\"major\": 0}}}}", NULL);

    g_assert_cmpint(msg->type, ==, QMP_MESSAGE_GREETING);
    g_assert_cmpint(msg->version.major, ==, 6);
    g_assert_cmpint(msg->version.micro, ==, 50);
    g_assert_cmpstr(msg->version.package, ==, "v6.0.0");
    g_assert_true(msg->oob);
    g_assert_false(old->oob);
    g_assert_cmpstr(old->version.package, ==, "");
}

static void test_replies(void)
{
    g_autoptr(QmpMessage) ret = parse("{\"return\": [1], \"id\": 7}", NULL);
    g_autoptr(QmpMessage) error = parse(
        "{\"id\": \"text\", \"error\": {\"class\": \"GenericError\", "
        "\"desc\": \"no\"}}", NULL);
    g_autoptr(QmpMessage) null = parse("{\"return\": null}", NULL);

    g_assert_cmpint(ret->type, ==, QMP_MESSAGE_RETURN);
    g_assert_true(ret->has_id);
    g_assert_cmpuint(ret->id, ==, 7);
    g_assert_true(JSON_NODE_HOLDS_ARRAY(ret->value));
    g_assert_cmpint(error->type, ==, QMP_MESSAGE_ERROR);
    g_assert_false(error->has_id);
    g_assert_cmpstr(error->name, ==, "GenericError");
    g_assert_cmpstr(error->desc, ==, "no");
    g_assert_true(JSON_NODE_HOLDS_NULL(null->value));
}

static void test_event(void)
{
    g_autoptr(QmpMessage) msg = parse(
        "{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, "
        "\"event\": \"RESET\", \"data\": {\"guest\": true}}", NULL);
    g_autoptr(QmpMessage) bare = parse(
        "{\"timestamp\": {\"seconds\": -1, \"microseconds\": -1}, "
        "\"event\": \"STOP\"}", NULL);

    g_assert_cmpint(msg->type, ==, QMP_MESSAGE_EVENT);
    g_assert_cmpstr(msg->name, ==, "RESET");
    g_assert_cmpint(msg->time_us, ==, 1000002);
    g_assert_nonnull(msg->data);
    g_assert_null(bare->data);
    g_assert_cmpint(bare->time_us, ==, -1);
}

static void test_malformed(void)
{
    static const char *const texts[] = {
        "{}", "{\"id\": 1}", "{\"return\": 1, \"error\": {}}",
        "{\"return\": 1, \"event\": \"STOP\"}", "{\"event\": 1}",
        "{\"event\": \"X\", \"data\": 1}", "{\"error\": {}}",
        "{\"error\": {\"class\": \"GenericError\"}}", "{\"QMP\": {}}",
        "{\"return\": 1,}", "{\"return\": 18446744073709551616}",
        "{\"return\": 1", "",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) err = NULL;

        g_assert_null(parse(texts[i], &err));
        g_assert_error(err, BMC_ERROR, BMC_ERROR_PROTOCOL);
    }
}

/* QEMU prints uint64 as such; the bits have to survive. */
static void test_unsigned(void)
{
    g_autoptr(QmpMessage) msg = parse(
        "{\"return\": {\"a\": 18446744073709551615, "
        "\"b\": 9223372036854775808, \"c\": 9223372036854775807, "
        "\"d\": \"18446744073709551615\", \"e\\\"\": "
        "[18446744073709551614], \"f\": 1e3, \"g\": -9223372036854775808}}",
        NULL);
    JsonObject *object = json_node_get_object(msg->value);
    g_autofree char *text = json_print(object);

    g_assert_cmpstr(text, ==,
                    "{\"a\":-1,\"b\":-9223372036854775808,"
                    "\"c\":9223372036854775807,"
                    "\"d\":\"18446744073709551615\",\"e\\\"\":[-2],"
                    "\"f\":1000.0,\"g\":-9223372036854775808}");
    g_assert_cmpuint((uint64_t)json_object_get_int_member(object, "a"), ==,
                     UINT64_MAX);
}

static void test_build(void)
{
    g_autoptr(JsonObject) args = json_object_new();
    g_autofree char *plain = qmp_command_build("stop", NULL, 1, false);
    g_autofree char *full = NULL;

    json_object_set_int_member(args, "n", INT64_MIN);
    json_object_set_string_member(args, "s", "a\nb\"");
    full = qmp_command_build("x", args, UINT32_MAX, true);
    g_assert_cmpstr(plain, ==, "{\"execute\":\"stop\",\"id\":1}\n");
    g_assert_cmpstr(full, ==, "{\"exec-oob\":\"x\",\"arguments\":"
                    "{\"n\":-9223372036854775808,\"s\":\"a\\u000ab\\\"\"},"
                    "\"id\":4294967295}\n");
}

static void test_trace(void)
{
    static const struct {
        const char *name;
        const char *args;
        const char *want;
    } cases[] = {
        { "qom-get", "{\"path\":\"/a\"}", "{\"path\":\"/a\"}" },
        { "set_password", "{\"protocol\":\"vnc\",\"password\":\"x\"}",
          "{***}" },
        { "expire_password", "{\"time\":\"now\"}", "{***}" },
        { "object-add", "{\"qom-type\":\"secret\",\"id\":\"s\","
          "\"data\":\"x\"}", "{***}" },
        { "object-add", "{\"qom-type\":\"iothread\",\"id\":\"s\"}",
          "{\"qom-type\":\"iothread\",\"id\":\"s\"}" },
        { "blockdev-add", "{\"f\":[{\"password\":\"x\",\"a\":[1]}],"
          "\"url\":\"http://u:p@h/\"}",
          "{\"f\":[{\"password\":\"***\",\"a\":[1]}],\"url\":\"***\"}" },
    };
    g_autofree char *none = qmp_command_trace("stop", NULL);
    unsigned i;

    g_assert_cmpstr(none, ==, "{}");
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JsonObject) args =
            json_parse_object(cases[i].args, strlen(cases[i].args), NULL);
        g_autofree char *text = qmp_command_trace(cases[i].name, args);

        g_assert_cmpstr(text, ==, cases[i].want);
    }
}

static void test_error_class(void)
{
    g_autoptr(GError) err = g_error_new_literal(
        QMP_ERROR, qmp_error_from_class("DeviceNotFound"), "no cd0");
    g_autoptr(GError) other = g_error_new_literal(BMC_ERROR,
                                                  BMC_ERROR_BUSY, "x");

    g_assert_cmpstr(qmp_error_get_class(err), ==, "DeviceNotFound");
    g_assert_null(qmp_error_get_class(other));
    g_assert_null(qmp_error_get_class(NULL));
    qmp_error_to_bmc(err);
    qmp_error_to_bmc(other);
    qmp_error_to_bmc(NULL);
    g_assert_error(err, BMC_ERROR, BMC_ERROR_NOT_FOUND);
    g_assert_cmpstr(err->message, ==, "no cd0");
    g_assert_error(other, BMC_ERROR, BMC_ERROR_BUSY);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/qmp-proto/split/pieces", test_split);
    g_test_add_func("/qmp-proto/split/garbage", test_split_garbage);
    g_test_add_func("/qmp-proto/split/limit", test_split_limit);
    g_test_add_func("/qmp-proto/parse/greeting", test_greeting);
    g_test_add_func("/qmp-proto/parse/replies", test_replies);
    g_test_add_func("/qmp-proto/parse/event", test_event);
    g_test_add_func("/qmp-proto/parse/malformed", test_malformed);
    g_test_add_func("/qmp-proto/parse/unsigned", test_unsigned);
    g_test_add_func("/qmp-proto/build/command", test_build);
    g_test_add_func("/qmp-proto/build/trace", test_trace);
    g_test_add_func("/qmp-proto/error/class", test_error_class);
    return g_test_run();
}
