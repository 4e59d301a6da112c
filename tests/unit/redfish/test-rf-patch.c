/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Request bodies against a table that has every type. */
#include "osdep.h"

#include "redfish/rf-patch.h"
#include "test-util.h"
#include "util/json.h"

static bool refuse_both;

static void check(const RfContext *ctx, const RfPatch *patch,
                  RfMessages *messages)
{
    if (refuse_both) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_MISSING, "/In/C", NULL,
                        "C", NULL);
    }
}

static void start(RfExchange *x, const RfPatch *patch)
{
    g_assert_not_reached();
}

static const RfSetter one = { check, start };
static const RfSetter two = { NULL, start };

static const char *const texts[] = { "Red", "Green", "Blue", NULL };

static bool not_blue(const RfContext *ctx, unsigned choice)
{
    return choice != 2;
}

static const RfProperty inner[] = {
    { "E", RF_TYPE_ENUM, .texts = texts, .allowed = not_blue,
      .setter = &one },
    { "C", RF_TYPE_ENUM, .texts = texts, .setter = &one },
    { "Ro", RF_TYPE_STRING, .text = "x" },
    { NULL }
};

static bool nth_text(const RfContext *ctx, unsigned n, RfValue *value)
{
    static const char *const old[] = { "x", "y", "z" };

    value->text = n < G_N_ELEMENTS(old) ? old[n] : NULL;
    return value->text;
}

static const RfProperty properties[] = {
    { "S", RF_TYPE_STRING, .setter = &two },
    { "B", RF_TYPE_BOOL, .setter = &two },
    { "I", RF_TYPE_INTEGER, .setter = &two },
    { "N", RF_TYPE_NUMBER, .setter = &two },
    { "In", RF_TYPE_OBJECT, .members = inner },
    { "L", RF_TYPE_LINK, .text = "/x" },
    { "T", RF_TYPE_STRINGS, .item = nth_text, .setter = &two },
    { "R", RF_TYPE_INTEGER, .min = 1, .max = 9, .setter = &two },
    { "Len", RF_TYPE_STRING, .max = 4, .setter = &two, .nullable = true },
    { NULL }
};

static const RfProperty parameters[] = {
    { "Colour", RF_TYPE_ENUM, .texts = texts, .allowed = not_blue,
      .required = true },
    { "Depth", RF_TYPE_INTEGER },
    { NULL }
};

static const RfAction action = { "#Thing.Paint", parameters };

static JsonObject *object(const char *text)
{
    g_autoptr(GError) err = NULL;
    JsonObject *parsed = json_parse_object(text, strlen(text), &err);

    g_assert_no_error(err);
    return parsed;
}

/* The message keys in order, blank-separated. */
static char *keys_of(const RfMessages *messages)
{
    g_autoptr(GBytes) body = rf_messages_body(messages);
    gsize len;
    const char *text = g_bytes_get_data(body, &len);
    g_autoptr(JsonObject) root = json_parse_object(text, len, NULL);
    JsonObject *error = json_object_get_object_member(root, "error");
    JsonArray *info = json_object_get_array_member(error,
                                                   "@Message.ExtendedInfo");
    GString *keys = g_string_new(NULL);
    unsigned i;

    for (i = 0; i < json_array_get_length(info); i++) {
        JsonObject *message = json_array_get_object_element(info, i);
        const char *id = json_object_get_string_member(message, "MessageId");

        g_string_append_printf(keys, "%s%s", i ? " " : "",
                               strrchr(id, '.') + 1);
    }
    return g_string_free(keys, FALSE);
}

static void test_good(void)
{
    g_autoptr(JsonObject) body = object(
        "{\"S\":\"text\",\"B\":true,\"I\":-5,\"N\":7,"
        "\"In\":{\"E\":\"Green\",\"C\":\"Blue\"}}");
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autoptr(RfPatch) patch = rf_patch_parse(properties, NULL, body,
                                              messages);

    g_assert_nonnull(patch);
    g_assert_cmpstr(rf_patch_get(patch, &two, "S")->text, ==, "text");
    g_assert_true(rf_patch_get(patch, &two, "B")->boolean);
    g_assert_cmpint(rf_patch_get(patch, &two, "I")->integer, ==, -5);
    g_assert_true(rf_patch_get(patch, &two, "N")->number == 7);
    g_assert_cmpuint(rf_patch_get(patch, &one, "E")->choice, ==, 1);
    g_assert_cmpuint(rf_patch_get(patch, &one, "C")->choice, ==, 2);
    g_assert_null(rf_patch_get(patch, &one, "S"));
    g_assert_true(rf_patch_setter(patch, 0) == &two);
    g_assert_true(rf_patch_setter(patch, 1) == &one);
    g_assert_null(rf_patch_setter(patch, 2));
}

