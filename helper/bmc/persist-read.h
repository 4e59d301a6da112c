/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading what the state file has, which somebody may have edited and a disk
 * may have damaged. Each getter tells a value that is there and makes sense
 * from one that is not there, which a version before this one may have left
 * out, and from one that is damaged: that is logged, and the file is kept
 * aside before anything replaces it.
 */
#ifndef QEMU_BMC_BMC_PERSIST_READ_H
#define QEMU_BMC_BMC_PERSIST_READ_H

#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bmc/persist.h"

/**
 * PersistReader: a section, or an object in one.
 *
 * @persist: the state
 * @section: name of the section, for the log
 * @object: its content; NULL when there is none
 * @damaged: something in this object was damaged
 */
typedef struct PersistReader {
    Persist *persist;
    const char *section;
    JsonObject *object;
    bool damaged;
} PersistReader;

/**
 * persist_read: begin to read a section.
 *
 * @r: the reader; usable whatever is returned, everything is absent then
 * @persist: the state
 * @section: its name
 *
 * Returns: true if there is such a section
 */
bool persist_read(PersistReader *r, Persist *persist, const char *section);

/**
 * persist_read_int: read an integer.
 *
 * @r: the reader
 * @name: the member's name
 * @min: smallest value that makes sense
 * @max: largest value that makes sense
 * @value: set on success
 *
 * Returns: true if it is there and makes sense
 */
bool persist_read_int(PersistReader *r, const char *name, int64_t min,
                      int64_t max, int64_t *value);

/**
 * persist_read_u8: persist_read_int() of what fits a byte.
 *
 * @r: the reader
 * @name: the member's name
 * @min: smallest value that makes sense
 * @max: largest value that makes sense
 * @value: set on success
 *
 * Returns: true if it is there and makes sense
 */
bool persist_read_u8(PersistReader *r, const char *name, uint8_t min,
                     uint8_t max, uint8_t *value);

/**
 * persist_read_bool: read a boolean.
 *
 * @r: the reader
 * @name: the member's name
 * @value: set on success
 *
 * Returns: true if it is there and makes sense
 */
bool persist_read_bool(PersistReader *r, const char *name, bool *value);

/**
 * persist_read_string: read a string.
 *
 * @r: the reader
 * @name: the member's name
 * @value: set on success; belongs to the state, valid while loading
 *
 * Returns: true if it is there and makes sense
 */
bool persist_read_string(PersistReader *r, const char *name,
                         const char **value);

/**
 * persist_read_data: read bytes that are kept in base64.
 *
 * @r: the reader
 * @name: the member's name
 * @min: smallest number of bytes that makes sense
 * @max: largest number of bytes that makes sense
 * @len: set to their number on success
 *
 * Returns: (transfer full): the bytes, or NULL
 */
uint8_t *persist_read_data(PersistReader *r, const char *name, size_t min,
                           size_t max, size_t *len);

/**
 * persist_read_bytes: persist_read_data() of a fixed size.
 *
 * @r: the reader
 * @name: the member's name
 * @to: where to; as it was unless it succeeds
 * @len: how many bytes there must be
 *
 * Returns: true if they are there and make sense
 */
bool persist_read_bytes(PersistReader *r, const char *name, void *to,
                        size_t len);

/**
 * persist_read_array: read an array.
 *
 * @r: the reader
 * @name: the member's name
 * @max: how many elements make sense
 * @array: set on success; belongs to the state, valid while loading
 *
 * Returns: true if it is there and makes sense
 */
bool persist_read_array(PersistReader *r, const char *name, unsigned max,
                        JsonArray **array);

/**
 * persist_read_element_int: read an integer of an array.
 *
 * @r: the reader that the array is of
 * @name: name of the array
 * @array: the array
 * @i: which element; must be there
 * @min: smallest value that makes sense
 * @max: largest value that makes sense
 * @value: set on success
 *
 * Returns: true if it makes sense
 */
bool persist_read_element_int(PersistReader *r, const char *name,
                              JsonArray *array, unsigned i, int64_t min,
                              int64_t max, int64_t *value);

/**
 * persist_read_element: begin to read an object of an array.
 *
 * @sub: the reader of the object
 * @r: the reader that the array is of
 * @name: name of the array
 * @array: the array
 * @i: which element; must be there
 *
 * Returns: true if it is an object
 */
bool persist_read_element(PersistReader *sub, PersistReader *r,
                          const char *name, JsonArray *array, unsigned i);

/**
 * persist_read_object: begin to read an object.
 *
 * @sub: the reader of the object
 * @r: the reader of what it is in
 * @name: the member's name
 *
 * Returns: true if it is there
 */
bool persist_read_object(PersistReader *sub, PersistReader *r,
                         const char *name);

/**
 * persist_read_damaged: say that a member is damaged, which only the caller
 * can tell.
 *
 * @r: the reader
 * @name: (nullable): the member's name; NULL for the object
 */
void persist_read_damaged(PersistReader *r, const char *name);

#endif /* QEMU_BMC_BMC_PERSIST_READ_H */
