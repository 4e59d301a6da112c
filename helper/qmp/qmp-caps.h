/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the QEMU at the other end can do, found by asking it and never by
 * its version number: distributions backport.
 */
#ifndef QEMU_BMC_QMP_QMP_CAPS_H
#define QEMU_BMC_QMP_QMP_CAPS_H

#include "qmp/qmp-client.h"

typedef struct QmpCaps QmpCaps;

/**
 * QmpCapsDepth: how much to ask.
 *
 * @QMP_CAPS_COMMANDS: query-commands: 5 KB, enough for
 *                     qmp_caps_has_command()
 * @QMP_CAPS_SCHEMA: query-qmp-schema too: some 200 KB, for events and
 *                   arguments
 */
typedef enum QmpCapsDepth {
    QMP_CAPS_COMMANDS,
    QMP_CAPS_SCHEMA,
} QmpCapsDepth;

/**
 * qmp_caps_probe_async: ask QEMU, or take what was learnt on this very
 * connection before.
 *
 * @client: the client
 * @depth: how much to ask
 * @cancellable: cancels; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_caps_probe_async(QmpClient *client, QmpCapsDepth depth,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_caps_probe_finish: result of qmp_caps_probe_async().
 *
 * @res: as the callback got it
 * @errp: as qmp_client_execute_finish(); BMC_ERROR_PROTOCOL
 *
 * Returns: (transfer full): what QEMU can do, or NULL
 */
QmpCaps *qmp_caps_probe_finish(GAsyncResult *res, GError **errp);

/**
 * qmp_caps_new: capabilities from replies that somebody else has.
 *
 * @commands: value returned by query-commands
 * @schema: value returned by query-qmp-schema, or NULL
 * @errp: BMC_ERROR_PROTOCOL
 *
 * Returns: (transfer full): the capabilities, or NULL
 */
QmpCaps *qmp_caps_new(JsonNode *commands, JsonNode *schema, GError **errp);

/**
 * qmp_caps_ref: take a reference.
 *
 * @caps: the capabilities
 *
 * Returns: @caps
 */
QmpCaps *qmp_caps_ref(QmpCaps *caps);

/**
 * qmp_caps_unref: drop a reference.
 *
 * @caps: the capabilities, or NULL
 */
void qmp_caps_unref(QmpCaps *caps);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QmpCaps, qmp_caps_unref)

/**
 * qmp_caps_get_depth: how much was asked.
 *
 * @caps: the capabilities
 *
 * Returns: the depth
 */
QmpCapsDepth qmp_caps_get_depth(const QmpCaps *caps);

/**
 * qmp_caps_has_command: tell whether QEMU has a command.
 *
 * @caps: the capabilities
 * @command: "set-action"
 *
 * Returns: true if it has
 */
bool qmp_caps_has_command(const QmpCaps *caps, const char *command);

/**
 * qmp_caps_has_event: tell whether QEMU has an event.
 *
 * @caps: capabilities of depth %QMP_CAPS_SCHEMA
 * @event: "MEMORY_DEVICE_SIZE_CHANGE"
 *
 * Returns: true if it has
 */
bool qmp_caps_has_event(const QmpCaps *caps, const char *event);

/**
 * qmp_caps_command_has_arg: tell whether a command has an argument, be it
 * for one variant only ("blockdev-add", "filename").
 *
 * @caps: capabilities of depth %QMP_CAPS_SCHEMA
 * @command: the command
 * @arg: the argument
 *
 * Returns: true if it has
 */
bool qmp_caps_command_has_arg(const QmpCaps *caps, const char *command,
                              const char *arg);

#endif /* QEMU_BMC_QMP_QMP_CAPS_H */
