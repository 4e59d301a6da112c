/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the console share; not for anybody else. */
#ifndef QEMU_BMC_CONSOLE_CONSOLE_PRIV_H
#define QEMU_BMC_CONSOLE_CONSOLE_PRIV_H

#include "console/console.h"

#include "util/dialer.h"

/**
 * Console: the hub.
 *
 * @keep: as given to console_new()
 * @is_path: a socket in the file system, whose appearance can be seen
 * @text: the address, for people
 * @dialer: at rest while connected, or while there is no reason to try
 * @sock: the line, or NULL
 * @connected_ms: when it was connected
 * @told: the log says that we wait
 * @available: as the readers were told last
 * @qmp: QMP was connected, @running: the machine ran, when looked last
 * @changes: on bmc_notifiers()
 * @in: what reads the line; NULL while it has to wait for a reader
 * @pace: runs while @in is NULL though the line is connected
 * @ring: the last %CONSOLE_HISTORY bytes; allocated when the first come
 * @head: how many bytes have ever come
 * @out: what waits for @out_source
 * @short_write: a write was cut short since the last %CONSOLE_EVENT_WRITABLE
 * @breaking: a BREAK is on its way, and @out waits for it
 * @cancellable: for what the machine is asked
 * @readers: queue of ConsoleReader
 * @events: notifies them, with a ConsoleEvent
 * @writer: one of them, or NULL
 */
struct Console {
    Bmc *bmc;
    Clock *clock;
    bool keep;
    bool is_path;
    char *text;
    Dialer *dialer;
    GSocket *sock;
    int64_t connected_ms;
    bool told;
    bool available;
    bool qmp;
    bool running;
    Notifier changes;
    GSource *in;
    ClockTimer *pace;
    uint8_t *ring;
    uint64_t head;
    uint8_t out[CONSOLE_OUT_MAX];
    size_t out_len;
    GSource *out_source;
    bool short_write;
    bool breaking;
    GCancellable *cancellable;
    GQueue readers;
    NotifierList events;
    ConsoleReader *writer;
};

/**
 * ConsoleReader: a reader.
 *
 * @pos: the position in what has ever come up to which it has read
 * @pace_pos: the same when @console->pace was started
 * @lossy: it was too slow; nobody waits for it until it has caught up
 */
struct ConsoleReader {
    Console *console;
    GList link;
    Notifier notifier;
    ConsoleFunc func;
    void *opaque;
    uint64_t pos;
    uint64_t pace_pos;
    bool lossy;
};

/**
 * console_line_wanted: there is a reader now, or none any more: connect or
 * disconnect accordingly.
 *
 * @console: the console
 */
void console_line_wanted(Console *console);

/**
 * console_line_send: send what is in @console->out, as far as possible.
 *
 * @console: the console
 */
void console_line_send(Console *console);

/**
 * console_line_resume: read on, unless a reader is too far behind.
 *
 * @console: the console
 */
void console_line_resume(Console *console);

/**
 * console_tell: tell all readers.
 *
 * @console: the console
 * @event: what has happened
 */
void console_tell(Console *console, ConsoleEvent event);

/**
 * console_line_break: send BREAK.
 *
 * @console: the console, available
 */
void console_line_break(Console *console);

#endif /* QEMU_BMC_CONSOLE_CONSOLE_PRIV_H */
