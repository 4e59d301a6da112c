/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hub of the serial line: readers, history, writer, connecting. */
#include "osdep.h"

#include "console/console.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "bmc-fixture.h"
#include "test-util.h"

typedef struct LineFixture {
    Fixture base;
    char *path;
    GSocket *listener;
    GSocket *line;
    Console *console;
} LineFixture;

typedef struct Witness {
    ConsoleReader *reader;
    unsigned count[CONSOLE_EVENT_WRITER + 1];
} Witness;

static void note(void *opaque, ConsoleEvent event)
{
    Witness *witness = opaque;

    witness->count[event]++;
}

static void join(LineFixture *f, Witness *witness, size_t history)
{
    memset(witness, 0, sizeof(*witness));
    witness->reader = console_reader_new(f->console, history, note, witness);
    test_drain();
}

static void listen_here(LineFixture *f)
{
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(f->path);

    f->listener = g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0,
                               NULL);
    g_socket_set_blocking(f->listener, FALSE);
    g_assert_true(g_socket_bind(f->listener, addr, FALSE, NULL));
    g_assert_true(g_socket_listen(f->listener, NULL));
    test_drain();
}

static bool accept_line(LineFixture *f)
{
    test_drain();
    f->line = g_socket_accept(f->listener, NULL, NULL);
    if (f->line) {
        g_socket_set_blocking(f->line, FALSE);
    }
    return f->line != NULL;
}

static void setup(LineFixture *f, bool keep)
{
    g_autoptr(GSocketAddress) addr = NULL;

    fixture_init(&f->base, MACHINE_STATE_RUNNING);
    fixture_start(&f->base);
    f->path = test_dir_file(f->base.dir, "serial.sock");
    addr = g_unix_socket_address_new(f->path);
    f->console = console_new(f->base.bmc, addr, keep);
    test_drain();
}

static void line_fixture_clear(LineFixture *f)
{
    console_free(f->console);
    g_clear_object(&f->line);
    g_clear_object(&f->listener);
    g_free(f->path);
    fixture_clear(&f->base);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LineFixture, line_fixture_clear)

static void print(LineFixture *f, const void *buf, size_t len)
{
    g_assert_cmpint(g_socket_send(f->line, buf, len, NULL, NULL), ==, len);
    test_drain();
}

static void assert_reads(const Witness *witness, const char *text)
{
    char buf[256];
    uint64_t lost;
    size_t n = console_reader_read(witness->reader, buf, sizeof(buf), &lost);

    test_assert_bytes_equal(buf, n, text, strlen(text));
    g_assert_cmpint(lost, ==, 0);
}

static void test_readers(void)
{
    g_auto(LineFixture) f = { .console = NULL };
    Witness a;
    Witness b;

    setup(&f, true);
    listen_here(&f);
    g_assert_true(accept_line(&f));
    print(&f, "nobody", 6);
    join(&f, &a, 4);
    join(&f, &b, 0);
    assert_reads(&a, "body");
    assert_reads(&b, "");
    print(&f, "both", 4);
    g_assert_cmpint(a.count[CONSOLE_EVENT_DATA], ==, 1);
    g_assert_cmpint(b.count[CONSOLE_EVENT_DATA], ==, 1);
    assert_reads(&a, "both");
    assert_reads(&b, "both");
    console_reader_free(a.reader);
    print(&f, "one", 3);
    console_reader_skip(b.reader);
    assert_reads(&b, "");
    console_reader_free(b.reader);
    join(&f, &a, SIZE_MAX);
    assert_reads(&a, "nobodybothone");
    console_reader_free(a.reader);
}

static void test_writer(void)
{
    g_auto(LineFixture) f = { .console = NULL };
    Witness a;
    Witness b;
    char buf[16];

    setup(&f, true);
    listen_here(&f);
    g_assert_true(accept_line(&f));
    join(&f, &a, 0);
    join(&f, &b, 0);
    g_assert_cmpint(console_reader_write(a.reader, "x", 1), ==, 0);
    g_assert_true(console_reader_take_writer(a.reader, false));
    g_assert_false(console_reader_take_writer(b.reader, false));
    g_assert_cmpint(console_reader_write(a.reader, "a", 1), ==, 1);
    g_assert_cmpint(console_reader_write(b.reader, "b", 1), ==, 0);
    g_assert_true(console_reader_take_writer(b.reader, true));
    g_assert_cmpint(a.count[CONSOLE_EVENT_WRITER], ==, 1);
    g_assert_cmpint(console_reader_write(a.reader, "a", 1), ==, 0);
    g_assert_cmpint(console_reader_write(b.reader, "b", 1), ==, 1);
    test_drain();
    g_assert_cmpint(g_socket_receive(f.line, buf, sizeof(buf), NULL, NULL),
                    ==, 2);
    g_assert_cmpint(memcmp(buf, "ab", 2), ==, 0);
    console_reader_free(b.reader);
    g_assert_true(console_reader_take_writer(a.reader, false));
    console_reader_free(a.reader);
}

