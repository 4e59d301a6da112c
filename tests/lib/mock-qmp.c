/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scripted QMP server. */
#include "osdep.h"

#include "mock-qmp.h"

#include <gio/gunixsocketaddress.h>

#include "mock-json.h"
#include "mock-server.h"
#include "test-util.h"
#include "util/json.h"

/* First byte of an answer that is an error; no JSON begins so. */
#define ERROR_MARK '!'

/* More would make a real QEMU stop reading. */
#define OOB_UNANSWERED_MAX 7

typedef enum StepKind {
    STEP_REPLY,
    STEP_SILENCE,
    STEP_EVENT,
} StepKind;

typedef struct Step {
    StepKind kind;
    char *name; /* command or event */
    char *args; /* canonical JSON, or NULL for any */
    char *answer; /* or an event's data, or NULL */
} Step;

typedef struct Func {
    MockQmpFunc func;
    void *opaque;
} Func;

typedef struct Held {
    char *answer;
    char *id;
} Held;

struct MockQmp {
    MockSchema *schema;
    TestDir *dir;
    char *path;
    GSocketAddress *addr;
    char *greeting;

    MockServer *server;
    bool ready;
    bool oob;

    GQueue script;
    bool any_order;
    GHashTable *funcs;
    Func fallback;
    GHashTable *replies;
    GHashTable *hold;
    bool hold_all;
    GQueue held;
    GHashTable *args; /* of each command's last use */
    GHashTable *counts;
    unsigned count;
};

static void step_free(void *opaque)
{
    Step *step = opaque;

    g_free(step->name);
    g_free(step->args);
    g_free(step->answer);
    g_free(step);
}

static void held_free(void *opaque)
{
    Held *held = opaque;

    g_free(held->answer);
    g_free(held->id);
    g_free(held);
}

static void free_object(void *opaque)
{
    json_object_unref(opaque);
}

static void send_text(MockQmp *mock, const char *text)
{
    mock_qmp_send_raw(mock, text, -1);
}

static void send_answer(MockQmp *mock, const char *answer, const char *id)
{
    bool error = answer[0] == ERROR_MARK;
    g_autofree char *line =
        g_strdup_printf("{\"%s\": %s, \"id\": %s}\r\n",
                        error ? "error" : "return", answer + error, id);

    send_text(mock, line);
}

static bool is_held(MockQmp *mock, const char *command)
{
    return g_hash_table_contains(mock->hold, command) ||
           (mock->hold_all && !g_str_equal(command, "qmp_capabilities"));
}

static void answer_command(MockQmp *mock, const char *command,
                           const char *answer, const char *id)
{
    Held *held;

    if (!is_held(mock, command)) {
        send_answer(mock, answer, id);
        return;
    }
    held = g_new0(Held, 1);
    held->answer = g_strdup(answer);
    held->id = g_strdup(id);
    g_queue_push_tail(&mock->held, held);
    if (mock->oob) {
        g_assert_cmpuint(mock->held.length, <=, OOB_UNANSWERED_MAX);
    }
}

static void run_events(MockQmp *mock)
{
    Step *step;

    while ((step = g_queue_peek_head(&mock->script)) &&
           step->kind == STEP_EVENT) {
        g_queue_pop_head(&mock->script);
        mock_qmp_event(mock, step->name, step->answer);
        step_free(step);
    }
}

static bool step_fits(const Step *step, const char *command,
                      const char *args)
{
    return step->kind != STEP_EVENT && g_str_equal(step->name, command) &&
           (!step->args || g_str_equal(step->args, args));
}

static Step *take_step(MockQmp *mock, const char *command, const char *args)
{
    Step *step;
    GList *l;

    for (l = mock->script.head; l; l = l->next) {
        step = l->data;
        if (step_fits(step, command, args)) {
            g_queue_delete_link(&mock->script, l);
            return step;
        }
        if (!mock->any_order) {
            g_error("mock-qmp: expected %s %s, got %s %s", step->name,
                    step->args ? step->args : "", command, args);
        }
    }
    return NULL;
}

