/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an action's parameters are (DSP0268 ActionInfo). */
#include "osdep.h"

#include "redfish/rf-resource.h"

static const char *const data_types[] = {
    [RF_TYPE_STRING] = "String", [RF_TYPE_ENUM] = "String",
    [RF_TYPE_BOOL] = "Boolean", [RF_TYPE_INTEGER] = "Number",
    [RF_TYPE_NUMBER] = "Number", [RF_TYPE_OBJECT] = "Object",
    [RF_TYPE_LINK] = "Object", [RF_TYPE_LINKS] = "ObjectArray",
    [RF_TYPE_STRINGS] = "StringArray", [RF_TYPE_OBJECTS] = "ObjectArray",
    [RF_TYPE_JSON] = "Object",
};

static JsonObject *parameter_object(const RfProperty *parameter,
                                    const RfContext *ctx)
{
    JsonObject *object = json_object_new();
    JsonArray *values;
    unsigned i;

    json_object_set_string_member(object, "Name", parameter->name);
    json_object_set_boolean_member(object, "Required", parameter->required);
    json_object_set_string_member(object, "DataType",
                                  data_types[parameter->type]);
    if (parameter->min != parameter->max &&
        (parameter->type == RF_TYPE_INTEGER ||
         parameter->type == RF_TYPE_NUMBER)) {
        json_object_set_int_member(object, "MinimumValue", parameter->min);
        json_object_set_int_member(object, "MaximumValue", parameter->max);
    }
    if (!parameter->texts) {
        return object;
    }
    values = json_array_new();
    for (i = 0; parameter->texts[i]; i++) {
        if (!parameter->allowed || parameter->allowed(ctx, i)) {
            json_array_add_string_element(values, parameter->texts[i]);
        }
    }
    json_object_set_array_member(object, "AllowableValues", values);
    return object;
}

JsonObject *rf_action_info_object(const RfAction *action,
                                  const RfContext *ctx, const char *uri)
{
    const char *name = strrchr(action->name, '.') + 1;
    g_autofree char *id = g_strconcat(name, RF_ACTION_INFO_SUFFIX, NULL);
    g_autofree char *title = g_strconcat(name, " Action Info", NULL);
    JsonObject *object = json_object_new();
    JsonArray *parameters = json_array_new();
    const RfProperty *p;

    json_object_set_string_member(object, "@odata.context",
                                  "/redfish/v1/$metadata"
                                  "#ActionInfo.ActionInfo");
    json_object_set_string_member(object, "@odata.id", uri);
    json_object_set_string_member(object, "@odata.type",
                                  "#" RF_ACTION_INFO_TYPE);
    json_object_set_string_member(object, "@odata.etag", "");
    json_object_set_string_member(object, "Id", id);
    json_object_set_string_member(object, "Name", title);
    for (p = action->parameters; p->name; p++) {
        json_array_add_object_element(parameters, parameter_object(p, ctx));
    }
    json_object_set_array_member(object, "Parameters", parameters);
    return object;
}
