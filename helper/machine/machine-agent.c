/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A talk with the guest agent. What is still in the channel from an earlier
 * client, or from before a reset of the guest, is skipped: the first command
 * has a random number in it, and its answer comes behind a byte that JSON
 * cannot have (guest-sync-delimited). From there on each answer is that to
 * the last question.
 *
 * The guest decides what there is to read, so what takes long to read is read
 * by a thread: 250 KB of brackets would hold the main loop for 100 ms.
 */
#include "osdep.h"

#include "machine/machine-agent.h"

#include <gio/gunixsocketaddress.h>

#include "util/dialer.h"
#include "util/error.h"
#include "util/json.h"

#define DELIMITER 0xff
#define READ_SIZE (16 * 1024)
/* Reads per turn of the main loop, so that a flood leaves others a turn. */
#define READ_BUDGET 16
/* What is read at once, and the longest answer to the first command. */
#define AT_ONCE_MAX (4 * 1024)
#define SYNC_MAX 256

/* What is being waited for; then MachineGuestCommand, from 0. */
enum { STEP_SYNC = -2, STEP_INFO = -1 };

/*
 * MachineAgentTalk: a talk.
 *
 * @step: the question that has no answer yet
 * @sync: number in it, for %STEP_SYNC
 * @commands: what the agent can do, bits as machine_guest_parse_info() has
 * @parsing: (nullable): a thread reads an answer; stops waiting for it
 * @buf: bytes of answers that are not complete, or not looked at
 * @scanned: of them, without an end of a line
 * @total: bytes so far
 */
struct MachineAgentTalk {
    MachineAgentFunc func;
    void *opaque;
    int pid;
    Dialer *dialer;
    Clock *clock;
    ClockTimer *timer;
    GSocket *sock;
    GSource *source;
    int step;
    int64_t sync;
    unsigned commands;
    MachineGuest *guest;
    GCancellable *parsing;
    GByteArray *buf;
    size_t scanned;
    size_t total;
};

/*
 * An answer that is being read.
 *
 * @good: it is one
 * @commands: as in the talk
 * @guest: the talk's, with what is told
 */
typedef struct Answer {
    char *line;
    size_t len;
    int step;
    bool good;
    unsigned commands;
    MachineGuest *guest;
} Answer;

static void answer_free(void *opaque)
{
    Answer *answer = opaque;

    machine_guest_free(answer->guest);
    g_free(answer->line);
    g_free(answer);
}

static void hang_up(MachineAgentTalk *talk)
{
    clock_timer_stop(&talk->timer);
    dialer_stop(talk->dialer);
    if (talk->parsing) {
        g_cancellable_cancel(talk->parsing);
        g_clear_object(&talk->parsing);
    }
    if (talk->source) {
        g_source_destroy(talk->source);
        g_clear_pointer(&talk->source, g_source_unref);
    }
    if (talk->sock) {
        g_socket_close(talk->sock, NULL);
        g_clear_object(&talk->sock);
    }
}

/* To be the last that is done with the talk. */
static void end(MachineAgentTalk *talk, const GError *err)
{
    MachineGuest *guest = err ? NULL : g_steal_pointer(&talk->guest);

    hang_up(talk);
    talk->func(talk->opaque, guest, err);
}

static void fail(MachineAgentTalk *talk, int code, const char *text)
{
    g_autoptr(GError) err = g_error_new_literal(BMC_ERROR, code, text);

    end(talk, err);
}

static void timed_out(void *opaque)
{
    fail(opaque, BMC_ERROR_TIMEOUT, "the guest agent does not answer");
}

/* Questions are short: QEMU's socket takes one, or QEMU takes nothing. */
static bool send_text(MachineAgentTalk *talk, const char *text)
{
    gssize len = strlen(text);

    if (g_socket_send(talk->sock, text, len, NULL, NULL) == len) {
        return true;
    }
    fail(talk, BMC_ERROR_UNAVAILABLE,
         "QEMU does not take what is for the guest agent");
    return false;
}

