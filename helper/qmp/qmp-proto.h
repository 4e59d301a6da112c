/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The QEMU Machine Protocol without a connection: bytes to messages, and
 * commands to bytes. Pure: no GIO, no state but the splitter's own buffer.
 * QEMU's docs/interop/qmp-spec.txt is the specification.
 */
#ifndef QEMU_BMC_QMP_QMP_PROTO_H
#define QEMU_BMC_QMP_QMP_PROTO_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QMP_MESSAGE_MAX_DEFAULT (10 * 1024 * 1024)

/**
 * QmpSplitter: cuts a byte stream into messages. A message is one JSON
 * object; it may arrive in pieces cut anywhere, several may arrive at once,
 * and line ends (LF or CRLF) may be between and, from a monitor with
 * pretty=on, within them. Use qmp_splitter_init() and qmp_splitter_clear();
 * the members are private.
 */
typedef struct QmpSplitter {
    GByteArray *buf;
    size_t max;
    size_t start;
    size_t scanned;
    size_t depth;
    bool in_string;
    bool escaped;
} QmpSplitter;

/**
 * QmpSplit: what qmp_splitter_next() found.
 *
 * @QMP_SPLIT_MORE: no whole message; push more bytes
 * @QMP_SPLIT_MESSAGE: one message
 * @QMP_SPLIT_ERROR: this is not QMP, or too long; the stream is lost
 */
typedef enum QmpSplit {
    QMP_SPLIT_MORE,
    QMP_SPLIT_MESSAGE,
    QMP_SPLIT_ERROR,
} QmpSplit;

/**
 * qmp_splitter_init: prepare a splitter.
 *
 * @splitter: uninitialised storage
 * @max: longest message in bytes, or 0 for %QMP_MESSAGE_MAX_DEFAULT
 */
void qmp_splitter_init(QmpSplitter *splitter, size_t max);

/**
 * qmp_splitter_clear: release a splitter's memory; it is as after
 * qmp_splitter_init() with the same @max, so it may be used again.
 *
 * @splitter: the splitter
 */
void qmp_splitter_clear(QmpSplitter *splitter);

/**
 * qmp_splitter_push: append bytes. Call qmp_splitter_next() until it wants
 * more before pushing again: only then is the memory bounded.
 *
 * @splitter: the splitter
 * @data: the bytes
 * @len: their number
 */
void qmp_splitter_push(QmpSplitter *splitter, const void *data, size_t len);

/**
 * qmp_splitter_next: take the next message.
 *
 * @splitter: the splitter
 * @text: set to the message, without line end, not terminated; valid until
 *        the splitter is used again
 * @len: set to its length in bytes
 * @errp: BMC_ERROR_PROTOCOL for bytes outside an object, BMC_ERROR_LIMIT for
 *        a message longer than the maximum
 *
 * Returns: what was found
 */
QmpSplit qmp_splitter_next(QmpSplitter *splitter, const char **text,
                           size_t *len, GError **errp);

/**
 * QmpMessageType: what the server can say.
 */
typedef enum QmpMessageType {
    QMP_MESSAGE_GREETING,
    QMP_MESSAGE_RETURN,
    QMP_MESSAGE_ERROR,
    QMP_MESSAGE_EVENT,
} QmpMessageType;

/**
 * QmpVersion: QAPI VersionInfo.
 *
 * @major: 7
 * @minor: 2
 * @micro: 22
 * @package: "Debian 1:7.2+dfsg-7+deb12u18", or ""
 */
typedef struct QmpVersion {
    int64_t major;
    int64_t minor;
    int64_t micro;
    char *package;
} QmpVersion;

/**
 * qmp_version_parse: read a VersionInfo object.
 *
 * @object: the object
 * @version: filled on success; release with qmp_version_clear()
 * @errp: BMC_ERROR_PROTOCOL
 *
 * Returns: true on success
 */
bool qmp_version_parse(JsonObject *object, QmpVersion *version,
                       GError **errp);

/**
 * qmp_version_clear: release what a version holds and zero it.
 *
 * @version: the version
 */
void qmp_version_clear(QmpVersion *version);

/**
 * QmpMessage: one message of the server.
 *
 * @type: which members below mean something
 * @object: the whole message
 * @has_id: RETURN, ERROR: @id is set; a server leaves it out when it could
 *          not read the command at all
 * @id: RETURN, ERROR: the command's id
 * @value: RETURN: the value; belongs to @object
 * @name: EVENT: its name; ERROR: its class; belongs to @object
 * @desc: ERROR: text for people; belongs to @object
 * @data: EVENT: its data, or NULL when it has none; belongs to @object
 * @time_us: EVENT: microseconds since 1970, or -1 when QEMU does not know
 * @version: GREETING: the server's version
 * @oob: GREETING: the server offers out-of-band commands
 */
typedef struct QmpMessage {
    QmpMessageType type;
    JsonObject *object;
    bool has_id;
    uint64_t id;
    JsonNode *value;
    const char *name;
    const char *desc;
    JsonObject *data;
    int64_t time_us;
    QmpVersion version;
    bool oob;
} QmpMessage;

/**
 * qmp_message_parse: parse and classify one message.
 *
 * @text: the message, as qmp_splitter_next() returns it
 * @len: its length in bytes
 * @errp: BMC_ERROR_PROTOCOL
 *
 * Returns: (transfer full): the message, or NULL
 */
QmpMessage *qmp_message_parse(const char *text, size_t len, GError **errp);

/**
 * qmp_message_free: free a message.
 *
 * @message: the message, or NULL
 */
void qmp_message_free(QmpMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QmpMessage, qmp_message_free)

/**
 * qmp_command_build: write a command as one line, with its line end.
 *
 * @name: the command
 * @args: its arguments, or NULL. Integers keep all their 64 bits; one above
 *        INT64_MAX is passed as the negative number of the same bits, which
 *        QEMU takes for its unsigned types
 * @id: the number that the reply will carry
 * @oob: exec-oob instead of execute
 *
 * Returns: (transfer full): the line
 */
char *qmp_command_build(const char *name, JsonObject *args, uint64_t id,
                        bool oob);

/**
 * qmp_command_trace: a command's arguments for a log, with everything that
 * may be a secret replaced: all of set_password, expire_password and
 * object-add with a secret, and any member named like one (password, key,
 * secret, data ...).
 *
 * @name: the command
 * @args: its arguments, or NULL
 *
 * Returns: (transfer full): JSON text
 */
char *qmp_command_trace(const char *name, JsonObject *args);

#endif /* QEMU_BMC_QMP_QMP_PROTO_H */
