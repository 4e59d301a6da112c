/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Query parameters. */
#include "osdep.h"

#include "redfish/rf-query.h"

#include "util/json.h"

#define SELECT_MAX 64 /* properties */
#define SELECT_DEPTH_MAX 8

typedef enum Outcome {
    OUTCOME_OK,
    OUTCOME_FORMAT,
    OUTCOME_RANGE,
    OUTCOME_COMBINATION,
} Outcome;

static Outcome parse_only(RfQuery *query, const char *value)
{
    if (*value) {
        return OUTCOME_FORMAT;
    }
    query->only = true;
    return OUTCOME_OK;
}

static Outcome parse_excerpt(RfQuery *query, const char *value)
{
    if (*value) {
        return OUTCOME_FORMAT;
    }
    query->excerpt = true;
    return OUTCOME_OK;
}

static bool parse_count(const char *text, int64_t max, int64_t *count,
                        Outcome *outcome)
{
    guint64 number = 0;

    if (!*text || strspn(text, "0123456789") != strlen(text)) {
        *outcome = OUTCOME_FORMAT;
        return false;
    }
    if (!g_ascii_string_to_unsigned(text, 10, 0, max, &number, NULL)) {
        *outcome = OUTCOME_RANGE;
        return false;
    }
    *count = number;
    *outcome = OUTCOME_OK;
    return true;
}

/* Deeper than there is anything is no mistake, only useless. */
static Outcome parse_levels(RfQuery *query, const char *text)
{
    g_autofree char *number = NULL;
    size_t len = strlen(text);
    int64_t levels;
    Outcome outcome;

    if (!g_str_has_prefix(text, "($levels=") || text[len - 1] != ')') {
        return OUTCOME_FORMAT;
    }
    number = g_strndup(text + 9, len - 10);
    if (!parse_count(number, RF_EXPAND_LEVELS_MAX, &levels, &outcome)) {
        return outcome;
    }
    query->levels = levels;
    return levels ? OUTCOME_OK : OUTCOME_RANGE;
}

static Outcome parse_expand(RfQuery *query, const char *value)
{
    static const char modes[] = {
        [RF_EXPAND_SUBORDINATE] = '.', [RF_EXPAND_LINKS] = '~',
        [RF_EXPAND_ALL] = '*',
    };
    unsigned i;

    for (i = RF_EXPAND_SUBORDINATE; i < G_N_ELEMENTS(modes); i++) {
        if (value[0] == modes[i]) {
            query->expand = i;
            query->levels = 1;
            return value[1] ? parse_levels(query, value + 1) : OUTCOME_OK;
        }
    }
    return OUTCOME_FORMAT;
}

static Outcome parse_filter(RfQuery *query, const char *value)
{
    query->filter = rf_filter_parse(value);
    query->filter_text = g_strdup(value);
    return query->filter ? OUTCOME_OK : OUTCOME_FORMAT;
}

static Outcome parse_skip(RfQuery *query, const char *value)
{
    Outcome outcome;

    parse_count(value, RF_QUERY_TOP_MAX, &query->skip, &outcome);
    return outcome;
}

static Outcome parse_top(RfQuery *query, const char *value)
{
    Outcome outcome;

    parse_count(value, RF_QUERY_TOP_MAX, &query->top, &outcome);
    return outcome;
}

/* Add "A/B/C" to a tree. */
static bool select_path(JsonObject *tree, const char *path)
{
    g_auto(GStrv) names = g_strsplit(path, "/", SELECT_DEPTH_MAX + 1);
    unsigned i, n = g_strv_length(names);

    if (n == 0 || n > SELECT_DEPTH_MAX) {
        return false;
    }
    for (i = 0; i < n; i++) {
        JsonNode *node = json_object_get_member(tree, names[i]);

        if (!*names[i]) {
            return false;
        }
        if (i == n - 1) {
            json_object_set_null_member(tree, names[i]);
        } else if (!node) {
            JsonObject *below = json_object_new();

            json_object_set_object_member(tree, names[i], below);
            tree = below;
        } else if (JSON_NODE_HOLDS_OBJECT(node)) {
            tree = json_node_get_object(node);
        } else {
            return true; /* all of it is selected already */
        }
    }
    return true;
}

static Outcome parse_select(RfQuery *query, const char *value)
{
    g_auto(GStrv) paths = g_strsplit(value, ",", SELECT_MAX + 1);
    unsigned i;

    if (!*value || g_strv_length(paths) > SELECT_MAX) {
        return OUTCOME_FORMAT;
    }
    query->select = json_object_new();
    for (i = 0; paths[i]; i++) {
        if (!select_path(query->select, g_strstrip(paths[i]))) {
            return OUTCOME_FORMAT;
        }
    }
    return OUTCOME_OK;
}

static const struct {
    const char *name;
    Outcome (*parse)(RfQuery *query, const char *value);
} parameters[] = {
    { "only", parse_only },
    { "excerpt", parse_excerpt },
    { "$expand", parse_expand },
    { "$filter", parse_filter },
    { "$skip", parse_skip },
    { "$top", parse_top },
    { "$select", parse_select },
};

