/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON in tests: parsing that cannot fail, and a form to compare. */
#ifndef QEMU_BMC_TESTS_MOCK_JSON_H
#define QEMU_BMC_TESTS_MOCK_JSON_H

#include <json-glib/json-glib.h>

/**
 * mock_json_parse: parse an object; ends the test when it is not one.
 *
 * @text: the text
 *
 * Returns: (transfer full): the object
 */
JsonObject *mock_json_parse(const char *text);

/**
 * mock_json_canonical: print an object so that two texts can be compared:
 * members sorted by name, no blanks.
 *
 * @object: the object
 *
 * Returns: (transfer full): text
 */
char *mock_json_canonical(JsonObject *object);

#endif /* QEMU_BMC_TESTS_MOCK_JSON_H */
