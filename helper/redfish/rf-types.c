/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types, found in the tables. */
#include "osdep.h"

#include "redfish/rf-types.h"

#include "redfish/rf-bios.h"
#include "redfish/rf-resource.h"
#include "redfish/rf.h"

/* They have no path of their own. */
static const char *const others[] = {
    RF_ACTION_INFO_TYPE,
    "Message.v1_3_0.Message",
    RF_ATTRIBUTE_REGISTRY_TYPE,
    RF_SETTINGS_TYPE,
};

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add(GPtrArray *types, const char *type)
{
    if (!g_ptr_array_find_with_equal_func(types, type, g_str_equal, NULL)) {
        g_ptr_array_add(types, (void *)type);
    }
}

const GPtrArray *rf_types(void)
{
    static GPtrArray *types;
    const RfResource *const *family;
    const RfResource *resource;
    unsigned i;

    if (types) {
        return types;
    }
    types = g_ptr_array_new();
    for (family = rf_families; *family; family++) {
        for (resource = *family; resource->path; resource++) {
            if (resource->type) {
                add(types, resource->type);
            }
        }
    }
    for (i = 0; i < G_N_ELEMENTS(others); i++) {
        add(types, others[i]);
    }
    g_ptr_array_sort(types, compare);
    return types;
}

char *rf_type_name(const char *type)
{
    return g_strndup(type, strcspn(type, "."));
}

char *rf_type_namespace(const char *type)
{
    return g_strndup(type, strrchr(type, '.') - type);
}
