/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Typed access to the state file. */
#include "osdep.h"

#include "bmc/persist-read.h"

#include "util/json.h"
#include "util/secret.h"

/* What is absent is no damage; null is, since nothing writes it. */
static bool accept(PersistReader *r, const char *name, JsonGet got, bool good)
{
    if (got == JSON_GET_ABSENT) {
        return false;
    }
    if (got != JSON_GET_OK || !good) {
        persist_read_damaged(r, name);
        return false;
    }
    return true;
}

bool persist_read(PersistReader *r, Persist *persist, const char *section)
{
    *r = (PersistReader) { .persist = persist, .section = section };
    r->object = persist_get(persist, section);
    if (!r->object && persist_has(persist, section)) {
        persist_read_damaged(r, NULL);
    }
    return r->object;
}

bool persist_read_int(PersistReader *r, const char *name, int64_t min,
                      int64_t max, int64_t *value)
{
    int64_t got = 0;
    JsonGet how = r->object ? json_get_int(r->object, name, &got) :
                  JSON_GET_ABSENT;

    if (!accept(r, name, how, got >= min && got <= max)) {
        return false;
    }
    *value = got;
    return true;
}

bool persist_read_u8(PersistReader *r, const char *name, uint8_t min,
                     uint8_t max, uint8_t *value)
{
    int64_t got;

    if (!persist_read_int(r, name, min, max, &got)) {
        return false;
    }
    *value = got;
    return true;
}

bool persist_read_bool(PersistReader *r, const char *name, bool *value)
{
    return accept(r, name, r->object ? json_get_bool(r->object, name, value) :
                  JSON_GET_ABSENT, true);
}

bool persist_read_string(PersistReader *r, const char *name,
                         const char **value)
{
    return accept(r, name, r->object ?
                  json_get_string(r->object, name, value) :
                  JSON_GET_ABSENT, true);
}

uint8_t *persist_read_data(PersistReader *r, const char *name, size_t min,
                           size_t max, size_t *len)
{
    uint8_t *data;
    const char *text;

    if (!persist_read_string(r, name, &text)) {
        return NULL;
    }
    data = g_base64_decode(text, len);
    /* The decoder skips what is not base64 */
    if (*len >= min && *len <= max && strlen(text) == (*len + 2) / 3 * 4) {
        return data;
    }
    secret_wipe(data, *len);
    g_free(data);
    persist_read_damaged(r, name);
    return NULL;
}

bool persist_read_bytes(PersistReader *r, const char *name, void *to,
                        size_t len)
{
    size_t got;
    uint8_t *data = persist_read_data(r, name, len, len, &got);

    if (!data) {
        return false;
    }
    memcpy(to, data, len);
    secret_wipe(data, len);
    g_free(data);
    return true;
}

bool persist_read_array(PersistReader *r, const char *name, unsigned max,
                        JsonArray **array)
{
    JsonArray *got = NULL;
    JsonGet how = r->object ? json_get_array(r->object, name, &got) :
                  JSON_GET_ABSENT;

    if (!accept(r, name, how, got && json_array_get_length(got) <= max)) {
        return false;
    }
    *array = got;
    return true;
}

bool persist_read_element_int(PersistReader *r, const char *name,
                              JsonArray *array, unsigned i, int64_t min,
                              int64_t max, int64_t *value)
{
    JsonNode *node = json_array_get_element(array, i);
    int64_t got = 0;
    bool good = JSON_NODE_HOLDS_VALUE(node) &&
                json_node_get_value_type(node) == G_TYPE_INT64;

    if (good) {
        got = json_node_get_int(node);
    }
    if (!good || got < min || got > max) {
        persist_read_damaged(r, name);
        return false;
    }
    *value = got;
    return true;
}

bool persist_read_element(PersistReader *sub, PersistReader *r,
                          const char *name, JsonArray *array, unsigned i)
{
    JsonNode *node = json_array_get_element(array, i);

    *sub = (PersistReader) { .persist = r->persist, .section = r->section };
    if (!JSON_NODE_HOLDS_OBJECT(node)) {
        persist_read_damaged(r, name);
        return false;
    }
    sub->object = json_node_get_object(node);
    return true;
}

bool persist_read_object(PersistReader *sub, PersistReader *r,
                         const char *name)
{
    JsonObject *object = NULL;
    JsonGet how = r->object ? json_get_object(r->object, name, &object) :
                  JSON_GET_ABSENT;

    *sub = (PersistReader) { .persist = r->persist, .section = r->section };
    if (!accept(r, name, how, true)) {
        return false;
    }
    sub->object = object;
    return true;
}

void persist_read_damaged(PersistReader *r, const char *name)
{
    r->damaged = true;
    persist_damaged(r->persist, r->section, name);
}
