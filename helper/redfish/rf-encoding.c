/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gzip where a client asks for it. */
#include "osdep.h"

#include "redfish/rf-encoding.h"

#include "redfish/rf-etag.h"

/* JSON and CSDL repeat themselves: more than this gains little. */
#define LEVEL 6

/* Weights are thousandths; -1 for what is not in the list. */
typedef struct Weights {
    int gzip;
    int identity;
    int any;
} Weights;

/* "0.5" is 500. What is no weight (RFC 9110 section 12.4.2) counts as 0. */
static int parse_weight(const char *text)
{
    int weight = 0;
    int unit = 1000;

    if (*text != '0' && *text != '1') {
        return 0;
    }
    weight = (*text - '0') * unit;
    text++;
    if (*text == '.') {
        text++;
        while (g_ascii_isdigit(*text) && unit > 1) {
            unit /= 10;
            weight += (*text - '0') * unit;
            text++;
        }
    }
    return *text || weight > 1000 ? 0 : weight;
}

static void parse_coding(char *item, Weights *weights)
{
    g_auto(GStrv) parts = g_strsplit(item, ";", -1);
    const char *name = g_strstrip(parts[0] ?: item);
    int weight = 1000;
    unsigned i;

    for (i = 1; parts[0] && parts[i]; i++) {
        const char *parameter = g_strstrip(parts[i]);

        if (g_ascii_strncasecmp(parameter, "q=", 2) == 0) {
            weight = parse_weight(parameter + 2);
        }
    }
    if (g_ascii_strcasecmp(name, "gzip") == 0 ||
        g_ascii_strcasecmp(name, "x-gzip") == 0) {
        weights->gzip = MAX(weights->gzip, weight);
    } else if (g_ascii_strcasecmp(name, "identity") == 0) {
        weights->identity = weight;
    } else if (g_str_equal(name, "*")) {
        weights->any = weight;
    }
}

bool rf_encoding_wants_gzip(const char *accept)
{
    Weights weights = { -1, -1, -1 };
    g_auto(GStrv) items = NULL;
    unsigned i;

    if (!accept) {
        return false;
    }
    items = g_strsplit(accept, ",", -1);
    for (i = 0; items[i]; i++) {
        parse_coding(items[i], &weights);
    }
    if (weights.gzip < 0) {
        weights.gzip = weights.any;
    }
    /* What is not listed is as good as anything, and costs more to send. */
    return weights.gzip > 0 && weights.gzip >= weights.identity;
}

char *rf_encoding_etag(const char *etag)
{
    return g_strdup_printf("%.*s" RF_ETAG_GZIP "\"",
                           (int)strlen(etag) - 1, etag);
}

GBytes *rf_encoding_gzip(GBytes *plain)
{
    g_autoptr(GZlibCompressor) gzip =
        g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, LEVEL);
    g_autoptr(GByteArray) out = g_byte_array_new();
    gsize len;
    const uint8_t *data = g_bytes_get_data(plain, &len);
    GConverterResult result;
    uint8_t buf[16 * 1024];
    gsize n_read, n_written;

    do {
        result = g_converter_convert(G_CONVERTER(gzip), data, len, buf,
                                     sizeof(buf), G_CONVERTER_INPUT_AT_END,
                                     &n_read, &n_written, NULL);
        /* Nothing that can be said of bytes in memory makes it fail. */
        g_assert(result != G_CONVERTER_ERROR);
        data += n_read;
        len -= n_read;
        g_byte_array_append(out, buf, n_written);
    } while (result != G_CONVERTER_FINISHED);
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

static void compress(GTask *task, void *source, void *data,
                     GCancellable *cancellable)
{
    g_task_return_pointer(task, rf_encoding_gzip(data),
                          (GDestroyNotify)g_bytes_unref);
}

void rf_encoding_gzip_async(GBytes *plain, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, rf_encoding_gzip_async);
    g_task_set_task_data(task, g_bytes_ref(plain),
                         (GDestroyNotify)g_bytes_unref);
    g_task_run_in_thread(task, compress);
}

GBytes *rf_encoding_gzip_finish(GAsyncResult *result)
{
    return g_task_propagate_pointer(G_TASK(result), NULL);
}
