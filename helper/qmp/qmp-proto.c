/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QMP on the wire: cutting, parsing, building. Pure. */
#include "osdep.h"

#include "qmp/qmp-proto.h"

#include "qmp/qmp-error.h"
#include "util/error.h"
#include "util/json.h"

/* A buffer that had to grow beyond this is given back when it is empty. */
#define SPLITTER_KEEP (64 * 1024)

/* Latest time stamp believed, seconds: the year 36812. */
#define TIME_MAX ((int64_t)1 << 40)

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Drop what has been handed out. */
static void compact(QmpSplitter *splitter)
{
    if (splitter->start == 0) {
        return;
    }
    if (splitter->start < splitter->buf->len) {
        g_byte_array_remove_range(splitter->buf, 0, splitter->start);
    } else if (splitter->buf->len > SPLITTER_KEEP) {
        g_byte_array_unref(splitter->buf);
        splitter->buf = g_byte_array_new();
    } else {
        g_byte_array_set_size(splitter->buf, 0);
    }
    splitter->scanned -= splitter->start;
    splitter->start = 0;
}

/* Take one byte of an object; returns true at the object's last one. */
static bool scan_byte(QmpSplitter *splitter, uint8_t c)
{
    if (splitter->in_string) {
        if (splitter->escaped) {
            splitter->escaped = false;
        } else if (c == '\\') {
            splitter->escaped = true;
        } else if (c == '"') {
            splitter->in_string = false;
        }
        return false;
    }
    switch (c) {
    case '"':
        splitter->in_string = true;
        return false;
    case '{':
    case '[':
        splitter->depth++;
        return false;
    case '}':
    case ']':
        splitter->depth--;
        return splitter->depth == 0;
    default:
        return false;
    }
}

static QmpSplit set_too_long(const QmpSplitter *splitter, GError **errp)
{
    g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                "QMP message longer than %zu bytes", splitter->max);
    return QMP_SPLIT_ERROR;
}

void qmp_splitter_init(QmpSplitter *splitter, size_t max)
{
    *splitter = (QmpSplitter) {
        .buf = g_byte_array_new(),
        .max = max ? max : QMP_MESSAGE_MAX_DEFAULT,
    };
}

void qmp_splitter_clear(QmpSplitter *splitter)
{
    size_t max = splitter->max;

    g_byte_array_unref(splitter->buf);
    qmp_splitter_init(splitter, max);
}

void qmp_splitter_push(QmpSplitter *splitter, const void *data, size_t len)
{
    compact(splitter);
    g_byte_array_append(splitter->buf, data, len);
}

QmpSplit qmp_splitter_next(QmpSplitter *splitter, const char **text,
                           size_t *len, GError **errp)
{
    const uint8_t *data = splitter->buf->data;
    size_t end = splitter->buf->len;

    if (splitter->depth == 0) {
        while (splitter->start < end && is_space(data[splitter->start])) {
            splitter->start++;
        }
        splitter->scanned = splitter->start;
        if (splitter->start == end) {
            return QMP_SPLIT_MORE;
        }
        if (data[splitter->start] != '{') {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                        "not QMP: byte 0x%02x where a message should begin",
                        data[splitter->start]);
            return QMP_SPLIT_ERROR;
        }
    }
    while (splitter->scanned < end) {
        if (scan_byte(splitter, data[splitter->scanned++])) {
            *text = (const char *)data + splitter->start;
            *len = splitter->scanned - splitter->start;
            splitter->start = splitter->scanned;
            return *len > splitter->max ? set_too_long(splitter, errp) :
                   QMP_SPLIT_MESSAGE;
        }
    }
    if (end - splitter->start > splitter->max) {
        return set_too_long(splitter, errp);
    }
    return QMP_SPLIT_MORE;
}

static bool set_malformed(const char *what, GError **errp)
{
    g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                "malformed QMP message: %s", what);
    return false;
}