static void handle_scripted(MockQmp *mock, Step *step, const char *id)
{
    if (step->kind == STEP_REPLY) {
        answer_command(mock, step->name, step->answer, id);
    }
    step_free(step);
    run_events(mock);
}

/* A command that the standing answers know does not disturb a script. */
static void handle_command(MockQmp *mock, const char *command,
                           JsonObject *args, const char *id)
{
    g_autofree char *text = mock_json_canonical(args);
    g_autofree char *answer = NULL;
    Func *func = g_hash_table_lookup(mock->funcs, command);
    const char *reply = g_hash_table_lookup(mock->replies, command);
    Step *step = g_queue_peek_head(&mock->script);

    if (step && (mock->any_order || step_fits(step, command, text) ||
                 (!func && !reply && !mock->fallback.func))) {
        step = take_step(mock, command, text);
        if (step) {
            handle_scripted(mock, step, id);
            return;
        }
    }
    if (!func && !reply && mock->fallback.func) {
        func = &mock->fallback;
    }
    if (func) {
        answer = func->func(mock, command, args, func->opaque);
    } else if (reply) {
        answer = g_strdup(reply);
    } else {
        g_error("mock-qmp: nobody answers %s %s", command, text);
    }
    if (mock_server_is_connected(mock->server)) {
        answer_command(mock, command, answer, id);
    }
}

static void negotiate(MockQmp *mock, JsonObject *args, const char *id)
{
    JsonArray *enable;

    g_assert_false(mock->ready);
    mock->ready = true;
    mock->oob = json_get_array(args, "enable", &enable) == JSON_GET_OK &&
                json_array_get_length(enable) > 0;
    if (is_held(mock, "qmp_capabilities")) {
        answer_command(mock, "qmp_capabilities", "{}", id);
    } else {
        send_answer(mock, "{}", id);
    }
}

static void count_command(MockQmp *mock, const char *command,
                          JsonObject *args)
{
    void *n = g_hash_table_lookup(mock->counts, command);

    g_hash_table_insert(mock->counts, g_strdup(command),
                        GUINT_TO_POINTER(GPOINTER_TO_UINT(n) + 1));
    g_hash_table_insert(mock->args, g_strdup(command), json_object_ref(args));
}

static void handle_line(MockQmp *mock, const char *line)
{
    g_autoptr(JsonObject) message = mock_json_parse(line);
    g_autoptr(JsonObject) none = json_object_new();
    g_autoptr(GError) err = NULL;
    g_autofree char *id = NULL;
    JsonObject *args = none;
    const char *command = NULL;
    bool oob = json_get_string(message, "exec-oob", &command) == JSON_GET_OK;

    if (!oob &&
        json_get_string(message, "execute", &command) != JSON_GET_OK) {
        g_error("mock-qmp: not a command: %s", line);
    }
    g_assert_true(json_object_has_member(message, "id"));
    id = json_to_string(json_object_get_member(message, "id"), FALSE);
    json_get_object(message, "arguments", &args);
    if (!mock_schema_check_command(mock->schema, command, args, oob, &err)) {
        g_error("mock-qmp: QEMU would refuse: %s", err->message);
    }
    count_command(mock, command, args);
    if (g_str_equal(command, "qmp_capabilities")) {
        negotiate(mock, args, id);
        return;
    }
    g_assert_true(mock->ready);
    mock->count++;
    handle_command(mock, command, args, id);
}

static void on_line(void *opaque, const char *line)
{
    handle_line(opaque, line);
}

static void on_accepted(void *opaque)
{
    MockQmp *mock = opaque;

    if (mock->greeting) {
        send_text(mock, mock->greeting);
    }
}

static void on_hung_up(void *opaque)
{
    MockQmp *mock = opaque;

    g_queue_clear_full(&mock->held, held_free);
    mock->ready = false;
    mock->oob = false;
}

static const MockServerOps server_ops = {
    .line = on_line,
    .accepted = on_accepted,
    .hung_up = on_hung_up,
};

