/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GIOStream with an input of its own. */
#include "osdep.h"

#include "redfish/http-stream.h"

G_DECLARE_FINAL_TYPE(HttpInput, http_input, HTTP, INPUT, GInputStream)

struct _HttpInput {
    GInputStream parent_instance;
    GByteArray *fed; /* NULL when all was read */
    size_t pos;      /* how much of @fed was read */
};

struct _HttpStream {
    GIOStream parent_instance;
    GIOStream *base;
    HttpInput *input;
    HttpStreamClosed closed;
    void *opaque;
};

static void http_input_pollable_init(GPollableInputStreamInterface *iface);

G_DEFINE_TYPE_WITH_CODE(HttpInput, http_input, G_TYPE_INPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_INPUT_STREAM,
                                              http_input_pollable_init))
G_DEFINE_TYPE(HttpStream, http_stream, G_TYPE_IO_STREAM)

static gssize http_input_read_nonblocking(GPollableInputStream *stream,
                                          void *buf, gsize count,
                                          GError **errp)
{
    HttpInput *input = HTTP_INPUT(stream);

    if (!input->fed) {
        g_set_error_literal(errp, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK,
                            "the request has been read");
        return -1;
    }
    count = MIN(count, input->fed->len - input->pos);
    memcpy(buf, input->fed->data + input->pos, count);
    input->pos += count;
    if (input->pos == input->fed->len) {
        g_clear_pointer(&input->fed, g_byte_array_unref);
    }
    return count;
}

static gssize http_input_read(GInputStream *stream, void *buf, gsize count,
                              GCancellable *cancellable, GError **errp)
{
    /* Nothing in this process reads a connection blockingly. */
    return http_input_read_nonblocking(G_POLLABLE_INPUT_STREAM(stream), buf,
                                       count, errp);
}

static gboolean http_input_is_readable(GPollableInputStream *stream)
{
    return HTTP_INPUT(stream)->fed != NULL;
}

static GSource *http_input_create_source(GPollableInputStream *stream,
                                         GCancellable *cancellable)
{
    HttpInput *input = HTTP_INPUT(stream);
    g_autoptr(GSource) base = NULL;

    if (input->fed) {
        base = g_timeout_source_new(0);
    }
    return g_pollable_source_new_full(stream, base, cancellable);
}

static void http_input_pollable_init(GPollableInputStreamInterface *iface)
{
    iface->is_readable = http_input_is_readable;
    iface->create_source = http_input_create_source;
    iface->read_nonblocking = http_input_read_nonblocking;
}

static void http_input_finalize(GObject *object)
{
    HttpInput *input = HTTP_INPUT(object);

    g_clear_pointer(&input->fed, g_byte_array_unref);
    G_OBJECT_CLASS(http_input_parent_class)->finalize(object);
}

static void http_input_class_init(HttpInputClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = http_input_finalize;
    G_INPUT_STREAM_CLASS(klass)->read_fn = http_input_read;
}

static void http_input_init(HttpInput *input)
{
}

static GInputStream *http_stream_get_input(GIOStream *io)
{
    return G_INPUT_STREAM(HTTP_STREAM(io)->input);
}

static GOutputStream *http_stream_get_output(GIOStream *io)
{
    return g_io_stream_get_output_stream(HTTP_STREAM(io)->base);
}

static gboolean http_stream_close(GIOStream *io, GCancellable *cancellable,
                                  GError **errp)
{
    HttpStream *stream = HTTP_STREAM(io);

    if (stream->closed) {
        stream->closed(stream->opaque);
    }
    return TRUE;
}

static void http_stream_finalize(GObject *object)
{
    HttpStream *stream = HTTP_STREAM(object);

    g_clear_object(&stream->input);
    g_clear_object(&stream->base);
    G_OBJECT_CLASS(http_stream_parent_class)->finalize(object);
}

static void http_stream_class_init(HttpStreamClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = http_stream_finalize;
    G_IO_STREAM_CLASS(klass)->get_input_stream = http_stream_get_input;
    G_IO_STREAM_CLASS(klass)->get_output_stream = http_stream_get_output;
    G_IO_STREAM_CLASS(klass)->close_fn = http_stream_close;
}

static void http_stream_init(HttpStream *stream)
{
}

HttpStream *http_stream_new(GIOStream *base, HttpStreamClosed closed,
                            void *opaque)
{
    HttpStream *stream = g_object_new(http_stream_get_type(), NULL);

    stream->base = g_object_ref(base);
    stream->closed = closed;
    stream->opaque = opaque;
    stream->input = g_object_new(http_input_get_type(), NULL);
    return stream;
}

void http_stream_detach(HttpStream *stream)
{
    stream->closed = NULL;
    stream->opaque = NULL;
}

void http_stream_feed(HttpStream *stream, GByteArray *bytes)
{
    http_stream_unfeed(stream);
    stream->input->fed = bytes;
}

void http_stream_unfeed(HttpStream *stream)
{
    g_clear_pointer(&stream->input->fed, g_byte_array_unref);
    stream->input->pos = 0;
}