bool qmp_version_parse(JsonObject *object, QmpVersion *version,
                       GError **errp)
{
    JsonObject *qemu;
    const char *package = "";
    QmpVersion v = { 0 };

    if (json_get_object(object, "qemu", &qemu) != JSON_GET_OK ||
        json_get_int(qemu, "major", &v.major) != JSON_GET_OK ||
        json_get_int(qemu, "minor", &v.minor) != JSON_GET_OK ||
        json_get_int(qemu, "micro", &v.micro) != JSON_GET_OK) {
        return set_malformed("version without numbers", errp);
    }
    json_get_string(object, "package", &package);
    v.package = g_strdup(package);
    *version = v;
    return true;
}

void qmp_version_clear(QmpVersion *version)
{
    g_free(version->package);
    *version = (QmpVersion) { 0 };
}

static bool parse_greeting(QmpMessage *msg, GError **errp)
{
    JsonObject *qmp;
    JsonObject *version;
    JsonArray *caps;
    JsonNode *node;
    unsigned i;

    if (json_get_object(msg->object, "QMP", &qmp) != JSON_GET_OK ||
        json_get_object(qmp, "version", &version) != JSON_GET_OK) {
        return set_malformed("greeting without version", errp);
    }
    if (!qmp_version_parse(version, &msg->version, errp)) {
        return false;
    }
    if (json_get_array(qmp, "capabilities", &caps) != JSON_GET_OK) {
        return true;
    }
    for (i = 0; i < json_array_get_length(caps); i++) {
        node = json_array_get_element(caps, i);
        if (JSON_NODE_HOLDS_VALUE(node) &&
            g_strcmp0(json_node_get_string(node), "oob") == 0) {
            msg->oob = true;
        }
    }
    return true;
}

static bool parse_event(QmpMessage *msg, GError **errp)
{
    JsonObject *stamp;
    int64_t sec;
    int64_t usec;

    msg->time_us = -1;
    if (json_get_string(msg->object, "event", &msg->name) != JSON_GET_OK) {
        return set_malformed("event without a name", errp);
    }
    if (json_get_object(msg->object, "data", &msg->data) == JSON_GET_TYPE) {
        return set_malformed("event data is not an object", errp);
    }
    if (json_get_object(msg->object, "timestamp", &stamp) == JSON_GET_OK &&
        json_get_int(stamp, "seconds", &sec) == JSON_GET_OK &&
        json_get_int(stamp, "microseconds", &usec) == JSON_GET_OK &&
        sec >= 0 && sec < TIME_MAX && usec >= 0 && usec < 1000000) {
        msg->time_us = sec * 1000000 + usec;
    }
    return true;
}

static void parse_id(QmpMessage *msg)
{
    int64_t id;

    if (json_get_int(msg->object, "id", &id) == JSON_GET_OK && id >= 0) {
        msg->has_id = true;
        msg->id = id;
    }
}

static bool parse_return(QmpMessage *msg, GError **errp)
{
    parse_id(msg);
    msg->value = json_object_get_member(msg->object, "return");
    return true;
}

static bool parse_error(QmpMessage *msg, GError **errp)
{
    JsonObject *error;

    parse_id(msg);
    if (json_get_object(msg->object, "error", &error) != JSON_GET_OK ||
        json_get_string(error, "class", &msg->name) != JSON_GET_OK ||
        json_get_string(error, "desc", &msg->desc) != JSON_GET_OK) {
        return set_malformed("error without class and description", errp);
    }
    return true;
}

/* The end of a number: everything that a number may consist of. */
static size_t skip_number(const char *text, size_t len, size_t at)
{
    while (at < len && (g_ascii_isdigit(text[at]) || text[at] == '.' ||
                        text[at] == 'e' || text[at] == 'E' ||
                        text[at] == '+' || text[at] == '-')) {
        at++;
    }
    return at;
}