static void test_bad(void)
{
    static const struct {
        const char *body;
        const char *keys;
    } cases[] = {
        { "{}", "EmptyJSON" },
        { "{\"In\":{}}", "NoOperation" },
        { "{\"@odata.etag\":\"x\",\"S@Redfish.AllowableValues\":[]}",
          "NoOperation" },
        { "{\"@Redfish.OperationApplyTime\":\"OnReset\"}",
          "PropertyUnknown" },
        { "{\"X\":1}", "PropertyUnknown" },
        { "{\"s\":\"x\"}", "PropertyUnknown" },
        { "{\"L\":{\"@odata.id\":\"/y\"}}", "PropertyNotWritable" },
        { "{\"In\":{\"Ro\":\"x\"}}", "PropertyNotWritable" },
        { "{\"In\":{\"Y\":1}}", "PropertyUnknown" },
        { "{\"In\":[]}", "PropertyValueTypeError" },
        { "{\"In\":null}", "PropertyValueTypeError" },
        { "{\"S\":1}", "PropertyValueTypeError" },
        { "{\"S\":null}", "PropertyValueTypeError" },
        { "{\"S\":{}}", "PropertyValueTypeError" },
        { "{\"B\":\"true\"}", "PropertyValueTypeError" },
        { "{\"B\":1}", "PropertyValueTypeError" },
        { "{\"I\":1.5}", "PropertyValueTypeError" },
        { "{\"I\":\"1\"}", "PropertyValueTypeError" },
        { "{\"N\":\"1\"}", "PropertyValueTypeError" },
        { "{\"N\":[1]}", "PropertyValueTypeError" },
        { "{\"In\":{\"E\":\"Blue\"}}", "PropertyValueNotInList" },
        { "{\"In\":{\"E\":\"green\"}}", "PropertyValueNotInList" },
        { "{\"In\":{\"E\":1}}", "PropertyValueTypeError" },
        { "{\"X\":1,\"L\":1,\"B\":1,\"In\":{\"E\":\"\"},\"S\":\"good\"}",
          "PropertyUnknown PropertyNotWritable PropertyValueTypeError "
          "PropertyValueNotInList" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JsonObject) body = object(cases[i].body);
        g_autoptr(RfMessages) messages = rf_messages_new();
        g_autofree char *keys = NULL;

        g_test_message("%s", cases[i].body);
        g_assert_null(rf_patch_parse(properties, NULL, body, messages));
        keys = keys_of(messages);
        g_assert_cmpstr(keys, ==, cases[i].keys);
    }
}

static void test_annotations(void)
{
    g_autoptr(JsonObject) body = object(
        "{\"@odata.id\":\"/x\",\"B\":false,\"In\":{\"C\":\"Red\","
        "\"E@Redfish.AllowableValues\":[\"Red\"]}}");
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autoptr(RfPatch) patch = rf_patch_parse(properties, NULL, body,
                                              messages);

    g_assert_nonnull(patch);
    g_assert_false(rf_patch_get(patch, &two, "B")->boolean);
    g_assert_cmpuint(rf_patch_get(patch, &one, "C")->choice, ==, 0);
    g_assert_null(rf_patch_get(patch, &one, "E"));
}

/* null takes an element away, {} leaves it. */
static void test_arrays(void)
{
    static const struct {
        const char *body;
        const char *result;
    } cases[] = {
        { "{\"T\":[\"a\",null,{},\"d\"]}", "[\"a\",\"z\",\"d\"]" },
        { "{\"T\":[{},{},{},{}]}", "[\"x\",\"y\",\"z\"]" },
        { "{\"T\":[null,null]}", "[]" },
        { "{\"T\":[]}", "[]" },
        { "{\"T\":[\"a\",7]}", NULL },
        { "{\"T\":[{\"a\":1}]}", NULL },
        { "{\"T\":null}", NULL },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JsonObject) body = object(cases[i].body);
        g_autoptr(RfMessages) messages = rf_messages_new();
        g_autoptr(RfPatch) patch = rf_patch_parse(properties, NULL, body,
                                                  messages);
        g_autofree char *result = NULL;

        g_test_message("%s", cases[i].body);
        g_assert_true((patch != NULL) == (cases[i].result != NULL));
        if (patch) {
            result = json_print_node(rf_patch_get(patch, &two, "T")->node);
            g_assert_cmpstr(result, ==, cases[i].result);
        } else {
            g_autofree char *keys = keys_of(messages);

            g_assert_cmpstr(keys, ==, "PropertyValueTypeError");
        }
    }
}

