/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Talks with a guest agent, honest, hostile or silent. */
#include "osdep.h"

#include <gio/gunixsocketaddress.h>

#include "machine/machine-agent.h"
#include "mock-server.h"
#include "test-util.h"
#include "util/error.h"
#include "util/json.h"

#define WAIT_MS 30000

/*
 * Fixture: a fake agent, and what a talk with it came to.
 *
 * @before: (nullable): said before the answer to the first question
 * @answer: (nullable): what is said instead of the answers
 * @asked: the commands
 */
typedef struct Fixture {
    TestDir *dir;
    GSocketAddress *addr;
    MockServer *server;
    Clock *clock;
    MachineAgentTalk *talk;
    const char *before;
    const char *answer;
    bool silent;
    GString *asked;
    bool over;
    MachineGuest *guest;
    GError *error;
} Fixture;

static void say(Fixture *f, const char *text)
{
    mock_server_send(f->server, text, strlen(text));
}

static void sync_answer(Fixture *f, JsonObject *command)
{
    g_autofree char *text = NULL;
    JsonObject *args = NULL;
    int64_t id = 0;

    json_get_object(command, "arguments", &args);
    g_assert_nonnull(args);
    g_assert_cmpint(json_get_int(args, "id", &id), ==, JSON_GET_OK);
    if (f->before) {
        say(f, f->before);
    }
    text = g_strdup_printf("\377{\"return\": %" PRId64 "}\n", id);
    say(f, text);
}

static const char *normal_answer(const char *name)
{
    if (g_str_equal(name, "guest-info")) {
        return "{\"return\":{\"supported_commands\":["
               "{\"name\":\"guest-get-host-name\",\"enabled\":true},"
               "{\"name\":\"guest-get-osinfo\",\"enabled\":true}]}}\n";
    }
    if (g_str_equal(name, "guest-get-osinfo")) {
        return "{\"error\":{\"class\":\"GenericError\",\"desc\":\"no\"}}\n";
    }
    return "{\"return\":{\"host-name\":\"node1\"}}\n";
}

static void on_line(void *opaque, const char *line)
{
    Fixture *f = opaque;
    g_autoptr(JsonObject) command = NULL;
    const char *start = strchr(line, '{');
    const char *name = NULL;

    g_assert_nonnull(start);
    command = json_parse_object(start, strlen(start), NULL);
    g_assert_nonnull(command);
    g_assert_cmpint(json_get_string(command, "execute", &name), ==,
                    JSON_GET_OK);
    g_string_append_printf(f->asked, "%s ", name);
    if (f->silent) {
        return;
    }
    if (g_str_equal(name, "guest-sync-delimited")) {
        g_assert_cmpuint((guint8)line[0], ==, 0xff);
        sync_answer(f, command);
    } else {
        say(f, f->answer ? f->answer : normal_answer(name));
    }
}

static void on_nothing(void *opaque)
{
}

static void on_over(void *opaque, MachineGuest *guest, const GError *err)
{
    Fixture *f = opaque;

    g_assert_false(f->over);
    g_assert_true(!guest == (err != NULL));
    f->over = true;
    f->guest = guest;
    f->error = err ? g_error_copy(err) : NULL;
    g_clear_pointer(&f->talk, machine_agent_talk_free);
}

static bool is_over(void *opaque)
{
    return ((Fixture *)opaque)->over;
}

static void start(Fixture *f, bool listen)
{
    static const MockServerOps ops = {
        .line = on_line,
        .accepted = on_nothing,
        .hung_up = on_nothing,
    };
    g_autofree char *path = NULL;

    f->dir = test_dir_new();
    path = test_dir_file(f->dir, "ga.sock");
    f->addr = g_unix_socket_address_new(path);
    f->server = mock_server_new(f->addr, &ops, f);
    f->clock = clock_new_fake();
    f->asked = g_string_new(NULL);
    if (listen) {
        mock_server_listen(f->server);
    }
}

static void talk(Fixture *f, int pid)
{
    f->talk = machine_agent_talk_new(f->addr, pid, f->clock, on_over, f);
    g_assert_false(f->over);
}

static void wait_over(Fixture *f)
{
    if (!test_wait_until(is_over, f, WAIT_MS)) {
        g_error("still waiting after \"%s\"", f->asked->str);
    }
}

static void clear(Fixture *f)
{
    machine_agent_talk_free(f->talk);
    mock_server_free(f->server);
    g_object_unref(f->addr);
    clock_unref(f->clock);
    g_string_free(f->asked, true);
    machine_guest_free(f->guest);
    g_clear_error(&f->error);
    test_dir_free(f->dir);
}

/* What the agent does not have is not asked for; what fails is not known. */
static void test_good(void)
{
    Fixture f = { 0 };

    start(&f, true);
    mock_server_set_chunk(f.server, 3);
    talk(&f, getpid());
    wait_over(&f);
    g_assert_no_error(f.error);
    g_assert_cmpstr(f.guest->host_name, ==, "node1");
    g_assert_null(f.guest->os_name);
    g_assert_null(f.guest->interfaces);
    g_assert_cmpstr(f.asked->str, ==, "guest-sync-delimited guest-info "
                    "guest-get-host-name guest-get-osinfo ");
    clear(&f);
}

/* What is left of others, or of a guest before its reset, does not count. */
static void test_stale(void)
{
    static const char *const before[] = {
        "\n\n", "{\"return\":{}}\n", "{\"return\":{\"host-na",
        "\377{\"return\": 1}\n", "\377\n\377", "not JSON\n\377{{{\n",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(before); i++) {
        Fixture f = { .before = before[i] };

        start(&f, true);
        talk(&f, 0);
        wait_over(&f);
        g_assert_no_error(f.error);
        g_assert_cmpstr(f.guest->host_name, ==, "node1");
        clear(&f);
    }
}

