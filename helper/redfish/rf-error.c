/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of the Base registry, and error bodies. */
#include "osdep.h"

#include "redfish/rf-error.h"

#include <stdarg.h>

#include "util/error.h"
#include "util/json.h"

#define REGISTRY "Base.1.22."
#define ARG_MAX 80 /* characters; what clients send can be long */

/* What a client is told to wait while QEMU cannot be reached. */
#define RETRY_AFTER "5"

struct RfMessages {
    JsonArray *list;
    RfMessageId first;
    unsigned status; /* of the first, where it is none of the registry's */
    unsigned count;
};

static char *cut(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *head = NULL;

    if (g_utf8_strlen(valid, -1) <= ARG_MAX) {
        return g_steal_pointer(&valid);
    }
    head = g_utf8_substring(valid, 0, ARG_MAX);
    return g_strconcat(head, "...", NULL);
}

/* @args may hold anything, also '%': it is copied, not looked at. */
static char *fill_in(const char *text,
                     const char *const args[RF_MESSAGE_ARGS_MAX])
{
    GString *out = g_string_new(NULL);
    const char *p;

    for (p = text; *p; p++) {
        if (p[0] == '%' && p[1] >= '1' && p[1] < '1' + RF_MESSAGE_ARGS_MAX &&
            args[p[1] - '1']) {
            g_string_append(out, args[p[1] - '1']);
            p++;
        } else {
            g_string_append_c(out, *p);
        }
    }
    return g_string_free(out, FALSE);
}

JsonObject *rf_message_object(const char *prefix, const RfMessage *message,
                              const char *property, const char *resolution,
                              const char *const args[RF_MESSAGE_ARGS_MAX])
{
    JsonObject *object = json_object_new();
    g_autofree char *id = g_strconcat(prefix, message->key, NULL);
    g_autofree char *text = fill_in(message->text, args);
    JsonArray *array = json_array_new();
    unsigned i;

    json_object_set_string_member(object, "@odata.type",
                                  "#Message.v1_3_0.Message");
    json_object_set_string_member(object, "MessageId", id);
    json_object_set_string_member(object, "Message", text);
    for (i = 0; i < message->n_args; i++) {
        json_array_add_string_element(array, args[i]);
    }
    json_object_set_array_member(object, "MessageArgs", array);
    json_object_set_string_member(object, "MessageSeverity",
                                  message->severity);
    json_object_set_string_member(object, "Resolution",
                                  resolution ?: message->resolution);
    if (property) {
        g_autofree char *path = cut(property);
        g_autofree char *pointer = g_strconcat("#", path, NULL);

        array = json_array_new();
        json_array_add_string_element(array, pointer);
        json_object_set_array_member(object, "RelatedProperties", array);
    }
    return object;
}

RfMessages *rf_messages_new(void)
{
    RfMessages *messages = g_new0(RfMessages, 1);

    messages->list = json_array_new();
    return messages;
}

void rf_messages_free(RfMessages *messages)
{
    if (!messages) {
        return;
    }
    json_array_unref(messages->list);
    g_free(messages);
}

void rf_messages_add(RfMessages *messages, RfMessageId id,
                     const char *property, const char *resolution, ...)
{
    const RfMessage *message = &rf_message_table[id];
    char *args[RF_MESSAGE_ARGS_MAX] = { NULL };
    unsigned i;
    va_list ap;

    messages->count++;
    if (messages->count == 1) {
        messages->first = id;
    }
    if (messages->count > RF_MESSAGES_MAX + 1) {
        return;
    }
    if (messages->count == RF_MESSAGES_MAX + 1) {
        message = &rf_message_table[RF_MESSAGE_MAXIMUM_ERRORS_EXCEEDED];
        property = NULL;
        resolution = NULL;
    }
    va_start(ap, resolution);
    for (i = 0; i < message->n_args; i++) {
        const char *arg = va_arg(ap, const char *);

        g_assert(arg);
        args[i] = cut(arg);
    }
    va_end(ap);
    json_array_add_object_element(
        messages->list,
        rf_message_object(REGISTRY, message, property, resolution,
                          (const char *const *)args));
    for (i = 0; i < RF_MESSAGE_ARGS_MAX; i++) {
        g_free(args[i]);
    }
}

