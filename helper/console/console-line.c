/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line itself: when it is connected, and what comes and goes on it. */
#include "osdep.h"

#include "console/console-priv.h"

#include <sys/socket.h>

#include "bmc/boot.h"
#include "util/addr.h"

#define CHUNK (16 * 1024)
/* A reader that is so far behind makes the line wait. */
#define LAG_MAX (CONSOLE_HISTORY / 2)
/* What 115200 baud carry in a second, with start and stop bit. */
#define PACE_MS 1000
#define PACE_BYTES 11520
/* A line that ends so soon is not called again at once. */
#define EARLY_MS 1000
/* What has been handed to the kernel cannot be taken back. */
#define SEND_BUFFER (8 * 1024)
/* So much room is worth telling of. */
#define WRITABLE_MIN 256

G_STATIC_ASSERT(LAG_MAX + CHUNK <= CONSOLE_HISTORY);

static void check_available(Console *console)
{
    bool available = console_is_available(console);

    if (available != console->available) {
        console->available = available;
        console_tell(console, CONSOLE_EVENT_STATE);
    }
}

static void stop_source(GSource **source)
{
    if (*source) {
        g_source_destroy(*source);
        g_clear_pointer(source, g_source_unref);
    }
}

static void disconnect(Console *console)
{
    clock_timer_stop(&console->pace);
    stop_source(&console->in);
    stop_source(&console->out_source);
    g_clear_object(&console->sock);
    console->out_len = 0;
}

/* Whether it makes sense to go on trying, or waiting for the path. */
static bool is_persistent(const Console *console)
{
    return console->readers.length || (console->keep && console->is_path);
}

static void line_ended(Console *console, const char *why)
{
    bool early = clock_now_ms(console->clock) - console->connected_ms <
                 EARLY_MS;

    g_info("serial port %s: %s", console->text, why);
    disconnect(console);
    if (is_persistent(console)) {
        dialer_start(console->dialer, early);
    }
    check_available(console);
}

static void store(Console *console, const uint8_t *buf, size_t len)
{
    size_t at = console->head % CONSOLE_HISTORY;
    size_t first = MIN(len, CONSOLE_HISTORY - at);

    if (!console->ring) {
        console->ring = g_malloc(CONSOLE_HISTORY);
    }
    memcpy(console->ring + at, buf, first);
    memcpy(console->ring, buf + first, len - first);
    console->head += len;
}

static bool must_wait(const Console *console)
{
    const ConsoleReader *reader;
    GList *at;

    for (at = console->readers.head; at; at = at->next) {
        reader = at->data;
        if (!reader->lossy && console->head - reader->pos >= LAG_MAX) {
            return true;
        }
    }
    return false;
}

static void pace_over(void *opaque)
{
    Console *console = opaque;
    ConsoleReader *reader;
    GList *at;

    for (at = console->readers.head; at; at = at->next) {
        reader = at->data;
        if (console->head - reader->pos >= LAG_MAX &&
            reader->pos - reader->pace_pos < PACE_BYTES) {
            reader->lossy = true;
        }
    }
    console_line_resume(console);
}

static void start_pace(Console *console)
{
    ConsoleReader *reader;
    GList *at;

    for (at = console->readers.head; at; at = at->next) {
        reader = at->data;
        reader->pace_pos = reader->pos;
    }
    clock_timer_start(console->clock, &console->pace, PACE_MS, pace_over,
                      console);
}