static void add_step(MockQmp *mock, StepKind kind, const char *name,
                     const char *args, char *answer)
{
    Step *step = g_new0(Step, 1);

    step->kind = kind;
    step->name = g_strdup(name);
    if (args) {
        g_autoptr(JsonObject) object = mock_json_parse(args);

        step->args = mock_json_canonical(object);
    }
    step->answer = answer;
    g_queue_push_tail(&mock->script, step);
}

static void set_answer(MockQmp *mock, const char *command, char *answer)
{
    g_hash_table_insert(mock->replies, g_strdup(command), answer);
}

MockQmp *mock_qmp_new_absent(void)
{
    MockQmp *mock = g_new0(MockQmp, 1);

    mock->schema = mock_schema_new();
    mock->dir = test_dir_new();
    mock->path = test_dir_file(mock->dir, "qmp.sock");
    mock->addr = g_unix_socket_address_new(mock->path);
    mock->greeting = g_strdup(mock_qmp_greeting());
    mock->server = mock_server_new(mock->addr, &server_ops, mock);
    mock->funcs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                        g_free);
    mock->replies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                          g_free);
    mock->hold = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    mock->args = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                       free_object);
    mock->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                         NULL);
    return mock;
}

MockQmp *mock_qmp_new(void)
{
    MockQmp *mock = mock_qmp_new_absent();

    mock_qmp_listen(mock);
    return mock;
}

void mock_qmp_free(MockQmp *mock)
{
    if (!mock) {
        return;
    }
    mock_qmp_kill(mock, true);
    mock_server_free(mock->server);
    g_queue_clear_full(&mock->script, step_free);
    g_hash_table_unref(mock->funcs);
    g_hash_table_unref(mock->replies);
    g_hash_table_unref(mock->hold);
    g_hash_table_unref(mock->args);
    g_hash_table_unref(mock->counts);
    g_object_unref(mock->addr);
    g_free(mock->greeting);
    g_free(mock->path);
    test_dir_free(mock->dir);
    mock_schema_free(mock->schema);
    g_free(mock);
}

GSocketAddress *mock_qmp_address(MockQmp *mock)
{
    return mock->addr;
}

const char *mock_qmp_path(MockQmp *mock)
{
    return mock->path;
}

MockSchema *mock_qmp_get_schema(MockQmp *mock)
{
    return mock->schema;
}

void mock_qmp_listen(MockQmp *mock)
{
    mock_qmp_kill(mock, true);
    mock_server_listen(mock->server);
}

void mock_qmp_kill(MockQmp *mock, bool unlink_it)
{
    mock_server_close(mock->server);
    if (unlink_it) {
        unlink(mock->path);
    }
}

void mock_qmp_close(MockQmp *mock)
{
    mock_server_hang_up(mock->server);
}

bool mock_qmp_is_ready(MockQmp *mock)
{
    return mock->ready;
}

unsigned mock_qmp_get_connections(MockQmp *mock)
{
    return mock_server_get_connections(mock->server);
}

void mock_qmp_set_greeting(MockQmp *mock, const char *json)
{
    g_free(mock->greeting);
    mock->greeting = g_strdup(json);
}

const char *mock_qmp_greeting(void)
{
    return "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2,"
           " \"major\": 7}, \"package\": \"Debian\"},"
           " \"capabilities\": [\"oob\"]}}\r\n";
}

void mock_qmp_expect(MockQmp *mock, const char *command, const char *args,
                     const char *ret)
{
    add_step(mock, STEP_REPLY, command, args, g_strdup(ret));
}

void mock_qmp_expect_error(MockQmp *mock, const char *command,
                           const char *args, const char *class_name,
                           const char *desc)
{
    add_step(mock, STEP_REPLY, command, args,
             mock_qmp_error_new(class_name, desc));
}

void mock_qmp_expect_silence(MockQmp *mock, const char *command)
{
    add_step(mock, STEP_SILENCE, command, NULL, NULL);
}

void mock_qmp_expect_event(MockQmp *mock, const char *event,
                           const char *data)
{
    g_assert_false(g_queue_is_empty(&mock->script));
    add_step(mock, STEP_EVENT, event, NULL, g_strdup(data));
}

