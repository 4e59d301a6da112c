/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Request bodies against tables of properties. */
#include "osdep.h"

#include "redfish/rf-patch.h"

#include "redfish/rf-advice.h"

/* Bytes of a description, more or less. */
#define DESCRIBED_MAX 200

typedef struct Change {
    const RfProperty *property;
    RfValue value;
} Change;

struct RfPatch {
    GArray *changes; /* of Change */
    JsonObject *body;
    GPtrArray *made; /* of JsonNode: values that are not in the body */
    bool creates;
};

typedef enum Verdict {
    VERDICT_OK,
    VERDICT_TYPE,
    VERDICT_NOT_IN_LIST,
    VERDICT_OUT_OF_RANGE,
    VERDICT_TOO_LONG,
    VERDICT__MAX,
} Verdict;

/*
 * What a verdict is called, for a property and for a parameter of an action.
 * The arguments are the value, the name and, of actions, the action's.
 */
static const struct {
    RfMessageId property;
    RfMessageId parameter;
} verdict_messages[VERDICT__MAX] = {
    [VERDICT_TYPE] = { RF_MESSAGE_PROPERTY_VALUE_TYPE_ERROR,
                       RF_MESSAGE_ACTION_PARAMETER_VALUE_TYPE_ERROR },
    [VERDICT_NOT_IN_LIST] = {
        RF_MESSAGE_PROPERTY_VALUE_NOT_IN_LIST,
        RF_MESSAGE_ACTION_PARAMETER_VALUE_NOT_IN_LIST },
    [VERDICT_OUT_OF_RANGE] = {
        RF_MESSAGE_PROPERTY_VALUE_OUT_OF_RANGE,
        RF_MESSAGE_ACTION_PARAMETER_VALUE_OUT_OF_RANGE },
    [VERDICT_TOO_LONG] = {
        RF_MESSAGE_PROPERTY_VALUE_FORMAT_ERROR,
        RF_MESSAGE_ACTION_PARAMETER_VALUE_FORMAT_ERROR },
};

/*
 * Annotations tell something about properties and are none themselves
 * (DSP0266 "Property and message annotations"), except those that ask for
 * another time to act at, which must not be overlooked.
 */
static bool is_annotation(const char *name)
{
    if (g_str_has_suffix(name, "ApplyTime")) {
        return false;
    }
    return strstr(name, "@odata.") || strstr(name, "@Redfish.") ||
           strstr(name, "@Message.");
}

/*
 * Whatever is asked for is begun at once, so that this may be said of it
 * (DSP0266 "Operation apply time"); another time may not be overlooked.
 */
static const RfProperty apply_time = {
    "@Redfish.OperationApplyTime", RF_TYPE_ENUM,
    .texts = (const char *const[]) { "Immediate", NULL },
};

/* What is done with the next reset. */
static const RfProperty apply_on_reset = {
    "@Redfish.OperationApplyTime", RF_TYPE_ENUM,
    .texts = (const char *const[]) { RF_APPLY_ON_RESET, NULL },
};

const char *const rf_apply_on_reset[] = { RF_APPLY_ON_RESET, NULL };

static const RfProperty *find_property(const RfProperty *properties,
                                       const char *name)
{
    for (; properties && properties->name; properties++) {
        if (g_str_equal(properties->name, name)) {
            return properties;
        }
    }
    return NULL;
}

static Verdict read_choice(const RfProperty *property, const RfContext *ctx,
                           const char *text, RfValue *value)
{
    unsigned i;

    for (i = 0; property->texts[i]; i++) {
        if (g_str_equal(property->texts[i], text)) {
            value->choice = i;
            return !property->allowed || property->allowed(ctx, i)
                   ? VERDICT_OK : VERDICT_NOT_IN_LIST;
        }
    }
    return VERDICT_NOT_IN_LIST;
}

/* Returns (transfer full): a Resolution. */
static char *advise(const RfProperty *property, const RfContext *ctx,
                    Verdict verdict)
{
    switch (verdict) {
    case VERDICT_NOT_IN_LIST:
        return rf_advise_list(property, ctx);
    case VERDICT_OUT_OF_RANGE:
        return rf_advise_range(property, "");
    case VERDICT_TOO_LONG:
        return rf_advise_range(property, " bytes");
    default:
        return rf_advise_type(property);
    }
}

static bool in_range(const RfProperty *property, double number)
{
    return property->min == property->max ||
           (number >= property->min && number <= property->max);
}