static bool is_big_unsigned(const char *text, size_t len, uint64_t *value)
{
    char digits[32];

    /* INT64_MAX has 19 digits, UINT64_MAX 20. */
    if (len < 19 || len > 20 || text[0] == '0') {
        return false;
    }
    memcpy(digits, text, len);
    digits[len] = 0;
    return g_ascii_string_to_unsigned(digits, 10, (uint64_t)INT64_MAX + 1,
                                      UINT64_MAX, value, NULL);
}

/*
 * QEMU prints unsigned 64-bit integers as they are; JSON parsers here know
 * only signed ones. Rewrites those that do not fit as the negative number of
 * the same bits. Returns NULL when there is none, the usual case.
 */
static GString *fold_unsigned(const char *text, size_t len)
{
    GString *out = NULL;
    bool in_string = false;
    size_t copied = 0;
    size_t i = 0;

    while (i < len) {
        size_t start = i;
        uint64_t value;

        if (in_string || !g_ascii_isdigit(text[i])) {
            if (in_string && text[i] == '\\') {
                i++;
            } else if (text[i] == '"') {
                in_string = !in_string;
            }
            i++;
            continue;
        }
        i = skip_number(text, len, i);
        if ((start > 0 && text[start - 1] == '-') ||
            !is_big_unsigned(text + start, i - start, &value)) {
            continue;
        }
        if (!out) {
            out = g_string_sized_new(len);
        }
        g_string_append_len(out, text + copied, start - copied);
        g_string_append_printf(out, "%" PRId64, (int64_t)value);
        copied = i;
    }
    if (out) {
        g_string_append_len(out, text + copied, len - copied);
    }
    return out;
}

typedef struct MessageKind {
    const char *member;
    QmpMessageType type;
    bool (*parse)(QmpMessage *msg, GError **errp);
} MessageKind;

static const MessageKind kinds[] = {
    { "QMP", QMP_MESSAGE_GREETING, parse_greeting },
    { "return", QMP_MESSAGE_RETURN, parse_return },
    { "error", QMP_MESSAGE_ERROR, parse_error },
    { "event", QMP_MESSAGE_EVENT, parse_event },
};

QmpMessage *qmp_message_parse(const char *text, size_t len, GError **errp)
{
    g_autoptr(QmpMessage) msg = g_new0(QmpMessage, 1);
    g_autoptr(GError) err = NULL;
    const MessageKind *kind = NULL;
    GString *folded = fold_unsigned(text, len);
    unsigned i;

    msg->object = json_parse_object(folded ? folded->str : text,
                                    folded ? folded->len : len, &err);
    if (folded) {
        g_string_free(folded, TRUE);
    }
    if (!msg->object) {
        set_malformed(err->message, errp);
        return NULL;
    }
    for (i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!json_object_has_member(msg->object, kinds[i].member)) {
            continue;
        }
        if (kind) {
            set_malformed("two kinds in one", errp);
            return NULL;
        }
        kind = &kinds[i];
    }
    if (!kind) {
        set_malformed("neither greeting, reply nor event", errp);
        return NULL;
    }
    msg->type = kind->type;
    if (!kind->parse(msg, errp)) {
        return NULL;
    }
    return g_steal_pointer(&msg);
}

void qmp_message_free(QmpMessage *message)
{
    if (!message) {
        return;
    }
    g_clear_pointer(&message->object, json_object_unref);
    qmp_version_clear(&message->version);
    g_free(message);
}

char *qmp_command_build(const char *name, JsonObject *args, uint64_t id,
                        bool oob)
{
    g_autoptr(JsonObject) command = json_object_new();
    g_autofree char *text = NULL;

    json_object_set_string_member(command, oob ? "exec-oob" : "execute",
                                  name);
    if (args) {
        json_object_set_object_member(command, "arguments",
                                      json_object_ref(args));
    }
    json_object_set_int_member(command, "id", id);
    text = json_print(command);
    return g_strconcat(text, "\n", NULL);
}