static void test_check(void)
{
    g_autoptr(JsonObject) body = object("{\"In\":{\"C\":\"Red\"}}");
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autofree char *keys = NULL;

    refuse_both = true;
    g_assert_null(rf_patch_parse(properties, NULL, body, messages));
    refuse_both = false;
    keys = keys_of(messages);
    g_assert_cmpstr(keys, ==, "PropertyMissing");
}

static void test_action(void)
{
    static const struct {
        const char *body;
        const char *keys;
    } cases[] = {
        { "{\"Colour\":\"Red\"}", NULL },
        { "{\"Colour\":\"Red\",\"Depth\":3}", NULL },
        { "{\"Colour\":\"Red\",\"@odata.type\":\"x\"}", NULL },
        { "{}", "ActionParameterMissing" },
        { "{\"Depth\":3}", "ActionParameterMissing" },
        { "{\"Colour\":1}", "ActionParameterValueTypeError" },
        { "{\"Colour\":null}", "ActionParameterValueTypeError" },
        { "{\"Colour\":\"Blue\"}", "ActionParameterValueNotInList" },
        { "{\"Colour\":\"Pink\"}", "ActionParameterValueNotInList" },
        { "{\"Colour\":\"Red\",\"X\":1}", "ActionParameterUnknown" },
        { "{\"@Redfish.OperationApplyTime\":\"Immediate\","
          "\"Colour\":\"Red\"}", NULL },
        { "{\"@Redfish.OperationApplyTime\":\"OnReset\","
          "\"Colour\":\"Red\"}", "ActionParameterValueNotInList" },
        { "{\"@Redfish.OperationApplyTime\":1,"
          "\"Colour\":\"Red\"}", "ActionParameterValueTypeError" },
        { "{\"@Redfish.MaintenanceWindowApplyTime\":1,"
          "\"Colour\":\"Red\"}", "ActionParameterUnknown" },
        { "{\"X\":1}", "ActionParameterUnknown ActionParameterMissing" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JsonObject) body = object(cases[i].body);
        g_autoptr(RfMessages) messages = rf_messages_new();
        g_autoptr(RfPatch) patch = rf_patch_parse_action(&action, NULL, body,
                                                         messages);
        g_autofree char *keys = NULL;

        g_test_message("%s", cases[i].body);
        g_assert_true((patch != NULL) == !cases[i].keys);
        if (patch) {
            g_assert_cmpuint(rf_patch_get(patch, NULL, "Colour")->choice, ==,
                             0);
        } else {
            keys = keys_of(messages);
            g_assert_cmpstr(keys, ==, cases[i].keys);
        }
    }
}

/* Who has sent something wrong is told what would be right. */
static void test_advice(void)
{
    static const struct {
        const char *body;
        const char *advice;
    } cases[] = {
        { "{\"In\":{\"E\":\"Blue\"}}", "It can be Red, Green." },
        { "{\"R\":10}", "It can be from 1 to 9." },
        { "{\"R\":1.5}", "It must be an integer." },
        { "{\"Len\":\"12345\"}", "It can be from 0 to 4 bytes." },
        { "{\"Len\":5}", "It must be a string or null." },
        { "{\"T\":5}", "It must be an array of strings." },
        { "{\"In\":5}", "It must be an object." },
    };
    RfContext ctx = { 0 };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JsonObject) body = object(cases[i].body);
        g_autoptr(RfMessages) messages = rf_messages_new();

        g_assert_null(rf_patch_parse(properties, &ctx, body, messages));
        g_assert_cmpstr(json_object_get_string_member(
                            json_array_get_object_element(
                                rf_messages_list(messages), 0),
                            "Resolution"), ==, cases[i].advice);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/patch/good", test_good);
    g_test_add_func("/redfish/patch/bad", test_bad);
    g_test_add_func("/redfish/patch/annotations", test_annotations);
    g_test_add_func("/redfish/patch/arrays", test_arrays);
    g_test_add_func("/redfish/patch/check", test_check);
    g_test_add_func("/redfish/patch/action", test_action);
    g_test_add_func("/redfish/patch/advice", test_advice);
    return g_test_run();
}