static void test_bad(void)
{
    static const char *const answers[] = {
        "hello\n", "[]\n", "{}\n", "{\"event\":\"X\"}\n",
        "{\"return\":{}}{}\n", "\377{\"return\":{}}\n",
        "{\"return\":\"\\ud800\"}\n",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
        Fixture f = { .answer = answers[i] };

        start(&f, true);
        talk(&f, 0);
        wait_over(&f);
        g_assert_error(f.error, BMC_ERROR, BMC_ERROR_PROTOCOL);
        clear(&f);
    }
}

/* An answer without an end, and answers that are never the right one. */
static void test_flood(void)
{
    g_autofree char *endless = g_strnfill(MACHINE_AGENT_LINE_MAX + 1, ' ');
    g_autofree char *lines = g_strnfill(MACHINE_AGENT_BYTES_MAX + 1, 'x');

    for (size_t i = 1023; i < MACHINE_AGENT_BYTES_MAX; i += 1024) {
        lines[i] = '\n';
    }
    for (unsigned i = 0; i < 2; i++) {
        Fixture f = { 0 };

        *(i ? &f.before : &f.answer) = i ? lines : endless;
        start(&f, true);
        talk(&f, 0);
        wait_over(&f);
        g_assert_error(f.error, BMC_ERROR, BMC_ERROR_LIMIT);
        clear(&f);
    }
}

static char *large_answer(const char *end)
{
    GString *text = g_string_new("{\"return\":[{}");

    while (text->len < MACHINE_AGENT_LINE_MAX - 8 * 1024) {
        g_string_append(text, ",{},[]");
    }
    g_string_append(text, end);
    return g_string_free(text, false);
}

/* What takes long to read is read aside; it may be no answer at all. */
static void test_large(void)
{
    static const struct {
        const char *end;
        int code;
    } cases[] = {
        { "]}\n", -1 },
        { "]}\n{\"return\":{}}\n", -1 },
        { "]]\n", BMC_ERROR_PROTOCOL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = large_answer(cases[i].end);
        Fixture f = { .answer = text };

        start(&f, true);
        talk(&f, 0);
        wait_over(&f);
        if (cases[i].code < 0) {
            g_assert_no_error(f.error);
            g_assert_null(f.guest->host_name);
        } else {
            g_assert_error(f.error, BMC_ERROR, cases[i].code);
        }
        clear(&f);
    }
}

/* And whoever waits for it may go meanwhile. */
static void test_gone(void)
{
    g_autofree char *text = large_answer("]}\n");

    for (unsigned i = 0; i < 40; i++) {
        Fixture f = { .answer = text };

        start(&f, true);
        talk(&f, 0);
        while (!f.over && !strstr(f.asked->str, "guest-info")) {
            g_main_context_iteration(NULL, true);
        }
        for (unsigned n = 0; n < i && !f.over; n++) {
            g_main_context_iteration(NULL, true);
        }
        clear(&f);
        while (g_main_context_iteration(NULL, false)) {
        }
    }
}

static bool was_asked(void *opaque)
{
    return ((Fixture *)opaque)->asked->len;
}

static void test_silent(void)
{
    Fixture f = { .silent = true };

    start(&f, true);
    talk(&f, 0);
    g_assert_true(test_wait_until(was_asked, &f, WAIT_MS));
    clock_advance(f.clock, MACHINE_AGENT_TALK_MS - 1);
    g_assert_false(f.over);
    clock_advance(f.clock, 1);
    g_assert_true(f.over);
    g_assert_error(f.error, BMC_ERROR, BMC_ERROR_TIMEOUT);
    clear(&f);
}

static void test_hung_up(void)
{
    Fixture f = { .silent = true };

    start(&f, true);
    talk(&f, 0);
    g_assert_true(test_wait_until(was_asked, &f, WAIT_MS));
    mock_server_hang_up(f.server);
    wait_over(&f);
    g_assert_error(f.error, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    clear(&f);
}

static void test_absent(void)
{
    Fixture f = { 0 };

    start(&f, false);
    talk(&f, 0);
    wait_over(&f);
    g_assert_error(f.error, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    clear(&f);
}

/* Not asked for anything, and freed in the middle. */
static void test_other_process(void)
{
    Fixture f = { 0 }, g = { .silent = true };

    start(&f, true);
    talk(&f, getpid() + 1);
    wait_over(&f);
    g_assert_error(f.error, BMC_ERROR, BMC_ERROR_PERMISSION);
    g_assert_cmpstr(f.asked->str, ==, "");
    clear(&f);
    start(&g, true);
    talk(&g, 0);
    g_assert_true(test_wait_until(was_asked, &g, WAIT_MS));
    clear(&g);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/machine-agent/good", test_good);
    g_test_add_func("/machine-agent/stale", test_stale);
    g_test_add_func("/machine-agent/bad", test_bad);
    g_test_add_func("/machine-agent/flood", test_flood);
    g_test_add_func("/machine-agent/large", test_large);
    g_test_add_func("/machine-agent/gone", test_gone);
    g_test_add_func("/machine-agent/silent", test_silent);
    g_test_add_func("/machine-agent/hung-up", test_hung_up);
    g_test_add_func("/machine-agent/absent", test_absent);
    g_test_add_func("/machine-agent/other-process", test_other_process);
    return g_test_run();
}
