/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checking QMP commands against the schema that a real QEMU gave. */
#ifndef QEMU_BMC_TESTS_MOCK_SCHEMA_H
#define QEMU_BMC_TESTS_MOCK_SCHEMA_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

typedef struct MockSchema MockSchema;

/**
 * mock_schema_new: load tests/data/qmp/schema-7.2.json.gz. Commands and
 * events that the series in qemu-patches add are known besides.
 *
 * Returns: (transfer full): the schema; ends the test when it cannot be read
 */
MockSchema *mock_schema_new(void);

/**
 * mock_schema_free: free a schema.
 *
 * @schema: the schema, or NULL
 */
void mock_schema_free(MockSchema *schema);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MockSchema, mock_schema_free)

/**
 * mock_schema_get_reply: the recorded reply to query-qmp-schema.
 *
 * @schema: the schema
 *
 * Returns: the returned array; belongs to @schema
 */
JsonArray *mock_schema_get_reply(MockSchema *schema);

/**
 * mock_schema_check_command: check a command as QEMU would.
 *
 * @schema: the schema
 * @command: its name
 * @args: its arguments; an empty object when it has none
 * @oob: it came as exec-oob
 * @errp: what is wrong with it
 *
 * Returns: true if QEMU would take it
 */
bool mock_schema_check_command(MockSchema *schema, const char *command,
                               JsonObject *args, bool oob, GError **errp);

/**
 * mock_schema_has_event: tell whether QEMU has an event.
 *
 * @schema: the schema
 * @event: its name
 *
 * Returns: true if it has
 */
bool mock_schema_has_event(MockSchema *schema, const char *event);

#endif /* QEMU_BMC_TESTS_MOCK_SCHEMA_H */
