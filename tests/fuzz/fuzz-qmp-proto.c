/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The QMP splitter and parser: the same messages come out however the bytes
 * are cut, and nothing that comes in ends the process.
 */
#include "osdep.h"

#include "qmp/qmp-proto.h"

#define MESSAGE_MAX 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void take_messages(QmpSplitter *splitter, GString *out, bool *failed)
{
    const char *text;
    size_t len;
    QmpSplit found;

    while ((found = qmp_splitter_next(splitter, &text, &len, NULL)) ==
           QMP_SPLIT_MESSAGE) {
        g_autoptr(QmpMessage) message = qmp_message_parse(text, len, NULL);

        g_assert(len > 0 && len <= MESSAGE_MAX);
        g_string_append_len(out, text, len);
        g_string_append_c(out, message ? 'm' : 'x');
    }
    *failed = found == QMP_SPLIT_ERROR;
}

static GString *split(const uint8_t *data, size_t len, size_t step)
{
    GString *out = g_string_new(NULL);
    QmpSplitter splitter;
    bool failed = false;
    size_t pos;

    qmp_splitter_init(&splitter, MESSAGE_MAX);
    for (pos = 0; pos < len && !failed; pos += step) {
        qmp_splitter_push(&splitter, data + pos, MIN(step, len - pos));
        take_messages(&splitter, out, &failed);
    }
    g_byte_array_unref(splitter.buf);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    g_autoptr(GString) whole = split(data, len, MAX(len, 1));
    g_autoptr(GString) bytes = split(data, len, 1);
    g_autoptr(GString) pieces = split(data, len, 7);

    g_assert(g_string_equal(whole, bytes));
    g_assert(g_string_equal(whole, pieces));
    return 0;
}