static Verdict read_strings(const RfProperty *property, const RfContext *ctx,
                            JsonNode *node, RfValue *value)
{
    JsonArray *array;
    RfValue element;
    unsigned i;

    if (!JSON_NODE_HOLDS_ARRAY(node)) {
        return VERDICT_TYPE;
    }
    array = json_node_get_array(node);
    for (i = 0; i < json_array_get_length(array); i++) {
        JsonNode *one = json_array_get_element(array, i);

        if (!JSON_NODE_HOLDS_VALUE(one) ||
            json_node_get_value_type(one) != G_TYPE_STRING) {
            return VERDICT_TYPE;
        }
        if (property->texts &&
            read_choice(property, ctx, json_node_get_string(one),
                        &element) != VERDICT_OK) {
            return VERDICT_NOT_IN_LIST;
        }
    }
    value->node = node;
    return VERDICT_OK;
}

static Verdict read_objects(JsonNode *node, RfValue *value)
{
    JsonArray *array;
    unsigned i;

    if (!JSON_NODE_HOLDS_ARRAY(node)) {
        return VERDICT_TYPE;
    }
    array = json_node_get_array(node);
    for (i = 0; i < json_array_get_length(array); i++) {
        if (!JSON_NODE_HOLDS_OBJECT(json_array_get_element(array, i))) {
            return VERDICT_TYPE;
        }
    }
    value->node = node;
    return VERDICT_OK;
}

static Verdict read_value(const RfProperty *property, const RfContext *ctx,
                          JsonNode *node, RfValue *value)
{
    GType type = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node)
                                             : G_TYPE_NONE;
    bool is_text = type == G_TYPE_STRING;

    if (JSON_NODE_HOLDS_NULL(node) && property->nullable) {
        value->null = true;
        return VERDICT_OK;
    }
    switch (property->type) {
    case RF_TYPE_STRING:
        value->text = is_text ? json_node_get_string(node) : NULL;
        if (!is_text) {
            return VERDICT_TYPE;
        }
        return in_range(property, strlen(value->text)) ? VERDICT_OK
                                                       : VERDICT_TOO_LONG;
    case RF_TYPE_ENUM:
        return is_text ? read_choice(property, ctx,
                                     json_node_get_string(node), value)
                       : VERDICT_TYPE;
    case RF_TYPE_BOOL:
        value->boolean = json_node_get_boolean(node);
        return type == G_TYPE_BOOLEAN ? VERDICT_OK : VERDICT_TYPE;
    case RF_TYPE_INTEGER:
        value->integer = json_node_get_int(node);
        if (type != G_TYPE_INT64) {
            return VERDICT_TYPE;
        }
        return in_range(property, value->integer) ? VERDICT_OK
                                                  : VERDICT_OUT_OF_RANGE;
    case RF_TYPE_NUMBER:
        value->number = json_node_get_double(node);
        if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE) {
            return VERDICT_TYPE;
        }
        return in_range(property, value->number) ? VERDICT_OK
                                                 : VERDICT_OUT_OF_RANGE;
    case RF_TYPE_STRINGS:
        return read_strings(property, ctx, node, value);
    case RF_TYPE_OBJECTS:
        return read_objects(node, value);
    case RF_TYPE_JSON:
        value->node = node;
        return VERDICT_OK;
    default:
        return VERDICT_TYPE;
    }
}

static void add_change(RfPatch *patch, const RfProperty *property,
                       const RfValue *value)
{
    Change change = { .property = property, .value = *value };

    g_array_append_val(patch->changes, change);
}

/* Of a body that makes a member, every property is written by that. */
static bool is_writable(const RfPatch *patch, const RfProperty *property)
{
    return patch->creates || property->setter;
}

/*
 * DSP0266 "PATCH on array properties": null takes an element away, an empty
 * object leaves it as it is.
 */
static JsonNode *merge_strings(RfPatch *patch, const RfProperty *property,
                               const RfContext *ctx, JsonNode *node)
{
    JsonArray *from = json_node_get_array(node);
    JsonArray *to = json_array_new();
    unsigned i;

    for (i = 0; i < json_array_get_length(from); i++) {
        JsonNode *one = json_array_get_element(from, i);
        RfValue old = { 0 };

        if (JSON_NODE_HOLDS_NULL(one)) {
            continue;
        }
        if (!JSON_NODE_HOLDS_OBJECT(one) ||
            json_object_get_size(json_node_get_object(one))) {
            json_array_add_element(to, json_node_copy(one));
        } else if (property->item && property->item(ctx, i, &old) &&
                   !old.null) {
            json_array_add_string_element(
                to, property->texts ? property->texts[old.choice] : old.text);
        }
    }
    node = json_node_new(JSON_NODE_ARRAY);
    json_node_take_array(node, to);
    g_ptr_array_add(patch->made, node);
    return node;
}

