/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of the machine's firmware (DSP0268 Bios): what holds now, what
 * will after the next power-on or reset (Settings), and what there is
 * (AttributeRegistry). QEMU has them; see bmc/bios.h.
 */
#include "osdep.h"

#include "redfish/rf-bios.h"

#include "bmc/bios.h"
#include "redfish/rf-exchange.h"
#include "util/json.h"

#define BIOS "/redfish/v1/Systems/1/Bios"
#define BIOS_TYPE "Bios.v1_2_3.Bios"

static const RfSetter attributes_setter;

static void put_value(JsonObject *object, MachineSetting which, int32_t value)
{
    const BmcBiosAttribute *a = bmc_bios_attribute(which);

    if (a->texts) {
        json_object_set_string_member(object, a->name, a->texts[value]);
    } else {
        json_object_set_int_member(object, a->name, value);
    }
}

static bool take_object(JsonObject *object, RfValue *value)
{
    value->node = json_node_new(JSON_NODE_OBJECT);
    json_node_take_object(value->node, object);
    return true;
}

/* What QEMU does not tell, but will do, is null. */
static bool get_current(const RfContext *ctx, RfValue *value)
{
    JsonObject *object = json_object_new();
    unsigned i;

    for (i = 0; i < MACHINE_SETTING__MAX; i++) {
        int32_t number;

        if (!bmc_bios_exists(ctx->bmc, i)) {
            continue;
        }
        if (bmc_bios_current(ctx->bmc, i, &number)) {
            put_value(object, i, number);
        } else {
            json_object_set_null_member(object, bmc_bios_attribute(i)->name);
        }
    }
    return take_object(object, value);
}

static bool get_pending(const RfContext *ctx, RfValue *value)
{
    JsonObject *object = json_object_new();
    unsigned i;

    for (i = 0; i < MACHINE_SETTING__MAX; i++) {
        int32_t number;

        if (bmc_bios_pending(ctx->bmc, i, &number)) {
            put_value(object, i, number);
        }
    }
    return take_object(object, value);
}

static bool get_settings(const RfContext *ctx, RfValue *value)
{
    JsonObject *settings = json_object_new();
    JsonObject *link = json_object_new();
    JsonArray *times = json_array_new();

    json_object_set_string_member(link, "@odata.id", BIOS "/Settings");
    json_array_add_string_element(times, "OnReset");
    json_object_set_string_member(settings, "@odata.type",
                                  "#" RF_SETTINGS_TYPE);
    json_object_set_object_member(settings, "SettingsObject", link);
    json_object_set_array_member(settings, "SupportedApplyTimes", times);
    return take_object(settings, value);
}

/* What is to be written */

static bool find_attribute(const RfContext *ctx, const char *name,
                           MachineSetting *which)
{
    unsigned i;

    for (i = 0; i < MACHINE_SETTING__MAX; i++) {
        if (g_str_equal(bmc_bios_attribute(i)->name, name) &&
            bmc_bios_exists(ctx->bmc, i)) {
            *which = i;
            return true;
        }
    }
    return false;
}

/* Returns false with the message that fits. */
static bool read_value(const BmcBiosAttribute *a, JsonNode *node,
                       int32_t *value, RfMessageId *mistake)
{
    GType type = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node)
                                             : G_TYPE_INVALID;
    unsigned i;

    *mistake = RF_MESSAGE_PROPERTY_VALUE_TYPE_ERROR;
    if (a->texts && type == G_TYPE_STRING) {
        *mistake = RF_MESSAGE_PROPERTY_VALUE_NOT_IN_LIST;
        for (i = 0; a->texts[i]; i++) {
            if (g_str_equal(a->texts[i], json_node_get_string(node))) {
                *value = i;
                return true;
            }
        }
    } else if (!a->texts && type == G_TYPE_INT64) {
        int64_t number = json_node_get_int(node);

        *mistake = RF_MESSAGE_PROPERTY_VALUE_OUT_OF_RANGE;
        *value = CLAMP(number, a->min, a->max);
        return *value == number;
    }
    return false;
}

