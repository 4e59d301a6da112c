/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The serial console hub: the one end of the VM's serial line on this side.
 * QEMU takes one client per socket, so whoever wants to see the line reads
 * here: as many as like, each with a position of its own in a history of
 * bounded length; one at a time writes.
 *
 * A reader may slow the guest down to what a real serial line would carry
 * (115200 baud) but no further: one that is slower loses data, and is told
 * how much.
 */
#ifndef QEMU_BMC_CONSOLE_CONSOLE_H
#define QEMU_BMC_CONSOLE_CONSOLE_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bmc/bmc.h"

/* What is kept of the line's output. */
#define CONSOLE_HISTORY (128 * 1024)
/* What may wait on its way to the VM. */
#define CONSOLE_OUT_MAX 4096

typedef struct Console Console;
typedef struct ConsoleReader ConsoleReader;

/**
 * ConsoleEvent: what a reader is told.
 *
 * @CONSOLE_EVENT_DATA: there is something to read
 * @CONSOLE_EVENT_STATE: console_is_available() has changed
 * @CONSOLE_EVENT_WRITABLE: after a write that was cut short: there is room
 *                          again
 * @CONSOLE_EVENT_WRITER: somebody else is the writer now
 */
typedef enum ConsoleEvent {
    CONSOLE_EVENT_DATA,
    CONSOLE_EVENT_STATE,
    CONSOLE_EVENT_WRITABLE,
    CONSOLE_EVENT_WRITER,
} ConsoleEvent;

/**
 * ConsoleFunc: tells a reader; may free it.
 *
 * @opaque: as given to console_reader_new()
 * @event: what has happened
 */
typedef void (*ConsoleFunc)(void *opaque, ConsoleEvent event);

/**
 * console_new: make the hub of a VM's serial line. It connects when there is
 * a reason to believe that it will work: the path appears, QMP connects, the
 * machine begins to run, a reader comes. Only while a reader waits for a
 * TCP address does it try again and again, with a back-off.
 *
 * @bmc: the hub; must outlive the console
 * @addr: QEMU's chardev socket
 * @keep: connect also while nobody reads, for the history; otherwise the
 *        line is left alone until there is a reader, and given up with the
 *        last one
 *
 * Returns: (transfer full): the console
 */
Console *console_new(Bmc *bmc, GSocketAddress *addr, bool keep);

/**
 * console_free: free a console that has no readers any more.
 *
 * @console: the console, or NULL
 */
void console_free(Console *console);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Console, console_free)

/**
 * console_is_available: whether there is somebody at the other end: the
 * socket is connected and the machine is not known to be off.
 *
 * @console: the console
 *
 * Returns: true if characters can be exchanged
 */
bool console_is_available(const Console *console);

/**
 * console_reader_new: begin to read.
 *
 * @console: the console; must outlive the reader
 * @history: how many bytes of what is past to begin with, at most
 * @func: tells the reader
 * @opaque: handed to @func
 *
 * Returns: (transfer full): the reader
 */
ConsoleReader *console_reader_new(Console *console, size_t history,
                                  ConsoleFunc func, void *opaque);

/**
 * console_reader_free: stop reading, and writing.
 *
 * @reader: the reader, or NULL
 */
void console_reader_free(ConsoleReader *reader);

/**
 * console_reader_pending: how much can be read.
 *
 * @reader: the reader
 *
 * Returns: bytes
 */
size_t console_reader_pending(const ConsoleReader *reader);

/**
 * console_reader_read: read.
 *
 * @reader: the reader
 * @buf: where to
 * @size: its size in bytes
 * @lost: (nullable): set to how many bytes were lost before these
 *
 * Returns: how many bytes were read
 */
size_t console_reader_read(ConsoleReader *reader, void *buf, size_t size,
                           uint64_t *lost);

/**
 * console_reader_skip: drop everything that could be read now.
 *
 * @reader: the reader
 */
void console_reader_skip(ConsoleReader *reader);

/**
 * console_reader_take_writer: become the writer.
 *
 * @reader: the reader
 * @force: even if somebody else is, who then gets %CONSOLE_EVENT_WRITER
 *
 * Returns: true if @reader is the writer now
 */
bool console_reader_take_writer(ConsoleReader *reader, bool force);

/**
 * console_reader_write: send to the VM.
 *
 * @reader: the reader
 * @buf: what
 * @len: its length in bytes
 *
 * Returns: how many bytes were taken: fewer if the VM does not read, none
 * if @reader is not the writer or the VM is away
 */
size_t console_reader_write(ConsoleReader *reader, const void *buf,
                            size_t len);

/**
 * console_reader_flush: drop what has been written and is not on its way
 * yet.
 *
 * @reader: the writer; nothing happens if it is not
 */
void console_reader_flush(ConsoleReader *reader);

/**
 * console_reader_break: send BREAK to the VM. What is written afterwards
 * waits until QEMU has taken it. One that comes while another is on its way
 * is that one.
 *
 * @reader: the reader; nothing happens if it is not the writer, or if the VM
 *          is away
 */
void console_reader_break(ConsoleReader *reader);

#endif /* QEMU_BMC_CONSOLE_CONSOLE_H */
