/* SPDX-License-Identifier: GPL-2.0-or-later */
/* $filter: a small recursive parser, bounded in depth and size. */
#include "osdep.h"

#include "redfish/rf-filter.h"

#include <errno.h>

#define DEPTH_MAX 16
#define NODES_MAX 64

typedef enum Op {
    OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE,
    OP_AND, OP_OR, OP_NOT,
    OP_BELOW, /* as OP_EQ, or below in the tree of URIs */
    OP_TRUE,
} Op;

/* In the order of the comparisons in Op. */
static const char *const comparisons[] = {
    "eq", "ne", "lt", "le", "gt", "ge",
};

struct RfFilter {
    Op op;
    RfFilter *left;  /* AND, OR, NOT */
    RfFilter *right; /* AND, OR */
    char **path;     /* comparisons */
    JsonNode *literal;
};

typedef struct Parser {
    const char *at;
    unsigned depth;
    unsigned n_nodes;
} Parser;

static RfFilter *parse_or(Parser *parser);

static void skip_blanks(Parser *parser)
{
    while (*parser->at == ' ' || *parser->at == '\t') {
        parser->at++;
    }
}

static bool is_word_char(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '@' || c == '.' ||
           c == '#' || c == '/';
}

/* Returns the length of the word that comes next, 0 if none does. */
static size_t peek_word(Parser *parser)
{
    size_t len = 0;

    skip_blanks(parser);
    while (is_word_char(parser->at[len])) {
        len++;
    }
    return len;
}

static bool take_word(Parser *parser, const char *word)
{
    size_t len = peek_word(parser);

    if (strlen(word) != len || strncmp(parser->at, word, len) != 0) {
        return false;
    }
    parser->at += len;
    return true;
}

static bool take_char(Parser *parser, char c)
{
    skip_blanks(parser);
    if (*parser->at != c) {
        return false;
    }
    parser->at++;
    return true;
}

static RfFilter *node_new(Parser *parser, Op op)
{
    RfFilter *node = g_new0(RfFilter, 1);

    parser->n_nodes++;
    node->op = op;
    return node;
}

/* Two single quotes within are one of the text. */
static JsonNode *parse_text(Parser *parser)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *p = parser->at;
    JsonNode *node;

    for (;; p++) {
        if (!*p) {
            return NULL;
        }
        if (*p == '\'' && *++p != '\'') {
            break;
        }
        g_string_append_c(text, *p);
    }
    parser->at = p;
    node = json_node_new(JSON_NODE_VALUE);
    json_node_set_string(node, text->str);
    return node;
}

static JsonNode *parse_number(Parser *parser)
{
    char *end;
    JsonNode *node;
    double number;

    skip_blanks(parser);
    if (!g_ascii_isdigit(parser->at[*parser->at == '-'])) {
        return NULL;
    }
    number = g_ascii_strtod(parser->at, &end);
    if (is_word_char(*end)) {
        return NULL;
    }
    parser->at = end;
    node = json_node_new(JSON_NODE_VALUE);
    json_node_set_double(node, number);
    return node;
}

static JsonNode *parse_literal(Parser *parser)
{
    JsonNode *node;

    if (take_char(parser, '\'')) {
        return parse_text(parser);
    }
    if (take_word(parser, "null")) {
        return json_node_new(JSON_NODE_NULL);
    }
    if (take_word(parser, "true") || take_word(parser, "false")) {
        node = json_node_new(JSON_NODE_VALUE);
        json_node_set_boolean(node, parser->at[-4] == 't');
        return node;
    }
    return parse_number(parser);
}

static RfFilter *parse_comparison(Parser *parser)
{
    g_autoptr(RfFilter) node = node_new(parser, OP_EQ);
    size_t len = peek_word(parser);
    g_autofree char *path = g_strndup(parser->at, len);
    unsigned i;

    if (!len) {
        return NULL;
    }
    parser->at += len;
    node->path = g_strsplit(path, "/", -1);
    for (i = 0; i < G_N_ELEMENTS(comparisons); i++) {
        if (take_word(parser, comparisons[i])) {
            node->op = i;
            node->literal = parse_literal(parser);
            return node->literal ? g_steal_pointer(&node) : NULL;
        }
    }
    return NULL;
}

static RfFilter *parse_unary(Parser *parser)
{
    g_autoptr(RfFilter) node = NULL;

    if (parser->depth >= DEPTH_MAX || parser->n_nodes >= NODES_MAX) {
        return NULL;
    }
    if (take_word(parser, "not")) {
        node = node_new(parser, OP_NOT);
        parser->depth++;
        node->left = parse_unary(parser);
        parser->depth--;
        return node->left ? g_steal_pointer(&node) : NULL;
    }
    if (take_char(parser, '(')) {
        parser->depth++;
        node = parse_or(parser);
        parser->depth--;
        return node && take_char(parser, ')') ? g_steal_pointer(&node)
                                              : NULL;
    }
    return parse_comparison(parser);
}

/* A chain of one operator leans to the left: it is as deep as it is long. */
static RfFilter *parse_chain(Parser *parser, Op op, const char *word,
                             RfFilter *(*part)(Parser *parser))
{
    g_autoptr(RfFilter) left = part(parser);

    while (left && take_word(parser, word)) {
        RfFilter *node = node_new(parser, op);

        node->left = g_steal_pointer(&left);
        node->right = part(parser);
        left = node;
        if (!node->right) {
            return NULL;
        }
    }
    return g_steal_pointer(&left);
}

static RfFilter *parse_and(Parser *parser)
{
    return parse_chain(parser, OP_AND, "and", parse_unary);
}

static RfFilter *parse_or(Parser *parser)
{
    return parse_chain(parser, OP_OR, "or", parse_and);
}