static void read_attribute(const RfContext *ctx, const char *name,
                           JsonNode *node, MachineSettings *settings,
                           RfMessages *messages)
{
    g_autofree char *pointer = g_strdup_printf("/Attributes/%s", name);
    g_autofree char *text = rf_error_value_text(node);
    MachineSetting which;
    RfMessageId mistake;
    int32_t value = 0;

    if (!find_attribute(ctx, name, &which)) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_UNKNOWN, pointer, NULL,
                        name, NULL);
    } else if (!bmc_bios_settable(ctx->bmc, which)) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_NOT_WRITABLE, pointer,
                        "Change the command line of QEMU, which was not "
                        "started by this BMC.", name, NULL);
    } else if (read_value(bmc_bios_attribute(which), node, &value,
                          &mistake)) {
        machine_settings_put(settings, which, value);
    } else {
        rf_messages_add(messages, mistake, pointer, NULL, text, name, NULL);
    }
}

static void read_attributes(const RfContext *ctx, const RfPatch *patch,
                            MachineSettings *settings, RfMessages *messages)
{
    const RfValue *value = rf_patch_get(patch, &attributes_setter,
                                        "Attributes");
    JsonObjectIter iter;
    const char *name;
    JsonNode *node;

    if (value->null || !JSON_NODE_HOLDS_OBJECT(value->node)) {
        g_autofree char *text = value->null ? g_strdup("null") :
                                rf_error_value_text(value->node);

        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_TYPE_ERROR,
                        "/Attributes", NULL, text, "Attributes", NULL);
        return;
    }
    json_object_iter_init_ordered(&iter,
                                  json_node_get_object(value->node));
    while (json_object_iter_next_ordered(&iter, &name, &node)) {
        read_attribute(ctx, name, node, settings, messages);
    }
}

static void attributes_check(const RfContext *ctx, const RfPatch *patch,
                             RfMessages *messages)
{
    MachineSettings settings = { 0 };

    read_attributes(ctx, patch, &settings, messages);
}

static void attributes_start(RfExchange *x, const RfPatch *patch)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    MachineSettings settings = { 0 };

    read_attributes(&x->context, patch, &settings, messages);
    if (!rf_messages_empty(messages)) {
        rf_exchange_fail(x, messages);
        return;
    }
    bmc_bios_set(x->context.bmc, &settings, &x->origin);
    rf_exchange_complete_kept(x);
}

static const RfSetter attributes_setter = {
    attributes_check, attributes_start
};

/* There is one time at which they are applied, but clients may name it. */
static void apply_time_start(RfExchange *x, const RfPatch *patch)
{
    rf_exchange_complete(x, NULL);
}

static const RfSetter apply_time_setter = { .start = apply_time_start };

static bool apply_time_allowed(const RfContext *ctx, unsigned choice)
{
    return true;
}

static void reset_start(RfExchange *x, const RfPatch *patch)
{
    bmc_bios_reset(x->context.bmc, &x->origin);
    rf_exchange_complete_kept(x);
}

/* The registry */

static JsonArray *registry_values(const BmcBiosAttribute *a)
{
    JsonArray *values = json_array_new();
    unsigned i;

    for (i = 0; a->texts[i]; i++) {
        JsonObject *value = json_object_new();

        json_object_set_string_member(value, "ValueName", a->texts[i]);
        json_object_set_string_member(value, "ValueDisplayName",
                                      a->texts[i]);
        json_array_add_object_element(values, value);
    }
    return values;
}

static JsonObject *registry_attribute(const Bmc *bmc, MachineSetting which)
{
    const BmcBiosAttribute *a = bmc_bios_attribute(which);
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, "AttributeName", a->name);
    json_object_set_string_member(object, "DisplayName", a->title);
    json_object_set_string_member(object, "HelpText", a->help);
    json_object_set_int_member(object, "DisplayOrder", which);
    json_object_set_string_member(object, "Type",
                                  a->texts ? "Enumeration" : "Integer");
    if (a->texts) {
        json_object_set_array_member(object, "Value", registry_values(a));
        json_object_set_string_member(object, "DefaultValue",
                                      a->texts[a->fallback]);
    } else {
        json_object_set_int_member(object, "LowerBound", a->min);
        json_object_set_int_member(object, "UpperBound", a->max);
        json_object_set_int_member(object, "ScalarIncrement", 1);
        json_object_set_int_member(object, "DefaultValue", a->fallback);
    }
    json_object_set_boolean_member(object, "ReadOnly",
                                   !bmc_bios_settable(bmc, which));
    json_object_set_boolean_member(object, "ResetRequired", true);
    return object;
}

