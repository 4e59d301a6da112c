/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client of RfService within the process. */
#include "osdep.h"

#include "rf-client.h"

#include "test-util.h"

static bool sink_push(RfSink *sink, GBytes *bytes)
{
    RfReply *reply = (RfReply *)((char *)sink - offsetof(RfReply, sink));
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);

    g_assert_false(reply->ended);
    g_assert_cmpuint(len, >, 0);
    g_string_append_len(reply->streamed, data, len);
    return true;
}

static size_t sink_pending(const RfSink *sink)
{
    return ((const RfReply *)((const char *)sink -
                              offsetof(RfReply, sink)))->full;
}

static void sink_end(RfSink *sink)
{
    RfReply *reply = (RfReply *)((char *)sink - offsetof(RfReply, sink));

    g_assert_false(reply->ended);
    reply->ended = true;
}

void rf_reply_hang_up(RfReply *reply)
{
    if (reply->stream && !reply->ended) {
        reply->ended = true;
        reply->stream->closed(reply->opaque);
    }
}

static void respond(const RfResponse *response, void *opaque)
{
    RfReply *reply = opaque;
    g_autoptr(GError) err = NULL;
    unsigned i;

    g_assert_false(reply->done);
    reply->done = true;
    reply->status = response->status;
    for (i = 0; i < response->n_headers; i++) {
        g_assert_true(g_hash_table_insert(
            reply->headers, g_strdup(response->headers[i].name),
            g_strdup(response->headers[i].value)));
    }
    if (response->stream) {
        reply->sink = (RfSink) { sink_push, sink_pending, sink_end };
        reply->stream = response->stream;
        reply->opaque = response->stream_opaque;
        reply->streamed = g_string_new(NULL);
        reply->stream->opened(&reply->sink, reply->opaque);
    }
    if (response->body) {
        gsize len;
        const char *data = g_bytes_get_data(response->body, &len);

        reply->text = g_strndup(data, len);
        reply->type = g_strdup(response->content_type);
        if (g_str_has_prefix(reply->type, "application/json")) {
            reply->json = json_parse_object(data, len, &err);
            g_assert_no_error(err);
        }
    }
}

static bool is_done(void *opaque)
{
    RfReply *reply = opaque;

    return reply->done;
}

RfReply *rf_client_start(RfClient *client, const RfRequest *request)
{
    RfReply *reply = g_new0(RfReply, 1);

    reply->headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                           g_free);
    rf_service_submit(client->service, request, respond, reply);
    return reply;
}

RfReply *rf_client_call(RfClient *client, const RfRequest *request)
{
    RfReply *reply = rf_client_start(client, request);

    rf_reply_wait(reply);
    return reply;
}

RfReply *rf_client_send(RfClient *client, const char *method,
                        const char *path, const char *body)
{
    g_autoptr(GBytes) bytes = body ? g_bytes_new(body, strlen(body)) : NULL;
    RfRequest request = {
        .method = method,
        .path = path,
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN },
        .body = bytes,
        .peer = "192.0.2.1",
    };

    return rf_client_call(client, &request);
}

void rf_reply_wait(RfReply *reply)
{
    g_assert_true(test_wait_until(is_done, reply, 60000));
}

const char *rf_reply_header(const RfReply *reply, const char *name)
{
    return g_hash_table_lookup(reply->headers, name);
}

JsonNode *rf_reply_node(const RfReply *reply, const char *pointer)
{
    g_auto(GStrv) names = g_strsplit(pointer + 1, "/", -1);
    JsonObject *object = reply->json;
    JsonNode *node = NULL;
    unsigned i;

    for (i = 0; names[i]; i++) {
        if (!object || !json_object_has_member(object, names[i])) {
            return NULL;
        }
        node = json_object_get_member(object, names[i]);
        object = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node)
                                              : NULL;
    }
    return node;
}

const char *rf_reply_text(const RfReply *reply, const char *pointer)
{
    JsonNode *node = rf_reply_node(reply, pointer);

    return node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node)
                                               : NULL;
}

char *rf_reply_messages(const RfReply *reply)
{
    JsonNode *info = rf_reply_node(reply, "/error/@Message.ExtendedInfo");
    GString *keys = g_string_new(NULL);
    JsonArray *array;
    unsigned i;

    g_assert_nonnull(info);
    array = json_node_get_array(info);
    for (i = 0; i < json_array_get_length(array); i++) {
        JsonObject *message = json_array_get_object_element(array, i);
        const char *id = json_object_get_string_member(message, "MessageId");
        JsonArray *related = NULL;

        g_assert_true(g_str_has_prefix(id, "Base."));
        g_string_append_printf(keys, "%s%s", i ? " " : "",
                               strrchr(id, '.') + 1);
        if (json_get_array(message, "RelatedProperties", &related) ==
            JSON_GET_OK) {
            g_string_append(keys, json_array_get_string_element(related, 0));
        }
    }
    return g_string_free(keys, FALSE);
}

void rf_reply_free(RfReply *reply)
{
    if (!reply) {
        return;
    }
    g_assert_true(reply->done);
    rf_reply_hang_up(reply);
    if (reply->streamed) {
        g_string_free(reply->streamed, true);
    }
    g_hash_table_unref(reply->headers);
    g_free(reply->type);
    g_free(reply->text);
    g_clear_pointer(&reply->json, json_object_unref);
    g_free(reply);
}
