/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages and error bodies. */
#include "osdep.h"

#include "redfish/rf-error.h"
#include "test-util.h"
#include "util/error.h"
#include "util/json.h"

static JsonObject *parse(const RfMessages *messages, JsonArray **info)
{
    g_autoptr(GBytes) body = rf_messages_body(messages);
    g_autoptr(GError) err = NULL;
    gsize len;
    const char *text = g_bytes_get_data(body, &len);
    JsonObject *root = json_parse_object(text, len, &err);
    JsonObject *error;

    g_assert_no_error(err);
    g_assert_true(json_get_object(root, "error", &error) == JSON_GET_OK);
    g_assert_true(json_get_array(error, "@Message.ExtendedInfo", info) ==
                  JSON_GET_OK);
    return root;
}

static const char *text_of(JsonObject *object, const char *name)
{
    const char *text = NULL;

    g_assert_true(json_get_string(object, name, &text) == JSON_GET_OK);
    return text;
}

static void test_one(void)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autoptr(JsonObject) root = NULL;
    JsonArray *info, *array;
    JsonObject *message;

    g_assert_true(rf_messages_empty(messages));
    rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_NOT_IN_LIST,
                    "/Boot/X", NULL, "%2", "X", NULL);
    g_assert_false(rf_messages_empty(messages));
    g_assert_cmpuint(rf_messages_status(messages), ==, 400);
    root = parse(messages, &info);
    g_assert_cmpuint(json_array_get_length(info), ==, 1);
    message = json_array_get_object_element(info, 0);
    g_assert_cmpstr(text_of(message, "MessageId"), ==,
                    "Base.1.22.PropertyValueNotInList");
    g_assert_cmpstr(text_of(message, "Message"), ==,
                    "The value '%2' for the property X is not in the list "
                    "of acceptable values.");
    g_assert_true(json_get_array(message, "RelatedProperties", &array) ==
                  JSON_GET_OK);
    g_assert_cmpstr(json_array_get_string_element(array, 0), ==, "#/Boot/X");
    g_assert_true(json_get_array(message, "MessageArgs", &array) ==
                  JSON_GET_OK);
    g_assert_cmpuint(json_array_get_length(array), ==, 2);
    message = json_object_get_object_member(root, "error");
    g_assert_cmpstr(text_of(message, "code"), ==,
                    "Base.1.22.PropertyValueNotInList");
}

static void test_many(void)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autoptr(JsonObject) root = NULL;
    JsonArray *info;
    JsonObject *message;
    unsigned i;

    for (i = 0; i < 1000; i++) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_UNKNOWN, "/X", NULL,
                        "X", NULL);
    }
    root = parse(messages, &info);
    g_assert_cmpuint(json_array_get_length(info), ==, RF_MESSAGES_MAX + 1);
    message = json_array_get_object_element(info, RF_MESSAGES_MAX);
    g_assert_cmpstr(text_of(message, "MessageId"), ==,
                    "Base.1.22.MaximumErrorsExceeded");
    message = json_object_get_object_member(root, "error");
    g_assert_cmpstr(text_of(message, "code"), ==, "Base.1.22.GeneralError");
}

/* Arguments come from clients: long, not UTF-8, with control characters. */
static void test_hostile(void)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autoptr(JsonObject) root = NULL;
    g_autofree char *big = g_strnfill(100000, 'x');
    g_autoptr(GBytes) body = NULL;
    JsonArray *info;

    rf_messages_add(messages, RF_MESSAGE_PROPERTY_UNKNOWN, big, NULL, big,
                    NULL);
    rf_messages_add(messages, RF_MESSAGE_RESOURCE_MISSING_AT_URI, NULL, NULL,
                    "/\xff\xfe\"\\\n\x01%1%2%", NULL);
    root = parse(messages, &info);
    g_assert_cmpuint(json_array_get_length(info), ==, 2);
    body = rf_messages_body(messages);
    g_assert_cmpuint(g_bytes_get_size(body), <, 4096);
}

static void test_errors(void)
{
    static const struct {
        BmcError code;
        unsigned status;
        bool retry;
    } cases[] = {
        { BMC_ERROR_FAILED, 500, false },
        { BMC_ERROR_PROTOCOL, 500, false },
        { BMC_ERROR_INVALID, 400, false },
        { BMC_ERROR_NOT_SUPPORTED, 400, false },
        { BMC_ERROR_STATE, 409, false },
        { BMC_ERROR_BUSY, 409, true },
        { BMC_ERROR_UNAVAILABLE, 503, true },
        { BMC_ERROR_LIMIT, 503, true },
        { BMC_ERROR_TIMEOUT, 503, true },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RfMessages) messages = rf_messages_new();
        g_autoptr(GError) err = g_error_new_literal(
            BMC_ERROR, cases[i].code, "because \xff of that");
        g_autoptr(JsonObject) root = NULL;
        JsonArray *info;

        rf_messages_add_error(messages, err);
        g_assert_cmpuint(rf_messages_status(messages), ==, cases[i].status);
        g_assert_true((rf_messages_retry_after(messages) != NULL) ==
                      cases[i].retry);
        root = parse(messages, &info);
        g_assert_cmpstr(text_of(json_array_get_object_element(info, 0),
                                "Resolution"), ==,
                        "Because \xef\xbf\xbd of that.");
    }
}

static void test_value_text(void)
{
    static const struct {
        const char *json;
        const char *text;
    } cases[] = {
        { "\"Pxe\"", "Pxe" },
        { "7", "7" },
        { "1e122", "1e+122" },
        { "null", "null" },
        { "[1.5,{\"a\":true}]", "[1.5,{\"a\":true}]" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *whole = g_strdup_printf("{\"x\":%s}",
                                                 cases[i].json);
        g_autoptr(JsonObject) object = json_parse_object(
            whole, strlen(whole), NULL);
        g_autofree char *text = NULL;

        g_assert_nonnull(object);
        text = rf_error_value_text(json_object_get_member(object, "x"));
        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/error/one", test_one);
    g_test_add_func("/redfish/error/many", test_many);
    g_test_add_func("/redfish/error/hostile", test_hostile);
    g_test_add_func("/redfish/error/errors", test_errors);
    g_test_add_func("/redfish/error/value-text", test_value_text);
    return g_test_run();
}
