/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of the Base registry, and error bodies. */
#include "osdep.h"

#include "redfish/rf-error.h"

#include <stdarg.h>

#include "util/error.h"
#include "util/json.h"

#define REGISTRY "Base.1.22."
#define ARGS_MAX 3
#define ARG_MAX 80 /* characters; what clients send can be long */

/* What a client is told to wait while QEMU cannot be reached. */
#define RETRY_AFTER "5"

typedef struct Message {
    const char *key;
    unsigned status;
    const char *severity;
    unsigned n_args;
    const char *text;
    const char *resolution;
} Message;

struct RfMessages {
    JsonArray *list;
    RfMessageId first;
    unsigned count;
};

/* The texts are those of the registry, which clients may compare. */
static const Message messages_table[RF_MESSAGE__MAX] = {
    [RF_MESSAGE_ACCESS_UNAUTHORIZED] = {
        "AccessUnauthorized", 401, "Critical", 0,
        "Unauthorized.",
        "Resubmit the request with valid credentials." },
    [RF_MESSAGE_ACTION_PARAMETER_MISSING] = {
        "ActionParameterMissing", 400, "Critical", 2,
        "The action %1 requires the parameter %2 to be present in the "
        "request body.",
        "Supply the action with the required parameter in the request body "
        "when the request is resubmitted." },
    [RF_MESSAGE_ACTION_PARAMETER_UNKNOWN] = {
        "ActionParameterUnknown", 400, "Warning", 2,
        "The action %1 was submitted with the invalid parameter %2.",
        "Correct the invalid action parameter and resubmit the request if "
        "the operation failed." },
    [RF_MESSAGE_ACTION_PARAMETER_VALUE_NOT_IN_LIST] = {
        "ActionParameterValueNotInList", 400, "Warning", 3,
        "The value '%1' for the parameter %2 in the action %3 is not in the "
        "list of acceptable values.",
        "Choose a value from the enumeration list that the implementation "
        "can support and resubmit the request if the operation failed." },
    [RF_MESSAGE_ACTION_PARAMETER_VALUE_TYPE_ERROR] = {
        "ActionParameterValueTypeError", 400, "Warning", 3,
        "The value '%1' for the parameter %2 in the action %3 is not a type "
        "that the parameter can accept.",
        "Correct the value for the parameter in the request body and "
        "resubmit the request if the operation failed." },
    [RF_MESSAGE_EMPTY_JSON] = {
        "EmptyJSON", 400, "Warning", 0,
        "The request body submitted contained an empty JSON object and the "
        "service is unable to process it.",
        "Add properties in the JSON object and resubmit the request." },
    [RF_MESSAGE_GENERAL_ERROR] = {
        "GeneralError", 400, "Critical", 0,
        "A general error has occurred.  See Resolution for information on "
        "how to resolve the error, or @Message.ExtendedInfo if Resolution "
        "is not provided.",
        "None." },
    [RF_MESSAGE_HEADER_INVALID] = {
        "HeaderInvalid", 400, "Critical", 1,
        "Header '%1' is invalid.",
        "Resubmit the request with a valid request header." },
    [RF_MESSAGE_INSUFFICIENT_PRIVILEGE] = {
        "InsufficientPrivilege", 403, "Critical", 0,
        "There are insufficient privileges for the account or credentials "
        "associated with the current session to perform the requested "
        "operation.",
        "Either abandon the operation or change the associated access "
        "rights and resubmit the request if the operation failed." },
    [RF_MESSAGE_INTERNAL_ERROR] = {
        "InternalError", 500, "Critical", 0,
        "The request failed due to an internal service error.  The service "
        "is still operational.",
        "Resubmit the request.  If the problem persists, consider resetting "
        "the service." },
    [RF_MESSAGE_MALFORMED_JSON] = {
        "MalformedJSON", 400, "Critical", 0,
        "The request body submitted was malformed JSON and could not be "
        "parsed by the receiving service.",
        "Ensure that the request body is valid JSON and resubmit the "
        "request." },
    [RF_MESSAGE_MAXIMUM_ERRORS_EXCEEDED] = {
        "MaximumErrorsExceeded", 400, "Critical", 0,
        "Too many errors have occurred to report them all.",
        "Resolve other reported errors and retry the current operation." },
    [RF_MESSAGE_NO_OPERATION] = {
        "NoOperation", 400, "Warning", 0,
        "The request body submitted contain no data to act upon and no "
        "changes to the resource took place.",
        "Add properties in the JSON object and resubmit the request." },
    [RF_MESSAGE_OPERATION_NOT_ALLOWED] = {
        "OperationNotAllowed", 405, "Critical", 0,
        "The HTTP method is not allowed on this resource.",
        "None." },
    [RF_MESSAGE_OPERATION_TIMEOUT] = {
        "OperationTimeout", 503, "Warning", 0,
        "A timeout internal to the service occurred as part of the request. "
        " Partial results may have been returned.",
        "Resubmit the request.  If the problem persists, consider resetting "
        "the service or provider." },
    [RF_MESSAGE_PAYLOAD_TOO_LARGE] = {
        "PayloadTooLarge", 413, "Critical", 0,
        "The supplied payload exceeds the maximum size supported by the "
        "service.",
        "Check that the supplied payload is correct and supported by this "
        "service." },
    [RF_MESSAGE_PRECONDITION_FAILED] = {
        "PreconditionFailed", 412, "Critical", 0,
        "The ETag supplied did not match the ETag required to change this "
        "resource.",
        "Try the operation again using the appropriate ETag." },
    [RF_MESSAGE_PROPERTY_MISSING] = {
        "PropertyMissing", 400, "Warning", 1,
        "The property %1 is a required property and must be included in the "
        "request.",
        "Ensure that the property is in the request body and has a valid "
        "value and resubmit the request if the operation failed." },
    [RF_MESSAGE_PROPERTY_NOT_WRITABLE] = {
        "PropertyNotWritable", 400, "Warning", 1,
        "The property %1 is a read-only property and cannot be assigned a "
        "value.",
        "Remove the property from the request body and resubmit the request "
        "if the operation failed." },
    [RF_MESSAGE_PROPERTY_UNKNOWN] = {
        "PropertyUnknown", 400, "Warning", 1,
        "The property %1 is not in the list of valid properties for the "
        "resource.",
        "Remove the unknown property from the request body and resubmit the "
        "request if the operation failed." },
    [RF_MESSAGE_PROPERTY_VALUE_NOT_IN_LIST] = {
        "PropertyValueNotInList", 400, "Warning", 2,
        "The value '%1' for the property %2 is not in the list of "
        "acceptable values.",
        "Choose a value from the enumeration list that the implementation "
        "can support and resubmit the request if the operation failed." },
    [RF_MESSAGE_PROPERTY_VALUE_TYPE_ERROR] = {
        "PropertyValueTypeError", 400, "Warning", 2,
        "The value '%1' for the property %2 is not a type that the property "
        "can accept.",
        "Correct the value for the property in the request body and "
        "resubmit the request if the operation failed." },
    [RF_MESSAGE_QUERY_NOT_SUPPORTED_ON_OPERATION] = {
        "QueryNotSupportedOnOperation", 400, "Warning", 0,
        "Querying is not supported with the requested operation.",
        "Remove the query parameters and resubmit the request if the "
        "operation failed." },
    [RF_MESSAGE_QUERY_PARAMETER_UNSUPPORTED] = {
        "QueryParameterUnsupported", 501, "Warning", 1,
        "Query parameter '%1' is not supported.",
        "Correct or remove the query parameter and resubmit the request." },
    [RF_MESSAGE_RESOURCE_IN_STANDBY] = {
        "ResourceInStandby", 409, "Critical", 0,
        "The request could not be performed because the resource is in "
        "standby.",
        "Ensure that the resource is in the correct power state and "
        "resubmit the request." },
    [RF_MESSAGE_RESOURCE_IN_USE] = {
        "ResourceInUse", 409, "Warning", 0,
        "The change to the requested resource failed because the resource "
        "is in use or in transition.",
        "Remove the condition and resubmit the request if the operation "
        "failed." },
    [RF_MESSAGE_RESOURCE_MISSING_AT_URI] = {
        "ResourceMissingAtURI", 404, "Critical", 1,
        "The resource at the URI '%1' was not found.",
        "Place a valid resource at the URI or correct the URI and resubmit "
        "the request." },
    [RF_MESSAGE_SERVICE_SHUTTING_DOWN] = {
        "ServiceShuttingDown", 503, "Critical", 0,
        "The operation failed because the service is shutting down and can "
        "no longer take incoming requests.",
        "When the service becomes available, resubmit the request if the "
        "operation failed." },
    [RF_MESSAGE_SERVICE_TEMPORARILY_UNAVAILABLE] = {
        "ServiceTemporarilyUnavailable", 503, "Critical", 1,
        "The service is temporarily unavailable.  Retry in %1 seconds.",
        "Wait for the indicated retry duration and retry the operation." },
    [RF_MESSAGE_UNRECOGNIZED_REQUEST_BODY] = {
        "UnrecognizedRequestBody", 400, "Warning", 0,
        "The service detected a malformed request body that it was unable "
        "to interpret.",
        "Correct the request body and resubmit the request if it failed." },
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
static char *fill_in(const char *text, char *const args[ARGS_MAX])
{
    GString *out = g_string_new(NULL);
    const char *p;

    for (p = text; *p; p++) {
        if (p[0] == '%' && p[1] >= '1' && p[1] < '1' + ARGS_MAX &&
            args[p[1] - '1']) {
            g_string_append(out, args[p[1] - '1']);
            p++;
        } else {
            g_string_append_c(out, *p);
        }
    }
    return g_string_free(out, FALSE);
}

static JsonObject *message_object(const Message *message,
                                  const char *property,
                                  const char *resolution,
                                  char *const args[ARGS_MAX])
{
    JsonObject *object = json_object_new();
    g_autofree char *id = g_strconcat(REGISTRY, message->key, NULL);
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
    const Message *message = &messages_table[id];
    char *args[ARGS_MAX] = { NULL };
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
        message = &messages_table[RF_MESSAGE_MAXIMUM_ERRORS_EXCEEDED];
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
        messages->list, message_object(message, property, resolution, args));
    for (i = 0; i < ARGS_MAX; i++) {
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

bool rf_messages_empty(const RfMessages *messages)
{
    return messages->count == 0;
}

unsigned rf_messages_status(const RfMessages *messages)
{
    return messages_table[messages->first].status;
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
    const Message *general = &messages_table[RF_MESSAGE_GENERAL_ERROR];
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
