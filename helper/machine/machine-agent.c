/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A talk with the guest agent. What is still in the channel from an earlier
 * client, or from before a reset of the guest, is skipped: the first command
 * has a random number in it, and its answer comes behind a byte that JSON
 * cannot have (guest-sync-delimited). From there on each answer is that to
 * the last question.
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

/* What is being waited for; then MachineGuestCommand, from 0. */
enum { STEP_SYNC = -2, STEP_INFO = -1 };

/*
 * MachineAgentTalk: a talk.
 *
 * @step: the question that has no answer yet
 * @sync: number in it, for %STEP_SYNC
 * @commands: what the agent can do, bits as machine_guest_parse_info() has
 * @buf: bytes of an answer that is not complete
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
    GByteArray *buf;
    size_t total;
};

static void hang_up(MachineAgentTalk *talk)
{
    clock_timer_stop(&talk->timer);
    dialer_stop(talk->dialer);
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
static bool take_answer(MachineAgentTalk *talk, const char *line, size_t len)
{
    g_autoptr(JsonObject) object = json_parse_object(line, len, NULL);
    JsonNode *value;

    if (!object || (!json_object_has_member(object, "return") &&
                    !json_object_has_member(object, "error"))) {
        fail(talk, BMC_ERROR_PROTOCOL,
             "what the guest agent says is no answer");
        return false;
    }
    value = json_object_get_member(object, "return");
    if (value && talk->step == STEP_INFO) {
        talk->commands = machine_guest_parse_info(value);
    } else if (value) {
        machine_guest_parse(talk->guest, talk->step, value);
    }
    talk->step++;
    return ask(talk);
}

static bool take_line(MachineAgentTalk *talk, const char *line, size_t len)
{
    return talk->step == STEP_SYNC ? take_sync(talk, line, len)
                                   : take_answer(talk, line, len);
}

/* Returns false if the talk is over. */
static bool take_bytes(MachineAgentTalk *talk, const char *data, size_t len)
{
    talk->total += len;
    while (len) {
        const char *newline = memchr(data, '\n', len);
        size_t n = newline ? (size_t)(newline - data) : len;

        if (talk->total > MACHINE_AGENT_BYTES_MAX ||
            talk->buf->len + n > MACHINE_AGENT_LINE_MAX) {
            fail(talk, BMC_ERROR_LIMIT, "the guest agent says too much");
            return false;
        }
        g_byte_array_append(talk->buf, (const guint8 *)data, n);
        if (newline) {
            g_autoptr(GByteArray) line = talk->buf;

            talk->buf = g_byte_array_new();
            if (line->len &&
                !take_line(talk, (const char *)line->data, line->len)) {
                return false;
            }
            n++;
        }
        data += n;
        len -= n;
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