/* Returns false if the talk is over. */
static bool ask(MachineAgentTalk *talk)
{
    g_autofree char *text = NULL;

    while (talk->step >= 0 && talk->step < MACHINE_GUEST_COMMAND__MAX &&
           !(talk->commands & 1u << talk->step)) {
        talk->step++;
    }
    if (talk->step == MACHINE_GUEST_COMMAND__MAX) {
        end(talk, NULL);
        return false;
    }
    if (talk->step == STEP_SYNC) {
        /* The byte in front ends what somebody else may have begun. */
        text = g_strdup_printf("%c{\"execute\":\"guest-sync-delimited\","
                               "\"arguments\":{\"id\":%" PRId64 "}}\n",
                               DELIMITER, talk->sync);
    } else {
        text = g_strdup_printf("{\"execute\":\"%s\"}\n",
                               talk->step == STEP_INFO ? "guest-info" :
                               machine_guest_command_name(talk->step));
    }
    return send_text(talk, text);
}

/* What was said before the answer that is waited for does not count. */
static bool take_sync(MachineAgentTalk *talk, const char *line, size_t len)
{
    const char *last = memrchr(line, DELIMITER, len);
    g_autoptr(JsonObject) object = NULL;
    int64_t id;

    if (last) {
        len -= last + 1 - line;
    }
    if (last && len <= SYNC_MAX) {
        object = json_parse_object(last + 1, len, NULL);
    }
    if (!object || json_get_int(object, "return", &id) != JSON_GET_OK ||
        id != talk->sync) {
        return true;
    }
    talk->step = STEP_INFO;
    return ask(talk);
}

/* A command that has failed has told nothing; the others may. */
static void read_answer(Answer *answer)
{
    g_autoptr(JsonObject) object = json_parse_object(answer->line,
                                                     answer->len, NULL);
    JsonNode *value = object ? json_object_get_member(object, "return")
                             : NULL;

    answer->good = value || (object &&
                             json_object_has_member(object, "error"));
    if (value && answer->step == STEP_INFO) {
        answer->commands = machine_guest_parse_info(value);
    } else if (value) {
        machine_guest_parse(answer->guest, answer->step, value);
    }
}

static void read_thread(GTask *task, void *source, void *data,
                        GCancellable *cancellable)
{
    read_answer(data);
    g_task_return_boolean(task, true);
}

/* Returns false if the talk is over. */
static bool finish_answer(MachineAgentTalk *talk, Answer *answer)
{
    talk->guest = g_steal_pointer(&answer->guest);
    talk->commands = answer->commands;
    if (!answer->good) {
        fail(talk, BMC_ERROR_PROTOCOL,
             "what the guest agent says is no answer");
        return false;
    }
    talk->step++;
    return ask(talk);
}

static bool take_lines(MachineAgentTalk *talk);

static void answer_read(GObject *source, GAsyncResult *res, void *opaque)
{
    MachineAgentTalk *talk = opaque;
    g_autoptr(GError) err = NULL;

    g_task_propagate_boolean(G_TASK(res), &err);
    if (err) {
        return; /* the talk is over */
    }
    g_clear_object(&talk->parsing);
    if (finish_answer(talk, g_task_get_task_data(G_TASK(res)))) {
        take_lines(talk);
    }
}

/* Returns false if the talk is over. */
static bool take_answer(MachineAgentTalk *talk, const char *line, size_t len)
{
    Answer *answer = g_new0(Answer, 1);
    GTask *task;
    bool ok;

    answer->line = g_memdup2(line, len);
    answer->len = len;
    answer->step = talk->step;
    answer->commands = talk->commands;
    answer->guest = g_steal_pointer(&talk->guest);
    if (len <= AT_ONCE_MAX) {
        read_answer(answer);
        ok = finish_answer(talk, answer);
        answer_free(answer);
        return ok;
    }
    talk->parsing = g_cancellable_new();
    task = g_task_new(NULL, talk->parsing, answer_read, talk);
    g_task_set_task_data(task, answer, answer_free);
    g_task_run_in_thread(task, read_thread);
    g_object_unref(task);
    return true;
}

static bool take_line(MachineAgentTalk *talk, const char *line, size_t len)
{
    return talk->step == STEP_SYNC ? take_sync(talk, line, len)
                                   : take_answer(talk, line, len);
}

