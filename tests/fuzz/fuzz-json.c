/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What json_check() accepts, json-glib must parse, print and parse again to
 * the same text; what it refuses must come with an error.
 */
#include "osdep.h"

#include "util/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GError) parse_err = NULL;
    bool good = json_check((const char *)data, len, &err);
    g_autoptr(JsonObject) object = NULL;
    g_autoptr(JsonObject) again = NULL;
    g_autofree char *text = NULL;
    g_autofree char *text_again = NULL;

    g_assert(good == !err);
    object = json_parse_object((const char *)data, len, &parse_err);
    g_assert(!object == !!parse_err);
    g_assert(good || !object);
    if (!object) {
        return 0;
    }
    text = json_print(object);
    again = json_parse_object(text, strlen(text), NULL);
    g_assert(again);
    text_again = json_print(again);
    g_assert(g_str_equal(text, text_again));
    return 0;
}
