/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Redfish errors: messages of DMTF's Base message registry (DSP8011) and the
 * error body that carries them (DSP0266 section "Error responses").
 */
#ifndef QEMU_BMC_REDFISH_RF_ERROR_H
#define QEMU_BMC_REDFISH_RF_ERROR_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

/**
 * RfMessageId: the messages in use; each has the key of the same spelling in
 * the registry.
 */
typedef enum RfMessageId {
    RF_MESSAGE_ACCESS_DENIED,
    RF_MESSAGE_ACCESS_FORBIDDEN,
    RF_MESSAGE_ACCESS_UNAUTHORIZED,
    RF_MESSAGE_ACCOUNT_MODIFIED,
    RF_MESSAGE_ACCOUNT_REMOVED,
    RF_MESSAGE_ACTION_NOT_SUPPORTED,
    RF_MESSAGE_ACTION_PARAMETER_MISSING,
    RF_MESSAGE_ACTION_PARAMETER_NOT_SUPPORTED,
    RF_MESSAGE_ACTION_PARAMETER_UNKNOWN,
    RF_MESSAGE_ACTION_PARAMETER_VALUE_CONFLICT,
    RF_MESSAGE_ACTION_PARAMETER_VALUE_ERROR,
    RF_MESSAGE_ACTION_PARAMETER_VALUE_FORMAT_ERROR,
    RF_MESSAGE_ACTION_PARAMETER_VALUE_NOT_IN_LIST,
    RF_MESSAGE_ACTION_PARAMETER_VALUE_OUT_OF_RANGE,
    RF_MESSAGE_ACTION_PARAMETER_VALUE_TYPE_ERROR,
    RF_MESSAGE_ARRAY_SIZE_TOO_LONG,
    RF_MESSAGE_COULD_NOT_ESTABLISH_CONNECTION,
    RF_MESSAGE_CREATE_FAILED_MISSING_REQ_PROPERTIES,
    RF_MESSAGE_CREATE_LIMIT_REACHED_FOR_RESOURCE,
    RF_MESSAGE_CREATED,
    RF_MESSAGE_EMPTY_JSON,
    RF_MESSAGE_EVENT_BUFFER_EXCEEDED,
    RF_MESSAGE_EVENT_SUBSCRIPTION_LIMIT_EXCEEDED,
    RF_MESSAGE_GENERAL_ERROR,
    RF_MESSAGE_HEADER_INVALID,
    RF_MESSAGE_HEADER_MISSING,
    RF_MESSAGE_INSUFFICIENT_PRIVILEGE,
    RF_MESSAGE_INSUFFICIENT_STORAGE,
    RF_MESSAGE_INTERNAL_ERROR,
    RF_MESSAGE_MALFORMED_JSON,
    RF_MESSAGE_MAXIMUM_ERRORS_EXCEEDED,
    RF_MESSAGE_MISSING_OR_MALFORMED_PART,
    RF_MESSAGE_NETWORK_NAME_RESOLUTION_NOT_SUPPORTED,
    RF_MESSAGE_NO_OPERATION,
    RF_MESSAGE_NO_VALID_SESSION,
    RF_MESSAGE_OPERATION_FAILED,
    RF_MESSAGE_OPERATION_NOT_ALLOWED,
    RF_MESSAGE_OPERATION_TIMEOUT,
    RF_MESSAGE_PASSWORD_CHANGE_REQUIRED,
    RF_MESSAGE_PASSWORD_INCORRECT_LENGTH,
    RF_MESSAGE_PAYLOAD_TOO_LARGE,
    RF_MESSAGE_PRECONDITION_FAILED,
    RF_MESSAGE_PRECONDITION_REQUIRED,
    RF_MESSAGE_PROPERTY_DUPLICATE,
    RF_MESSAGE_PROPERTY_MISSING,
    RF_MESSAGE_PROPERTY_MODIFIED,
    RF_MESSAGE_PROPERTY_NOT_UPDATED,
    RF_MESSAGE_PROPERTY_NOT_WRITABLE,
    RF_MESSAGE_PROPERTY_UNKNOWN,
    RF_MESSAGE_PROPERTY_VALUE_CONFLICT,
    RF_MESSAGE_PROPERTY_VALUE_ERROR,
    RF_MESSAGE_PROPERTY_VALUE_FORMAT_ERROR,
    RF_MESSAGE_PROPERTY_VALUE_INCORRECT,
    RF_MESSAGE_PROPERTY_VALUE_MODIFIED,
    RF_MESSAGE_PROPERTY_VALUE_NOT_IN_LIST,
    RF_MESSAGE_PROPERTY_VALUE_OUT_OF_RANGE,
    RF_MESSAGE_PROPERTY_VALUE_RESOURCE_CONFLICT,
    RF_MESSAGE_PROPERTY_VALUE_TYPE_ERROR,
    RF_MESSAGE_QUERY_COMBINATION_INVALID,
    RF_MESSAGE_QUERY_NOT_SUPPORTED_ON_OPERATION,
    RF_MESSAGE_QUERY_NOT_SUPPORTED_ON_RESOURCE,
    RF_MESSAGE_QUERY_PARAMETER_OUT_OF_RANGE,
    RF_MESSAGE_QUERY_PARAMETER_UNSUPPORTED,
    RF_MESSAGE_QUERY_PARAMETER_VALUE_ERROR,
    RF_MESSAGE_QUERY_PARAMETER_VALUE_FORMAT_ERROR,
    RF_MESSAGE_QUERY_PARAMETER_VALUE_TYPE_ERROR,
    RF_MESSAGE_RESET_REQUIRED,
    RF_MESSAGE_RESOURCE_ALREADY_EXISTS,
    RF_MESSAGE_RESOURCE_AT_URI_UNAUTHORIZED,
    RF_MESSAGE_RESOURCE_CANNOT_BE_DELETED,
    RF_MESSAGE_RESOURCE_IN_STANDBY,
    RF_MESSAGE_RESOURCE_IN_USE,
    RF_MESSAGE_RESOURCE_MISSING_AT_URI,
    RF_MESSAGE_RESOURCE_NOT_FOUND,
    RF_MESSAGE_RESTRICTED_ROLE,
    RF_MESSAGE_SERVICE_DISABLED,
    RF_MESSAGE_SERVICE_SHUTTING_DOWN,
    RF_MESSAGE_SERVICE_TEMPORARILY_UNAVAILABLE,
    RF_MESSAGE_SESSION_LIMIT_EXCEEDED,
    RF_MESSAGE_SESSION_TERMINATED,
    RF_MESSAGE_SOURCE_DOES_NOT_SUPPORT_PROTOCOL,
    RF_MESSAGE_STRING_VALUE_TOO_LONG,
    RF_MESSAGE_STRING_VALUE_TOO_SHORT,
    RF_MESSAGE_SUCCESS,
    RF_MESSAGE_UNRECOGNIZED_REQUEST_BODY,
    RF_MESSAGE__MAX,
} RfMessageId;