/* All that are complete, unless one is being read. False: it is over. */
static bool take_lines(MachineAgentTalk *talk)
{
    while (!talk->parsing && talk->buf->len > talk->scanned) {
        const char *data = (const char *)talk->buf->data;
        const char *newline = memchr(data + talk->scanned, '\n',
                                     talk->buf->len - talk->scanned);
        g_autofree char *line = NULL;
        size_t len;

        if (!newline) {
            talk->scanned = talk->buf->len;
            return true;
        }
        len = newline - data;
        line = g_memdup2(data, len + 1);
        g_byte_array_remove_range(talk->buf, 0, len + 1);
        talk->scanned = 0;
        if (len && !take_line(talk, line, len)) {
            return false;
        }
    }
    return true;
}

/* Returns false if the talk is over. */
static bool take_bytes(MachineAgentTalk *talk, const char *data, size_t len)
{
    talk->total += len;
    g_byte_array_append(talk->buf, (const guint8 *)data, len);
    if (!take_lines(talk)) {
        return false;
    }
    if (talk->total > MACHINE_AGENT_BYTES_MAX ||
        talk->buf->len > MACHINE_AGENT_LINE_MAX) {
        fail(talk, BMC_ERROR_LIMIT, "the guest agent says too much");
        return false;
    }
    return true;
}

static gboolean on_readable(GSocket *sock, GIOCondition cond, void *opaque)
{
    MachineAgentTalk *talk = opaque;
    char data[READ_SIZE];

    for (unsigned i = 0; i < READ_BUDGET; i++) {
        g_autoptr(GError) err = NULL;
        gssize n = g_socket_receive(talk->sock, data, sizeof(data), NULL,
                                    &err);

        if (g_error_matches(err, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
            break;
        }
        if (n <= 0) {
            fail(talk, BMC_ERROR_UNAVAILABLE,
                 "QEMU has closed the connection to the guest agent");
            return G_SOURCE_REMOVE;
        }
        if (!take_bytes(talk, data, n)) {
            return G_SOURCE_REMOVE;
        }
    }
    return G_SOURCE_CONTINUE;
}

/* A path may be another's by now. */
static bool is_right_process(MachineAgentTalk *talk)
{
    g_autoptr(GCredentials) credentials = NULL;

    if (!talk->pid ||
        g_socket_get_family(talk->sock) != G_SOCKET_FAMILY_UNIX) {
        return true;
    }
    credentials = g_socket_get_credentials(talk->sock, NULL);
    return credentials &&
           g_credentials_get_unix_pid(credentials, NULL) == talk->pid;
}

static void dialed(void *opaque, GSocket *sock, const GError *err)
{
    MachineAgentTalk *talk = opaque;

    if (err) {
        fail(talk, BMC_ERROR_UNAVAILABLE, err->message);
    }
    if (!sock) {
        return;
    }
    talk->sock = sock;
    if (!is_right_process(talk)) {
        fail(talk, BMC_ERROR_PERMISSION,
             "another process has the socket of the guest agent");
        return;
    }
    talk->source = g_socket_create_source(sock, G_IO_IN, NULL);
    g_source_set_callback(talk->source, G_SOURCE_FUNC(on_readable), talk,
                          NULL);
    g_source_attach(talk->source, NULL);
    ask(talk);
}

MachineAgentTalk *machine_agent_talk_new(GSocketAddress *addr, int pid,
                                         Clock *clock, MachineAgentFunc func,
                                         void *opaque)
{
    MachineAgentTalk *talk = g_new0(MachineAgentTalk, 1);

    talk->func = func;
    talk->opaque = opaque;
    talk->pid = pid;
    talk->clock = clock_ref(clock);
    talk->step = STEP_SYNC;
    talk->sync = g_random_int();
    talk->commands = ~0u;
    talk->guest = g_new0(MachineGuest, 1);
    talk->buf = g_byte_array_new();
    talk->dialer = dialer_new(addr, clock, dialed, talk);
    dialer_start(talk->dialer, false);
    clock_timer_start(clock, &talk->timer, MACHINE_AGENT_TALK_MS, timed_out,
                      talk);
    return talk;
}

void machine_agent_talk_free(MachineAgentTalk *talk)
{
    if (!talk) {
        return;
    }
    hang_up(talk);
    dialer_free(talk->dialer);
    machine_guest_free(talk->guest);
    g_byte_array_unref(talk->buf);
    clock_unref(talk->clock);
    g_free(talk);
}