void rf_messages_add_error(RfMessages *messages, const GError *err)
{
    g_autofree char *valid = g_utf8_make_valid(err->message, -1);
    g_autofree char *reason = g_strconcat(valid, ".", NULL);
    int code = err->domain == BMC_ERROR ? err->code : BMC_ERROR_FAILED;

    reason[0] = g_ascii_toupper(reason[0]);
    switch (code) {
    case BMC_ERROR_INVALID:
    case BMC_ERROR_NOT_SUPPORTED:
    case BMC_ERROR_NOT_FOUND:
    case BMC_ERROR_EXISTS:
        rf_messages_add(messages, RF_MESSAGE_GENERAL_ERROR, NULL, reason,
                        NULL);
        break;
    case BMC_ERROR_STATE:
        rf_messages_add(messages, RF_MESSAGE_RESOURCE_IN_STANDBY, NULL,
                        reason, NULL);
        break;
    case BMC_ERROR_BUSY:
        rf_messages_add(messages, RF_MESSAGE_RESOURCE_IN_USE, NULL, reason,
                        NULL);
        break;
    case BMC_ERROR_UNAVAILABLE:
    case BMC_ERROR_LIMIT:
        rf_messages_add(messages, RF_MESSAGE_SERVICE_TEMPORARILY_UNAVAILABLE,
                        NULL, reason, RETRY_AFTER, NULL);
        break;
    case BMC_ERROR_TIMEOUT:
        rf_messages_add(messages, RF_MESSAGE_OPERATION_TIMEOUT, NULL, reason,
                        NULL);
        break;
    default:
        rf_messages_add(messages, RF_MESSAGE_INTERNAL_ERROR, NULL, reason,
                        NULL);
        break;
    }
}

JsonArray *rf_messages_list(const RfMessages *messages)
{
    return messages->list;
}

bool rf_messages_empty(const RfMessages *messages)
{
    return messages->count == 0;
}

void rf_messages_add_object(RfMessages *messages, JsonObject *message,
                            unsigned status)
{
    messages->count++;
    if (messages->count == 1) {
        messages->first = RF_MESSAGE_GENERAL_ERROR;
        messages->status = status;
    }
    if (messages->count <= RF_MESSAGES_MAX) {
        json_array_add_object_element(messages->list, message);
    } else {
        json_object_unref(message);
    }
}

unsigned rf_messages_status(const RfMessages *messages)
{
    return messages->status ? messages->status :
           rf_message_table[messages->first].status;
}

const char *rf_messages_retry_after(const RfMessages *messages)
{
    switch (messages->first) {
    case RF_MESSAGE_SERVICE_TEMPORARILY_UNAVAILABLE:
    case RF_MESSAGE_OPERATION_TIMEOUT:
    case RF_MESSAGE_RESOURCE_IN_USE:
        return RETRY_AFTER;
    default:
        return NULL;
    }
}

GBytes *rf_messages_body(const RfMessages *messages)
{
    g_autoptr(JsonObject) root = json_object_new();
    JsonObject *error = json_object_new();
    const RfMessage *general = &rf_message_table[RF_MESSAGE_GENERAL_ERROR];
    const char *code = REGISTRY "GeneralError";
    const char *text = general->text;
    char *body;

    if (messages->count == 1) {
        JsonObject *only = json_array_get_object_element(messages->list, 0);

        code = json_object_get_string_member(only, "MessageId");
        text = json_object_get_string_member(only, "Message");
    }
    json_object_set_string_member(error, "code", code);
    json_object_set_string_member(error, "message", text);
    json_object_set_array_member(error, "@Message.ExtendedInfo",
                                 json_array_ref(messages->list));
    json_object_set_object_member(root, "error", error);
    body = json_print(root);
    return g_bytes_new_take(body, strlen(body));
}

char *rf_error_value_text(JsonNode *node)
{
    if (JSON_NODE_HOLDS_VALUE(node) &&
        json_node_get_value_type(node) == G_TYPE_STRING) {
        return json_node_dup_string(node);
    }
    return json_print_node(node);
}