/* Returns false when @body names no property at all. */
static bool parse_members(RfPatch *patch, const RfProperty *properties,
                          const RfContext *ctx, JsonObject *body,
                          const char *prefix, RfMessages *messages)
{
    bool any = false;
    JsonObjectIter iter;
    const char *name;
    JsonNode *node;

    json_object_iter_init_ordered(&iter, body);
    while (json_object_iter_next_ordered(&iter, &name, &node)) {
        g_autofree char *pointer = g_strdup_printf("%s/%s", prefix, name);
        const RfProperty *property;
        g_autofree char *text = NULL;
        RfValue value = { 0 };
        Verdict verdict;

        if (is_annotation(name)) {
            continue;
        }
        property = find_property(properties, name);
        if (patch->creates && !*prefix && g_str_equal(name, apply_time.name)) {
            property = &apply_time;
        }
        if (property && property->type == RF_TYPE_OBJECT &&
            JSON_NODE_HOLDS_OBJECT(node)) {
            any |= parse_members(patch, property->members, ctx,
                                 json_node_get_object(node), pointer,
                                 messages);
            continue;
        }
        any = true;
        if (!property) {
            rf_messages_add(messages, RF_MESSAGE_PROPERTY_UNKNOWN, pointer,
                            NULL, name, NULL);
            continue;
        }
        if (!is_writable(patch, property) &&
            property->type != RF_TYPE_OBJECT) {
            rf_messages_add(messages, RF_MESSAGE_PROPERTY_NOT_WRITABLE,
                            pointer, NULL, name, NULL);
            continue;
        }
        if (property->type == RF_TYPE_STRINGS && !patch->creates &&
            JSON_NODE_HOLDS_ARRAY(node)) {
            node = merge_strings(patch, property, ctx, node);
        }
        verdict = read_value(property, ctx, node, &value);
        if (verdict == VERDICT_OK) {
            add_change(patch, property, &value);
        } else {
            g_autofree char *advice = advise(property, ctx, verdict);

            text = property->secret ? g_strdup("******")
                                    : rf_error_value_text(node);
            rf_messages_add(messages, verdict_messages[verdict].property,
                            pointer, advice, text, name, NULL);
        }
    }
    return any;
}

static void node_free(void *opaque)
{
    json_node_unref(opaque);
}

static RfPatch *patch_new(JsonObject *body)
{
    RfPatch *patch = g_new0(RfPatch, 1);

    patch->changes = g_array_new(false, false, sizeof(Change));
    patch->body = json_object_ref(body);
    patch->made = g_ptr_array_new_with_free_func(node_free);
    return patch;
}

RfPatch *rf_patch_parse(const RfProperty *properties, const RfContext *ctx,
                        JsonObject *body, RfMessages *messages)
{
    g_autoptr(RfPatch) patch = patch_new(body);
    const RfSetter *setter;
    unsigned i;

    if (json_object_get_size(body) == 0) {
        rf_messages_add(messages, RF_MESSAGE_EMPTY_JSON, NULL, NULL, NULL);
    } else if (!parse_members(patch, properties, ctx, body, "", messages)) {
        rf_messages_add(messages, RF_MESSAGE_NO_OPERATION, NULL, NULL, NULL);
    }
    if (!rf_messages_empty(messages)) {
        return NULL;
    }
    for (i = 0; (setter = rf_patch_setter(patch, i)); i++) {
        if (setter->check) {
            setter->check(ctx, patch, messages);
        }
    }
    return rf_messages_empty(messages) ? g_steal_pointer(&patch) : NULL;
}

static void parse_parameter(RfPatch *patch, const RfAction *action,
                            const RfContext *ctx, const char *name,
                            JsonNode *node, RfMessages *messages)
{
    const RfProperty *parameter = g_str_equal(name, apply_time.name)
        ? action->apply_times == rf_apply_on_reset ? &apply_on_reset
                                                   : &apply_time
        : find_property(action->parameters, name);
    g_autofree char *pointer = g_strconcat("/", name, NULL);
    const char *title = action->name + 1;
    g_autofree char *text = NULL;
    RfValue value = { 0 };
    Verdict verdict;

    if (!parameter) {
        rf_messages_add(messages, RF_MESSAGE_ACTION_PARAMETER_UNKNOWN,
                        pointer, NULL, title, name, NULL);
        return;
    }
    verdict = read_value(parameter, ctx, node, &value);
    if (verdict == VERDICT_OK) {
        add_change(patch, parameter, &value);
    } else {
        g_autofree char *advice = advise(parameter, ctx, verdict);

        text = parameter->secret ? g_strdup("******")
                                 : rf_error_value_text(node);
        rf_messages_add(messages, verdict_messages[verdict].parameter,
                        pointer, advice, text, name, title, NULL);
    }
}