static void complain(Outcome outcome, const char *name, const char *value,
                     RfMessages *messages)
{
    switch (outcome) {
    case OUTCOME_FORMAT:
        rf_messages_add(messages, RF_MESSAGE_QUERY_PARAMETER_VALUE_FORMAT_ERROR,
                        NULL, NULL, value, name, NULL);
        break;
    case OUTCOME_RANGE: {
        bool expand = g_str_equal(name, "$expand");
        g_autofree char *range = g_strdup_printf(
            "%d-%d", expand ? 1 : 0, expand ? RF_EXPAND_LEVELS_MAX
                                            : RF_QUERY_TOP_MAX);

        rf_messages_add(messages, RF_MESSAGE_QUERY_PARAMETER_OUT_OF_RANGE,
                        NULL, NULL, value, name, range, NULL);
        break;
    }
    case OUTCOME_COMBINATION:
        rf_messages_add(messages, RF_MESSAGE_QUERY_COMBINATION_INVALID, NULL,
                        NULL, NULL);
        break;
    case OUTCOME_OK:
        break;
    }
}

static void parse_parameter(RfQuery *query, unsigned *seen, const char *name,
                            const char *value, RfMessages *messages)
{
    Outcome outcome = OUTCOME_COMBINATION; /* given twice */
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(parameters); i++) {
        if (g_str_equal(name, parameters[i].name)) {
            if (!(*seen & 1u << i)) {
                outcome = parameters[i].parse(query, value);
            }
            *seen |= 1u << i;
            complain(outcome, name, value, messages);
            return;
        }
    }
    if (name[0] == '$') {
        rf_messages_add(messages, RF_MESSAGE_QUERY_PARAMETER_UNSUPPORTED,
                        NULL, NULL, name, NULL);
    }
}

/* '+' is a blank, as forms have it; clients that mean '+' write %2B. */
static char *decode(const char *from, const char *to)
{
    g_autofree char *copy = g_strndup(from, to - from);
    g_autofree char *text =
        g_uri_unescape_string(g_strdelimit(copy, "+", ' '), NULL);

    return text && g_utf8_validate(text, -1, NULL) ? g_steal_pointer(&text)
                                                   : NULL;
}

bool rf_query_parse(const char *text, RfQuery *query, RfMessages *messages)
{
    unsigned seen = 0;
    const char *p = text;

    *query = (RfQuery) { .top = -1 };
    while (p && *p) {
        const char *end = p + strcspn(p, "&");
        const char *name_end = p + strcspn(p, "=&");
        g_autofree char *name = decode(p, name_end);
        g_autofree char *value = decode(name_end + (name_end < end), end);

        if (name && !value) {
            rf_messages_add(messages, RF_MESSAGE_QUERY_PARAMETER_VALUE_ERROR,
                            NULL, NULL, name, NULL);
        } else if (name) {
            parse_parameter(query, &seen, name, value, messages);
        }
        p = *end ? end + 1 : end;
    }
    query->any = seen;
    return rf_messages_empty(messages);
}

void rf_query_clear(RfQuery *query)
{
    rf_filter_free(query->filter);
    g_free(query->filter_text);
    g_clear_pointer(&query->select, json_object_unref);
    *query = (RfQuery) { .top = -1 };
}

/* What belongs to a property that is selected, or identifies the resource. */
static bool is_kept(JsonObject *select, const char *name)
{
    const char *at = strchr(name, '@');
    g_autofree char *property = NULL;

    if (json_object_has_member(select, name) ||
        g_str_has_prefix(name, "@odata.")) {
        return true;
    }
    property = at ? g_strndup(name, at - name) : NULL;
    return property && *property && json_object_has_member(select, property);
}

static void select_node(JsonNode *select, JsonNode *node)
{
    unsigned i;

    if (!select || !JSON_NODE_HOLDS_OBJECT(select)) {
        return;
    }
    if (JSON_NODE_HOLDS_OBJECT(node)) {
        rf_query_select(json_node_get_object(select),
                        json_node_get_object(node));
    } else if (JSON_NODE_HOLDS_ARRAY(node)) {
        JsonArray *array = json_node_get_array(node);

        for (i = 0; i < json_array_get_length(array); i++) {
            select_node(select, json_array_get_element(array, i));
        }
    }
}

static bool is_collection(JsonObject *object)
{
    return json_object_has_member(object, "Members") &&
           json_object_has_member(object, "Members@odata.count");
}

/* Those that were expanded; the others stay references. */
static void select_members(JsonObject *select, JsonArray *members)
{
    unsigned i;

    for (i = 0; i < json_array_get_length(members); i++) {
        JsonObject *member = json_array_get_object_element(members, i);

        if (json_object_get_size(member) > 1) {
            rf_query_select(select, member);
        }
    }
}

void rf_query_select(JsonObject *select, JsonObject *object)
{
    g_autoptr(GList) names = json_object_get_members(object);
    bool collection = is_collection(object) &&
                      !json_object_has_member(select, "Members");
    GList *l;

    for (l = names; l; l = l->next) {
        JsonNode *node = json_object_get_member(object, l->data);

        if (collection && g_str_equal(l->data, "Members")) {
            select_members(select, json_node_get_array(node));
        } else if (collection && g_str_has_prefix(l->data, "Members@")) {
            continue;
        } else if (is_kept(select, l->data)) {
            select_node(json_object_get_member(select, l->data), node);
        } else {
            json_object_remove_member(object, l->data);
        }
    }
}
