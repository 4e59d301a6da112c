/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readers of the line, and the writer among them. */
#include "osdep.h"

#include "console/console-priv.h"

void console_tell(Console *console, ConsoleEvent event)
{
    notifier_list_notify(&console->events, &event);
}

static void told(void *opaque, const void *data)
{
    ConsoleReader *reader = opaque;

    reader->func(reader->opaque, *(const ConsoleEvent *)data);
}

ConsoleReader *console_reader_new(Console *console, size_t history,
                                  ConsoleFunc func, void *opaque)
{
    ConsoleReader *reader = g_new0(ConsoleReader, 1);

    reader->console = console;
    reader->func = func;
    reader->opaque = opaque;
    reader->pos = console->head - MIN(history,
                                      MIN(console->head, CONSOLE_HISTORY));
    reader->link.data = reader;
    g_queue_push_tail_link(&console->readers, &reader->link);
    notifier_list_add(&console->events, &reader->notifier, told, reader);
    console_line_wanted(console);
    return reader;
}

void console_reader_free(ConsoleReader *reader)
{
    Console *console;

    if (!reader) {
        return;
    }
    console = reader->console;
    console_reader_flush(reader);
    if (console->writer == reader) {
        console->writer = NULL;
    }
    notifier_remove(&reader->notifier);
    g_queue_unlink(&console->readers, &reader->link);
    g_free(reader);
    if (!console->readers.length) {
        console_line_wanted(console);
    } else {
        console_line_resume(console);
    }
}

size_t console_reader_pending(const ConsoleReader *reader)
{
    return MIN(reader->console->head - reader->pos, CONSOLE_HISTORY);
}

size_t console_reader_read(ConsoleReader *reader, void *buf, size_t size,
                           uint64_t *lost)
{
    Console *console = reader->console;
    size_t len = MIN(size, console_reader_pending(reader));
    uint64_t gap = 0;
    size_t first;
    size_t at;

    if (console->head - reader->pos > CONSOLE_HISTORY) {
        gap = console->head - CONSOLE_HISTORY - reader->pos;
        reader->pos += gap;
    }
    if (lost) {
        *lost = gap;
    }
    if (len) {
        at = reader->pos % CONSOLE_HISTORY;
        first = MIN(len, CONSOLE_HISTORY - at);
        memcpy(buf, console->ring + at, first);
        memcpy((uint8_t *)buf + first, console->ring, len - first);
        reader->pos += len;
    }
    if (reader->pos == console->head) {
        reader->lossy = false;
    }
    console_line_resume(console);
    return len;
}

void console_reader_skip(ConsoleReader *reader)
{
    reader->pos = reader->console->head;
    reader->lossy = false;
    console_line_resume(reader->console);
}

bool console_reader_take_writer(ConsoleReader *reader, bool force)
{
    Console *console = reader->console;
    ConsoleReader *loser = console->writer;

    if (loser == reader) {
        return true;
    }
    if (loser && !force) {
        return false;
    }
    console->writer = reader;
    if (loser) {
        loser->func(loser->opaque, CONSOLE_EVENT_WRITER);
    }
    return true;
}

size_t console_reader_write(ConsoleReader *reader, const void *buf,
                            size_t len)
{
    Console *console = reader->console;
    size_t n = MIN(len, CONSOLE_OUT_MAX - console->out_len);

    if (console->writer != reader || !console_is_available(console)) {
        return 0;
    }
    memcpy(console->out + console->out_len, buf, n);
    console->out_len += n;
    if (n < len) {
        console->short_write = true;
    }
    if (!console->out_source) {
        console_line_send(console);
    }
    return n;
}

void console_reader_break(ConsoleReader *reader)
{
    Console *console = reader->console;

    if (console->writer == reader && console_is_available(console) &&
        !console->breaking) {
        console_line_break(console);
    }
}

void console_reader_flush(ConsoleReader *reader)
{
    Console *console = reader->console;

    if (console->writer == reader && console->out_len) {
        console->out_len = 0;
        console_line_send(console);
    }
}