/* Prints until the line takes no more; returns how much it took. */
static size_t flood(LineFixture *f)
{
    static const uint8_t block[4096];
    size_t sent = 0;
    gssize n;

    while ((n = g_socket_send(f->line, (const char *)block, sizeof(block),
                              NULL, NULL)) > 0) {
        sent += n;
        test_drain();
        g_assert_cmpint(sent, <, 100 * CONSOLE_HISTORY);
    }
    return sent;
}

static void test_slow_reader(void)
{
    g_auto(LineFixture) f = { .console = NULL };
    static uint8_t buf[CONSOLE_HISTORY];
    uint64_t lost;
    size_t sent;
    size_t got;
    Witness slow;

    setup(&f, true);
    listen_here(&f);
    g_assert_true(accept_line(&f));
    join(&f, &slow, 0);
    /* It makes the line wait, and nothing is lost. */
    sent = flood(&f);
    g_assert_cmpint(console_reader_pending(slow.reader), <, CONSOLE_HISTORY);
    got = console_reader_read(slow.reader, buf, 20000, &lost);
    g_assert_cmpint(lost, ==, 0);
    clock_advance(f.base.clock, 1000);
    test_drain();
    got += console_reader_read(slow.reader, buf, sizeof(buf), &lost);
    g_assert_cmpint(lost, ==, 0);
    sent += flood(&f);
    /* But not for ever: then it has lost what is too old. */
    clock_advance(f.base.clock, 1000);
    test_drain();
    print(&f, buf, 4096);
    sent += 4096;
    while ((console_reader_pending(slow.reader)) < CONSOLE_HISTORY) {
        print(&f, buf, 4096);
        sent += 4096;
    }
    print(&f, buf, 4096);
    sent += 4096;
    got += console_reader_read(slow.reader, buf, sizeof(buf), &lost);
    g_assert_cmpint(lost, >, 0);
    g_assert_cmpint(got + lost, ==, sent);
    /* It has caught up and counts again. */
    flood(&f);
    g_assert_cmpint(console_reader_pending(slow.reader), <, CONSOLE_HISTORY);
    console_reader_free(slow.reader);
}

static void test_connecting(void)
{
    g_auto(LineFixture) f = { .console = NULL };
    Witness a;

    setup(&f, true);
    g_assert_false(console_is_available(f.console));
    join(&f, &a, 0);
    listen_here(&f);
    g_assert_true(accept_line(&f));
    g_assert_true(console_is_available(f.console));
    g_assert_cmpint(a.count[CONSOLE_EVENT_STATE], ==, 1);
    /* QEMU goes, and another one comes. */
    g_clear_object(&f.line);
    g_clear_object(&f.listener);
    g_unlink(f.path);
    test_drain();
    g_assert_false(console_is_available(f.console));
    g_assert_cmpint(a.count[CONSOLE_EVENT_STATE], ==, 2);
    clock_advance(f.base.clock, 3600000);
    test_drain();
    listen_here(&f);
    g_assert_true(accept_line(&f));
    g_assert_true(console_is_available(f.console));
    mock_machine_set_state(f.base.mock, MACHINE_STATE_PRELAUNCH);
    g_assert_false(console_is_available(f.console));
    g_assert_cmpint(a.count[CONSOLE_EVENT_STATE], ==, 4);
    console_reader_free(a.reader);
}

/* Where nobody asked for it, the line is left alone without a reader. */
static void test_on_demand(void)
{
    g_auto(LineFixture) f = { .console = NULL };
    Witness a;
    char c;

    setup(&f, false);
    listen_here(&f);
    g_assert_false(accept_line(&f));
    mock_machine_set_state(f.base.mock, MACHINE_STATE_PAUSED);
    mock_machine_set_state(f.base.mock, MACHINE_STATE_RUNNING);
    g_assert_false(accept_line(&f));
    join(&f, &a, 0);
    g_assert_true(accept_line(&f));
    g_assert_true(console_is_available(f.console));
    console_reader_free(a.reader);
    test_drain();
    g_assert_cmpint(g_socket_receive(f.line, &c, 1, NULL, NULL), ==, 0);
    g_clear_object(&f.line);
    g_assert_false(accept_line(&f));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/console/readers", test_readers);
    g_test_add_func("/console/writer", test_writer);
    g_test_add_func("/console/slow-reader", test_slow_reader);
    g_test_add_func("/console/connecting", test_connecting);
    g_test_add_func("/console/on-demand", test_on_demand);
    return g_test_run();
}
