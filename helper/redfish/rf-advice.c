/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a value must be, in words. */
#include "osdep.h"

#include "redfish/rf-advice.h"

/* Bytes of a list of values, more or less. */
#define LIST_MAX 400

static const char *const type_texts[] = {
    [RF_TYPE_STRING] = "a string",
    [RF_TYPE_ENUM] = "a string",
    [RF_TYPE_BOOL] = "true or false",
    [RF_TYPE_INTEGER] = "an integer",
    [RF_TYPE_NUMBER] = "a number",
    [RF_TYPE_OBJECT] = "an object",
    [RF_TYPE_LINK] = "an object",
    [RF_TYPE_LINKS] = "an array of objects",
    [RF_TYPE_STRINGS] = "an array of strings",
    [RF_TYPE_OBJECTS] = "an array of objects",
    [RF_TYPE_JSON] = "what its schema says",
};

char *rf_advise_type(const RfProperty *property)
{
    return g_strdup_printf("It must be %s%s.", type_texts[property->type],
                           property->nullable ? " or null" : "");
}

char *rf_advise_list(const RfProperty *property, const RfContext *ctx)
{
    GString *text = g_string_new(NULL);
    unsigned i;

    for (i = 0; property->texts[i] && text->len < LIST_MAX; i++) {
        if (!property->allowed || property->allowed(ctx, i)) {
            g_string_append(text, text->len ? ", " : "It can be ");
            g_string_append(text, property->texts[i]);
        }
    }
    if (!text->len) {
        g_string_append(text, "It has no value that is allowed now");
    } else if (property->texts[i]) {
        g_string_append(text, " and others");
    }
    g_string_append_c(text, '.');
    return g_string_free(text, FALSE);
}

char *rf_advise_range(const RfProperty *property, const char *unit)
{
    return g_strdup_printf("It can be from %" PRId64 " to %" PRId64 "%s.",
                           property->min, property->max, unit);
}