static gboolean on_readable(GSocket *sock, GIOCondition cond, void *opaque)
{
    Console *console = opaque;
    uint8_t buf[CHUNK];
    g_autoptr(GError) err = NULL;
    gssize n = g_socket_receive(sock, (char *)buf, sizeof(buf), NULL, &err);

    if (g_error_matches(err, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
        return G_SOURCE_CONTINUE;
    }
    if (n <= 0) {
        line_ended(console, err ? err->message : "closed by QEMU");
        return G_SOURCE_REMOVE;
    }
    store(console, buf, n);
    bmc_boot_console_output(console->bmc, buf, n);
    console_tell(console, CONSOLE_EVENT_DATA);
    /* The last reader may have gone, and the line with it */
    if (console->in && must_wait(console)) {
        stop_source(&console->in);
        start_pace(console);
    }
    return console->in ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void start_reading(Console *console)
{
    console->in = g_socket_create_source(console->sock, G_IO_IN, NULL);
    g_source_set_callback(console->in, G_SOURCE_FUNC(on_readable), console,
                          NULL);
    g_source_attach(console->in, NULL);
}

void console_line_resume(Console *console)
{
    if (!console->sock || console->in) {
        return;
    }
    if (must_wait(console)) {
        if (!console->pace) {
            start_pace(console);
        }
        return;
    }
    clock_timer_stop(&console->pace);
    start_reading(console);
}

/* Sends what waits, and tells if there is room again. */
static void go_on_sending(Console *console)
{
    console_line_send(console);
    if (console->short_write &&
        CONSOLE_OUT_MAX - console->out_len >= WRITABLE_MIN) {
        console->short_write = false;
        console_tell(console, CONSOLE_EVENT_WRITABLE);
    }
}

static gboolean on_writable(GSocket *sock, GIOCondition cond, void *opaque)
{
    Console *console = opaque;

    go_on_sending(console);
    return console->out_source ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* That the line has ended is noticed where it is read. */
void console_line_send(Console *console)
{
    g_autoptr(GError) err = NULL;
    gssize n = 0;

    if (console->breaking) {
        stop_source(&console->out_source);
        return;
    }
    if (console->out_len) {
        n = g_socket_send(console->sock, (const char *)console->out,
                          console->out_len, NULL, &err);
    }
    if (n < 0 &&
        !g_error_matches(err, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
        n = console->out_len;
    }
    if (n > 0) {
        console->out_len -= n;
        memmove(console->out, console->out + n, console->out_len);
    }
    if (!console->out_len) {
        stop_source(&console->out_source);
    } else if (!console->out_source) {
        console->out_source = g_socket_create_source(console->sock, G_IO_OUT,
                                                     NULL);
        g_source_set_callback(console->out_source,
                              G_SOURCE_FUNC(on_writable), console, NULL);
        g_source_attach(console->out_source, NULL);
    }
}

static void break_done(GObject *source, GAsyncResult *res, void *opaque)
{
    Console *console = opaque;
    g_autoptr(GError) err = NULL;

    if (!machine_send_break_finish(res, &err)) {
        if (g_error_matches(err, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
            return;
        }
        g_info("serial port %s: no BREAK: %s", console->text, err->message);
    }
    console->breaking = false;
    if (console->sock) {
        go_on_sending(console);
    }
}

/* Our peer's name is the one by which QEMU calls its socket. */
void console_line_break(Console *console)
{
    g_autoptr(GSocketAddress) peer =
        g_socket_get_remote_address(console->sock, NULL);
    g_autofree char *address = addr_to_string(peer);

    console->breaking = true;
    bmc_send_break(console->bmc, address, console->cancellable, break_done,
                   console);
}

static void on_dialled(void *opaque, GSocket *sock, const GError *err)
{
    Console *console = opaque;

    if (sock) {
        console->sock = sock;
        console->connected_ms = clock_now_ms(console->clock);
        console->told = false;
        g_socket_set_option(sock, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER, NULL);
        g_info("serial port %s: connected", console->text);
        start_reading(console);
        check_available(console);
        return;
    }
    if (!err) {
        return;
    }
    if (!console->told && console->readers.length) {
        console->told = true;
        g_message("cannot connect to the serial port %s: %s (is QEMU running "
                  "with -serial on this socket, server=on?)", console->text,
                  err->message);
    }
    if (!is_persistent(console)) {
        dialer_stop(console->dialer);
    }
}

void console_line_wanted(Console *console)
{
    if (!console->readers.length && !console->keep) {
        dialer_stop(console->dialer);
        disconnect(console);
        console->available = false;
    } else if (!console->sock) {
        dialer_start(console->dialer, false);
    } else {
        console_line_resume(console);
    }
}

/* A machine that begins to run may have a serial port, too. */
static void machine_changed(void *opaque, const void *data)
{
    Console *console = opaque;
    const Machine *machine = bmc_machine(console->bmc);
    bool qmp = machine->connected;
    bool running = machine->state == MACHINE_STATE_RUNNING;
    bool begins = (qmp && !console->qmp) || (running && !console->running);

    console->qmp = qmp;
    console->running = running;
    if (begins && !console->sock &&
        (console->keep || console->readers.length)) {
        dialer_start(console->dialer, false);
    }
    check_available(console);
}

Console *console_new(Bmc *bmc, GSocketAddress *addr, bool keep)
{
    Console *console = g_new0(Console, 1);

    console->bmc = bmc;
    console->clock = clock_ref(bmc_clock(bmc));
    console->keep = keep;
    console->is_path = g_socket_address_get_family(addr) ==
                       G_SOCKET_FAMILY_UNIX;
    console->text = addr_to_string(addr);
    console->dialer = dialer_new(addr, console->clock, on_dialled, console);
    console->cancellable = g_cancellable_new();
    g_queue_init(&console->readers);
    notifier_list_add(bmc_notifiers(bmc), &console->changes, machine_changed,
                      console);
    if (keep) {
        dialer_start(console->dialer, false);
    }
    machine_changed(console, NULL);
    return console;
}

void console_free(Console *console)
{
    if (!console) {
        return;
    }
    g_assert(!console->readers.length);
    notifier_remove(&console->changes);
    g_cancellable_cancel(console->cancellable);
    g_object_unref(console->cancellable);
    disconnect(console);
    dialer_free(console->dialer);
    clock_unref(console->clock);
    g_free(console->ring);
    g_free(console->text);
    g_free(console);
}

bool console_is_available(const Console *console)
{
    return console->sock &&
           !machine_state_is_off(bmc_machine(console->bmc)->state);
}
