/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-glib with the safety that bytes from a network need: a strict check
 * before parsing (json-glib 1.6 recurses without limit and accepts what is
 * not JSON) and getters that tell "absent" from "wrong type".
 */
#ifndef QEMU_BMC_UTIL_JSON_H
#define QEMU_BMC_UTIL_JSON_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_MAX_DEPTH 32

/**
 * json_check: check that a text is exactly one value of strict JSON
 * (RFC 8259): UTF-8, no comments, no trailing bytes, no duplicate member
 * names in one object, numbers that fit a double or an int64_t, nesting of
 * at most %JSON_MAX_DEPTH. Needs no recursion and no memory beyond a bounded
 * amount. Strings may hold any character but U+0000.
 *
 * @text: the bytes; need not be terminated
 * @len: length of @text in bytes
 * @errp: BMC_ERROR_INVALID with the byte offset, BMC_ERROR_LIMIT when nested
 *        too deeply
 *
 * Returns: true if json-glib may parse it
 */
bool json_check(const char *text, size_t len, GError **errp);

/**
 * json_parse_object: json_check() and parse; the value must be an object.
 *
 * @text: the bytes; need not be terminated
 * @len: length of @text in bytes
 * @errp: as json_check(); BMC_ERROR_INVALID when it is not an object
 *
 * Returns: (transfer full): the object, or NULL
 */
JsonObject *json_parse_object(const char *text, size_t len, GError **errp);

/**
 * json_print: serialise without white space; a number that JSON cannot say
 * (infinity) becomes null. Use this, not json_to_string(), which prints some
 * numbers wrongly.
 *
 * @object: the object
 *
 * Returns: (transfer full): the text
 */
char *json_print(JsonObject *object);

/**
 * json_print_node: json_print() for any value.
 *
 * @node: the value
 *
 * Returns: (transfer full): the text
 */
char *json_print_node(JsonNode *node);

/**
 * JsonGet: what a typed getter found.
 *
 * @JSON_GET_OK: there, and of the wanted type
 * @JSON_GET_ABSENT: no such member
 * @JSON_GET_NULL: the member is null
 * @JSON_GET_TYPE: the member has another type
 */
typedef enum JsonGet {
    JSON_GET_OK,
    JSON_GET_ABSENT,
    JSON_GET_NULL,
    JSON_GET_TYPE,
} JsonGet;

/**
 * json_get_string: read a string member.
 *
 * @object: the object
 * @name: the member's name
 * @value: set on %JSON_GET_OK; belongs to @object
 *
 * Returns: what was found
 */
JsonGet json_get_string(JsonObject *object, const char *name,
                        const char **value);

/**
 * json_get_int: read an integer member (a number written without fraction
 * and exponent).
 *
 * @object: the object
 * @name: the member's name
 * @value: set on %JSON_GET_OK
 *
 * Returns: what was found
 */
JsonGet json_get_int(JsonObject *object, const char *name, int64_t *value);

/**
 * json_get_bool: read a boolean member.
 *
 * @object: the object
 * @name: the member's name
 * @value: set on %JSON_GET_OK
 *
 * Returns: what was found
 */
JsonGet json_get_bool(JsonObject *object, const char *name, bool *value);

/**
 * json_get_object: read an object member.
 *
 * @object: the object
 * @name: the member's name
 * @value: set on %JSON_GET_OK; belongs to @object
 *
 * Returns: what was found
 */
JsonGet json_get_object(JsonObject *object, const char *name,
                        JsonObject **value);

/**
 * json_get_array: read an array member.
 *
 * @object: the object
 * @name: the member's name
 * @value: set on %JSON_GET_OK; belongs to @object
 *
 * Returns: what was found
 */
JsonGet json_get_array(JsonObject *object, const char *name,
                       JsonArray **value);

#endif /* QEMU_BMC_UTIL_JSON_H */