/* It holds what the machine has now. */
static GBytes *registry_body(const RfContext *ctx)
{
    g_autoptr(JsonObject) registry = json_object_new();
    JsonObject *entries = json_object_new();
    JsonArray *list = json_array_new();
    unsigned i;
    char *text;

    for (i = 0; i < MACHINE_SETTING__MAX; i++) {
        if (bmc_bios_exists(ctx->bmc, i)) {
            json_array_add_object_element(list,
                                          registry_attribute(ctx->bmc, i));
        }
    }
    json_object_set_array_member(entries, "Attributes", list);
    json_object_set_string_member(registry, "@odata.type",
                                  "#" RF_ATTRIBUTE_REGISTRY_TYPE);
    json_object_set_string_member(registry, "Id", RF_BIOS_REGISTRY);
    json_object_set_string_member(registry, "Name",
                                  "BIOS Attribute Registry");
    json_object_set_string_member(registry, "Language", "en");
    json_object_set_string_member(registry, "OwningEntity", "QemuBmc");
    json_object_set_string_member(registry, "RegistryVersion",
                                  RF_BIOS_REGISTRY_VERSION);
    json_object_set_object_member(registry, "RegistryEntries", entries);
    text = json_print(registry);
    return g_bytes_new_take(text, strlen(text));
}

static const RfProperty bios_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "Bios" },
    { "Name", RF_TYPE_STRING, .text = "BIOS Settings" },
    { "AttributeRegistry", RF_TYPE_STRING, .text = RF_BIOS_REGISTRY },
    { "Attributes", RF_TYPE_JSON, .get = get_current },
    { "@Redfish.Settings", RF_TYPE_JSON, .get = get_settings },
    { NULL }
};

static const char *const apply_times[] = { "OnReset", NULL };

static const RfProperty apply_time_properties[] = {
    { "@odata.type", RF_TYPE_STRING,
      .text = "#" RF_SETTINGS_NAMESPACE ".PreferredApplyTime" },
    { "ApplyTime", RF_TYPE_ENUM, .texts = apply_times, .get = rf_get_first,
      .allowed = apply_time_allowed, .setter = &apply_time_setter },
    { NULL }
};

static const RfProperty settings_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "Settings" },
    { "Name", RF_TYPE_STRING, .text = "BIOS Settings After a Reset" },
    { "AttributeRegistry", RF_TYPE_STRING, .text = RF_BIOS_REGISTRY },
    { "Attributes", RF_TYPE_JSON, .get = get_pending,
      .setter = &attributes_setter },
    { "@Redfish.SettingsApplyTime", RF_TYPE_OBJECT,
      .members = apply_time_properties },
    { NULL }
};

static const RfProperty no_parameters[] = { { NULL } };

static const RfAction bios_actions[] = {
    { "#Bios.ResetBios", no_parameters, RF_PRIVILEGE_CONFIGURE_COMPONENTS,
      reset_start },
    { NULL }
};

const RfResource rf_bios_resources[] = {
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/Bios",
      .type = BIOS_TYPE,
      .properties = bios_properties,
      .actions = bios_actions,
      .read = RF_PRIVILEGE_LOGIN,
      .write = RF_PRIVILEGE_CONFIGURE_COMPONENTS,
      .depends = 1 << BMC_PART_BIOS,
      .exists = rf_exists_one },
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/Bios/Settings",
      .type = BIOS_TYPE,
      .properties = settings_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .write = RF_PRIVILEGE_CONFIGURE_COMPONENTS,
      .depends = 1 << BMC_PART_BIOS,
      .exists = rf_exists_one },
    { .path = RF_BIOS_REGISTRY_URI,
      .raw = registry_body,
      .content_type = "application/json; charset=utf-8",
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_BIOS },
    { NULL }
};
