/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client of RfService within the process. */
#ifndef QEMU_BMC_TESTS_RF_CLIENT_H
#define QEMU_BMC_TESTS_RF_CLIENT_H

#include "redfish/rf.h"
#include "util/json.h"

#define ADMIN "Basic YWRtaW46cGFzc3dvcmQ="   /* admin:password */

#define SYSTEM "/redfish/v1/Systems/1"
#define RESET SYSTEM "/Actions/ComputerSystem.Reset"

/**
 * RfClient: a service on a hub.
 */
typedef struct RfClient {
    Bmc *bmc;
    RfService *service;
} RfClient;

/**
 * RfReply: what came back.
 *
 * @done: it has come
 * @status: HTTP status
 * @headers: names and values
 * @type: type of the body, NULL when there was none
 * @text: the body, NULL when there was none
 * @json: the body, parsed, where it is JSON
 * @sink: where a body goes that comes piece by piece
 * @stream: (nullable): who makes that
 * @opaque: handed to its functions
 * @streamed: what of it has come
 * @full: bytes that stand for what is not sent yet
 * @ended: it has come to its end
 */
typedef struct RfReply {
    bool done;
    unsigned status;
    GHashTable *headers;
    char *type;
    char *text;
    JsonObject *json;
    RfSink sink;
    const RfStream *stream;
    void *opaque;
    GString *streamed;
    size_t full;
    bool ended;
} RfReply;

/**
 * rf_client_start: send a request.
 *
 * @client: the client
 * @request: the request
 *
 * Returns: (transfer full): the reply, possibly not there yet
 */
RfReply *rf_client_start(RfClient *client, const RfRequest *request);

/**
 * rf_client_call: send a request and wait for its reply.
 *
 * @client: the client
 * @request: the request
 *
 * Returns: (transfer full): the reply
 */
RfReply *rf_client_call(RfClient *client, const RfRequest *request);

/**
 * rf_client_send: a request as the administrator.
 *
 * @client: the client
 * @method: the method
 * @path: the path
 * @body: (nullable): JSON
 *
 * Returns: (transfer full): the reply
 */
RfReply *rf_client_send(RfClient *client, const char *method,
                        const char *path, const char *body);

/**
 * rf_reply_wait: wait for a reply; ends the test when none comes.
 *
 * @reply: the reply
 */
void rf_reply_wait(RfReply *reply);

/**
 * rf_reply_hang_up: the client of a body that comes piece by piece is gone.
 *
 * @reply: the reply
 */
void rf_reply_hang_up(RfReply *reply);

/**
 * rf_reply_header: a header of a reply.
 *
 * @reply: the reply
 * @name: its name
 *
 * Returns: (transfer none): its value, or NULL
 */
const char *rf_reply_header(const RfReply *reply, const char *name);

/**
 * rf_reply_text: a string in the body.
 *
 * @reply: the reply
 * @pointer: JSON pointer to it, object members only
 *
 * Returns: (transfer none): the text, or NULL if there is none
 */
const char *rf_reply_text(const RfReply *reply, const char *pointer);

/**
 * rf_reply_node: a value in the body.
 *
 * @reply: the reply
 * @pointer: JSON pointer to it, object members only
 *
 * Returns: (transfer none): the value, or NULL if there is none
 */
JsonNode *rf_reply_node(const RfReply *reply, const char *pointer);

/**
 * rf_reply_messages: keys of the messages of an error, blank-separated, each
 * followed by the property that it is about: "PropertyUnknown#/X".
 *
 * @reply: the reply
 *
 * Returns: (transfer full): text
 */
char *rf_reply_messages(const RfReply *reply);

/**
 * rf_reply_free: free a reply that has come.
 *
 * @reply: the reply, or NULL
 */
void rf_reply_free(RfReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RfReply, rf_reply_free)

#endif /* QEMU_BMC_TESTS_RF_CLIENT_H */