void mock_qmp_set_any_order(MockQmp *mock, bool any)
{
    mock->any_order = any;
}

void mock_qmp_assert_done(MockQmp *mock)
{
    const Step *step = g_queue_peek_head(&mock->script);

    if (step) {
        g_error("mock-qmp: %s has not come", step->name);
    }
}

void mock_qmp_set_func(MockQmp *mock, const char *command, MockQmpFunc func,
                       void *opaque)
{
    Func *entry;

    if (!command) {
        mock->fallback = (Func) { func, opaque };
    } else if (!func) {
        g_hash_table_remove(mock->funcs, command);
    } else {
        entry = g_new0(Func, 1);
        *entry = (Func) { func, opaque };
        g_hash_table_insert(mock->funcs, g_strdup(command), entry);
    }
}

char *mock_qmp_error_new(const char *class_name, const char *desc)
{
    g_autoptr(JsonObject) error = json_object_new();
    g_autofree char *text = NULL;

    json_object_set_string_member(error, "class", class_name);
    json_object_set_string_member(error, "desc", desc);
    text = json_print(error);
    return g_strdup_printf("%c%s", ERROR_MARK, text);
}

void mock_qmp_set_reply(MockQmp *mock, const char *command, const char *ret)
{
    set_answer(mock, command, g_strdup(ret));
}

void mock_qmp_set_error(MockQmp *mock, const char *command,
                        const char *class_name, const char *desc)
{
    set_answer(mock, command, mock_qmp_error_new(class_name, desc));
}

void mock_qmp_set_run_state(MockQmp *mock, const char *state)
{
    set_answer(mock, "query-status",
               g_strdup_printf("{\"status\": \"%s\", \"singlestep\": false, "
                               "\"running\": %s}", state,
                               g_str_equal(state, "running") ? "true" :
                               "false"));
}

void mock_qmp_hold(MockQmp *mock, const char *command)
{
    if (command) {
        g_hash_table_add(mock->hold, g_strdup(command));
    } else {
        mock->hold_all = true;
    }
}

void mock_qmp_release(MockQmp *mock, bool reverse)
{
    Held *held;

    g_hash_table_remove_all(mock->hold);
    mock->hold_all = false;
    while ((held = reverse ? g_queue_pop_tail(&mock->held) :
            g_queue_pop_head(&mock->held))) {
        send_answer(mock, held->answer, held->id);
        held_free(held);
    }
}

unsigned mock_qmp_get_held(MockQmp *mock)
{
    return mock->held.length;
}

void mock_qmp_event(MockQmp *mock, const char *event, const char *data)
{
    int64_t now = g_get_real_time();
    g_autofree char *with = data ? g_strdup_printf("\"data\": %s, ", data) :
                            g_strdup("");
    g_autofree char *line =
        g_strdup_printf("{\"timestamp\": {\"seconds\": %" PRId64
                        ", \"microseconds\": %" PRId64 "}, %s"
                        "\"event\": \"%s\"}\r\n", now / 1000000,
                        now % 1000000, with, event);

    if (!mock_schema_has_event(mock->schema, event)) {
        g_error("mock-qmp: QEMU has no event %s", event);
    }
    send_text(mock, line);
}

void mock_qmp_send_raw(MockQmp *mock, const char *text, gssize len)
{
    mock_server_send(mock->server, text,
                     len < 0 ? strlen(text) : (size_t)len);
}

void mock_qmp_set_chunk(MockQmp *mock, size_t size)
{
    mock_server_set_chunk(mock->server, size);
}

void mock_qmp_set_deaf(MockQmp *mock, bool deaf)
{
    mock_server_set_deaf(mock->server, deaf);
}

unsigned mock_qmp_get_count(MockQmp *mock, const char *command)
{
    return command ?
           GPOINTER_TO_UINT(g_hash_table_lookup(mock->counts, command)) :
           mock->count;
}

JsonObject *mock_qmp_get_args(MockQmp *mock, const char *command)
{
    return g_hash_table_lookup(mock->args, command);
}

int mock_qmp_take_fd(MockQmp *mock)
{
    return mock_server_take_fd(mock->server);
}
