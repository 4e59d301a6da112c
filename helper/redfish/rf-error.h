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
    RF_MESSAGE_ACCESS_UNAUTHORIZED,
    RF_MESSAGE_ACTION_PARAMETER_MISSING,
    RF_MESSAGE_ACTION_PARAMETER_UNKNOWN,
    RF_MESSAGE_ACTION_PARAMETER_VALUE_NOT_IN_LIST,
    RF_MESSAGE_ACTION_PARAMETER_VALUE_TYPE_ERROR,
    RF_MESSAGE_EMPTY_JSON,
    RF_MESSAGE_GENERAL_ERROR,
    RF_MESSAGE_HEADER_INVALID,
    RF_MESSAGE_INSUFFICIENT_PRIVILEGE,
    RF_MESSAGE_INTERNAL_ERROR,
    RF_MESSAGE_MALFORMED_JSON,
    RF_MESSAGE_MAXIMUM_ERRORS_EXCEEDED,
    RF_MESSAGE_NO_OPERATION,
    RF_MESSAGE_OPERATION_NOT_ALLOWED,
    RF_MESSAGE_OPERATION_TIMEOUT,
    RF_MESSAGE_PAYLOAD_TOO_LARGE,
    RF_MESSAGE_PRECONDITION_FAILED,
    RF_MESSAGE_PROPERTY_MISSING,
    RF_MESSAGE_PROPERTY_NOT_WRITABLE,
    RF_MESSAGE_PROPERTY_UNKNOWN,
    RF_MESSAGE_PROPERTY_VALUE_NOT_IN_LIST,
    RF_MESSAGE_PROPERTY_VALUE_TYPE_ERROR,
    RF_MESSAGE_QUERY_NOT_SUPPORTED_ON_OPERATION,
    RF_MESSAGE_QUERY_PARAMETER_UNSUPPORTED,
    RF_MESSAGE_RESOURCE_IN_STANDBY,
    RF_MESSAGE_RESOURCE_IN_USE,
    RF_MESSAGE_RESOURCE_MISSING_AT_URI,
    RF_MESSAGE_SERVICE_SHUTTING_DOWN,
    RF_MESSAGE_SERVICE_TEMPORARILY_UNAVAILABLE,
    RF_MESSAGE_UNRECOGNIZED_REQUEST_BODY,
    RF_MESSAGE__MAX,
} RfMessageId;

#define RF_MESSAGES_MAX 16

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
 * rf_messages_add_error: append what a failed operation of the hub means.
 *
 * @messages: the list
 * @err: the error, of domain BMC_ERROR or another
 */
void rf_messages_add_error(RfMessages *messages, const GError *err);

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