RfPatch *rf_patch_parse_action(const RfAction *action, const RfContext *ctx,
                               JsonObject *body, RfMessages *messages)
{
    g_autoptr(RfPatch) patch = patch_new(body);
    const RfProperty *parameter;
    JsonObjectIter iter;
    const char *name;
    JsonNode *node;

    json_object_iter_init_ordered(&iter, body);
    while (json_object_iter_next_ordered(&iter, &name, &node)) {
        if (!is_annotation(name)) {
            parse_parameter(patch, action, ctx, name, node, messages);
        }
    }
    for (parameter = action->parameters; parameter && parameter->name;
         parameter++) {
        if (parameter->required &&
            !json_object_has_member(body, parameter->name)) {
            g_autofree char *pointer = g_strconcat("/", parameter->name,
                                                   NULL);

            rf_messages_add(messages, RF_MESSAGE_ACTION_PARAMETER_MISSING,
                            pointer, NULL, action->name + 1, parameter->name,
                            NULL);
        }
    }
    return rf_messages_empty(messages) ? g_steal_pointer(&patch) : NULL;
}

/* Those of objects within count only when the object is there. */
static void check_required(const RfProperty *properties, JsonObject *body,
                           const char *prefix, RfMessages *messages)
{
    for (; properties->name; properties++) {
        g_autofree char *pointer = g_strdup_printf("%s/%s", prefix,
                                                   properties->name);
        JsonNode *node = json_object_get_member(body, properties->name);

        if (!node && properties->required) {
            rf_messages_add(messages,
                            RF_MESSAGE_CREATE_FAILED_MISSING_REQ_PROPERTIES,
                            pointer, NULL, pointer + 1, NULL);
        } else if (node && properties->type == RF_TYPE_OBJECT &&
                   JSON_NODE_HOLDS_OBJECT(node)) {
            check_required(properties->members, json_node_get_object(node),
                           pointer, messages);
        }
    }
}

RfPatch *rf_patch_parse_create(const RfCreate *create, const RfContext *ctx,
                               JsonObject *body, RfMessages *messages)
{
    g_autoptr(RfPatch) patch = patch_new(body);

    patch->creates = true;
    parse_members(patch, create->properties, ctx, body, "", messages);
    check_required(create->properties, body, "", messages);
    return rf_messages_empty(messages) ? g_steal_pointer(&patch) : NULL;
}

bool rf_patch_allowed(const RfPatch *patch, unsigned privilege,
                      unsigned privileges)
{
    unsigned i;

    for (i = 0; i < patch->changes->len; i++) {
        const RfProperty *property =
            g_array_index(patch->changes, Change, i).property;

        if (!((property->privilege ?: privilege) & privileges)) {
            return false;
        }
    }
    return true;
}

char *rf_patch_describe(const RfPatch *patch)
{
    GString *text = g_string_new(NULL);
    unsigned i;

    for (i = 0; i < patch->changes->len && text->len < DESCRIBED_MAX; i++) {
        const Change *change = &g_array_index(patch->changes, Change, i);
        const RfProperty *property = change->property;
        const RfValue *value = &change->value;

        g_string_append_printf(text, "%s%s", i ? ", " : "", property->name);
        if (property->secret || value->null) {
            continue;
        }
        if (property->type == RF_TYPE_ENUM) {
            g_string_append_printf(text, "=%s",
                                   property->texts[value->choice]);
        } else if (property->type == RF_TYPE_BOOL) {
            g_string_append_printf(text, "=%s",
                                   value->boolean ? "true" : "false");
        } else if (property->type == RF_TYPE_INTEGER) {
            g_string_append_printf(text, "=%" PRId64, value->integer);
        }
    }
    return g_string_free(text, FALSE);
}

void rf_patch_free(RfPatch *patch)
{
    if (!patch) {
        return;
    }
    g_array_unref(patch->changes);
    json_object_unref(patch->body);
    g_ptr_array_unref(patch->made);
    g_free(patch);
}

const RfValue *rf_patch_get(const RfPatch *patch, const RfSetter *setter,
                            const char *name)
{
    unsigned i;

    for (i = 0; i < patch->changes->len; i++) {
        const Change *change = &g_array_index(patch->changes, Change, i);

        if (change->property->setter == setter &&
            g_str_equal(change->property->name, name)) {
            return &change->value;
        }
    }
    return NULL;
}

/* Whether the setter of change @n is that of none before it. */
static bool setter_is_new(const RfPatch *patch, unsigned n)
{
    const Change *changes = &g_array_index(patch->changes, Change, 0);
    unsigned i;

    for (i = 0; i < n; i++) {
        if (changes[i].property->setter == changes[n].property->setter) {
            return false;
        }
    }
    return true;
}

const RfSetter *rf_patch_setter(const RfPatch *patch, unsigned index)
{
    unsigned i;

    for (i = 0; i < patch->changes->len; i++) {
        if (setter_is_new(patch, i) && index-- == 0) {
            return g_array_index(patch->changes, Change, i).property->setter;
        }
    }
    return NULL;
}