#define RF_MESSAGES_MAX 16
#define RF_MESSAGE_ARGS_MAX 3

/**
 * RfMessage: a message of the Base registry.
 *
 * @key: its key there
 * @status: the HTTP status that goes with it
 * @severity: "OK", "Warning" or "Critical"
 * @n_args: number of arguments
 * @text: the text, with %1 and up for arguments
 * @resolution: what to do about it
 */
typedef struct RfMessage {
    const char *key;
    unsigned status;
    const char *severity;
    unsigned n_args;
    const char *text;
    const char *resolution;
} RfMessage;

extern const RfMessage rf_message_table[RF_MESSAGE__MAX];

typedef struct RfMessages RfMessages;

/**
 * rf_messages_new: make an empty list of messages.
 *
 * Returns: (transfer full): the list
 */
RfMessages *rf_messages_new(void);

/**
 * rf_messages_free: free a list.
 *
 * @messages: the list, or NULL
 */
void rf_messages_free(RfMessages *messages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RfMessages, rf_messages_free)

/**
 * rf_messages_add: append a message. Beyond %RF_MESSAGES_MAX only the fact
 * is noted (MaximumErrorsExceeded).
 *
 * @messages: the list
 * @id: the message
 * @property: (nullable): JSON pointer of the property that it is about,
 *            without the leading '#'
 * @resolution: (nullable): what to say instead of the registry's resolution
 * @...: the message's arguments, const char *, ended by NULL; long ones
 *       are cut
 */
void rf_messages_add(RfMessages *messages, RfMessageId id,
                     const char *property, const char *resolution,
                     ...) G_GNUC_NULL_TERMINATED;

/**
 * rf_message_object: a message as JSON (DSP0268 Message).
 *
 * @prefix: registry and version that its id begins with: "Base.1.22."
 * @message: the message
 * @property: (nullable): JSON pointer of the property that it is about,
 *            without the leading '#'
 * @resolution: (nullable): what to say instead of the registry's resolution
 * @args: as many as it has
 *
 * Returns: (transfer full): JSON
 */
JsonObject *rf_message_object(const char *prefix, const RfMessage *message,
                              const char *property, const char *resolution,
                              const char *const args[RF_MESSAGE_ARGS_MAX]);

/**
 * rf_messages_list: the messages as JSON (DSP0268 Message).
 *
 * @messages: the list
 *
 * Returns: (transfer none): array of objects
 */
JsonArray *rf_messages_list(const RfMessages *messages);

/**
 * rf_messages_add_error: append what a failed operation of the hub means.
 *
 * @messages: the list
 * @err: the error, of domain BMC_ERROR or another
 */
void rf_messages_add_error(RfMessages *messages, const GError *err);

/**
 * rf_messages_add_object: append a message of another registry.
 *
 * @messages: the list
 * @message: (transfer full): as rf_message_object() makes it
 * @status: the HTTP status that goes with it
 */
void rf_messages_add_object(RfMessages *messages, JsonObject *message,
                            unsigned status);

/**
 * rf_messages_empty: whether nothing was added.
 *
 * @messages: the list
 *
 * Returns: true if empty
 */
bool rf_messages_empty(const RfMessages *messages);

/**
 * rf_messages_status: the HTTP status that goes with the first message.
 *
 * @messages: the list, not empty
 *
 * Returns: HTTP status
 */
unsigned rf_messages_status(const RfMessages *messages);

/**
 * rf_messages_retry_after: how long the client should wait before it tries
 * again.
 *
 * @messages: the list, not empty
 *
 * Returns: seconds as text, or NULL when trying again is of no use
 */
const char *rf_messages_retry_after(const RfMessages *messages);

/**
 * rf_messages_body: the body of the error response.
 *
 * @messages: the list, not empty
 *
 * Returns: (transfer full): JSON
 */
GBytes *rf_messages_body(const RfMessages *messages);

/**
 * rf_error_value_text: a JSON value as an argument of a message: text as it
 * is, anything else as JSON.
 *
 * @node: the value
 *
 * Returns: (transfer full): text
 */
char *rf_error_value_text(JsonNode *node);

#endif /* QEMU_BMC_REDFISH_RF_ERROR_H */