RfFilter *rf_filter_parse(const char *text)
{
    Parser parser = { .at = text };
    g_autoptr(RfFilter) filter = parse_or(&parser);

    skip_blanks(&parser);
    return filter && !*parser.at ? g_steal_pointer(&filter) : NULL;
}

static bool is_name(const RfFilter *filter, const char *name)
{
    return g_str_equal(filter->path[0], name) && !filter->path[1];
}

bool rf_filter_is_of(const RfFilter *filter, const char *const *names)
{
    unsigned i;

    if (!filter->path) {
        return rf_filter_is_of(filter->left, names) &&
               (!filter->right || rf_filter_is_of(filter->right, names));
    }
    for (i = 0; names[i]; i++) {
        if (is_name(filter, names[i])) {
            return true;
        }
    }
    return false;
}

bool rf_filter_names(const RfFilter *filter, const char *name)
{
    if (!filter->path) {
        return rf_filter_names(filter->left, name) ||
               (filter->right && rf_filter_names(filter->right, name));
    }
    return is_name(filter, name);
}

static bool says_true(const RfFilter *filter, const char *flag)
{
    return filter->op == OP_EQ && is_name(filter, flag) &&
           json_node_get_value_type(filter->literal) == G_TYPE_BOOLEAN &&
           json_node_get_boolean(filter->literal);
}

static bool any_says_true(const RfFilter *filter, const char *flag)
{
    if (!filter->path) {
        return any_says_true(filter->left, flag) ||
               (filter->right && any_says_true(filter->right, flag));
    }
    return says_true(filter, flag);
}

static void widen(RfFilter *filter, const char *flag, const char *name)
{
    if (!filter->path) {
        widen(filter->left, flag, name);
        if (filter->right) {
            widen(filter->right, flag, name);
        }
    } else if (says_true(filter, flag)) {
        filter->op = OP_TRUE;
    } else if (filter->op == OP_EQ && is_name(filter, name)) {
        filter->op = OP_BELOW;
    }
}

void rf_filter_below(RfFilter *filter, const char *flag, const char *name)
{
    if (any_says_true(filter, flag)) {
        widen(filter, flag, name);
    }
}

void rf_filter_free(RfFilter *filter)
{
    if (!filter) {
        return;
    }
    rf_filter_free(filter->left);
    rf_filter_free(filter->right);
    g_strfreev(filter->path);
    g_clear_pointer(&filter->literal, json_node_unref);
    g_free(filter);
}

/* Returns NULL where there is nothing, or null. */
static JsonNode *find(char **path, JsonObject *object)
{
    JsonNode *node = NULL;

    for (; *path; path++) {
        node = object ? json_object_get_member(object, *path) : NULL;
        if (!node) {
            return NULL;
        }
        object = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node)
                                              : NULL;
    }
    return node && !JSON_NODE_HOLDS_NULL(node) ? node : NULL;
}

static bool is_number(JsonNode *node)
{
    GType type = json_node_get_value_type(node);

    return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

static int sign(double d)
{
    return (d > 0) - (d < 0);
}

/* Sets @order to <0, 0 or >0. Returns false if they cannot be compared. */
static bool compare(JsonNode *a, JsonNode *b, int *order)
{
    if (!JSON_NODE_HOLDS_VALUE(a) || !JSON_NODE_HOLDS_VALUE(b)) {
        return false;
    }
    if (is_number(a) && is_number(b)) {
        *order = sign(json_node_get_double(a) - json_node_get_double(b));
        return true;
    }
    if (json_node_get_value_type(a) != json_node_get_value_type(b)) {
        return false;
    }
    if (json_node_get_value_type(a) == G_TYPE_STRING) {
        *order = strcmp(json_node_get_string(a), json_node_get_string(b));
    } else {
        *order = json_node_get_boolean(a) - json_node_get_boolean(b);
    }
    return true;
}

static bool is_below(JsonNode *value, JsonNode *literal)
{
    const char *uri, *above;
    size_t len;

    if (!value || json_node_get_value_type(value) != G_TYPE_STRING ||
        json_node_get_value_type(literal) != G_TYPE_STRING) {
        return false;
    }
    uri = json_node_get_string(value);
    above = json_node_get_string(literal);
    len = strlen(above);
    return strncmp(uri, above, len) == 0 && (!uri[len] || uri[len] == '/');
}

static bool comparison_holds(const RfFilter *filter, JsonObject *object)
{
    JsonNode *value = find(filter->path, object);
    int order = 0;
    bool known;

    if (JSON_NODE_HOLDS_NULL(filter->literal) || !value) {
        known = JSON_NODE_HOLDS_NULL(filter->literal) && !value;
        return filter->op == OP_EQ ? known : filter->op == OP_NE && !known;
    }
    known = compare(value, filter->literal, &order);
    switch (filter->op) {
    case OP_EQ:
        return known && order == 0;
    case OP_NE:
        return !known || order != 0;
    case OP_LT:
        return known && order < 0;
    case OP_LE:
        return known && order <= 0;
    case OP_GT:
        return known && order > 0;
    case OP_GE:
        return known && order >= 0;
    default:
        g_assert_not_reached();
    }
}

bool rf_filter_matches(const RfFilter *filter, JsonObject *object)
{
    switch (filter->op) {
    case OP_AND:
        return rf_filter_matches(filter->left, object) &&
               rf_filter_matches(filter->right, object);
    case OP_OR:
        return rf_filter_matches(filter->left, object) ||
               rf_filter_matches(filter->right, object);
    case OP_NOT:
        return !rf_filter_matches(filter->left, object);
    case OP_TRUE:
        return true;
    case OP_BELOW:
        return is_below(find(filter->path, object), filter->literal);
    default:
        return comparison_holds(filter, object);
    }
}
