/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the registries are whose messages and privileges are used (DSP0268
 * MessageRegistryFile). Messages are DMTF's (DSP8011); privileges are told by
 * the service itself.
 */
#include "osdep.h"

#include "redfish/rf-bios.h"
#include "redfish/rf-privileges.h"
#include "redfish/rf-resource.h"

#define PUBLISHED "https://redfish.dmtf.org/registries/"
#define FILES "/redfish/v1/Registries"

typedef struct Registry {
    const char *id;       /* prefix of its messages, and its name */
    const char *version;  /* as Registry shows it */
    const char *file;     /* at DMTF; NULL: it is @uri here */
    const char *name;
    const char *uri;
} Registry;

static const Registry registries[] = {
    { "Base", "Base.1.22", "Base.1.22.1.json", "Base Message Registry" },
    { "TaskEvent", "TaskEvent.1.0", "TaskEvent.1.0.5.json",
      "Task Event Message Registry" },
    { "ResourceEvent", "ResourceEvent.1.4", "ResourceEvent.1.4.3.json",
      "Resource Event Message Registry" },
    { "Update", "Update.1.3", "Update.1.3.0.json",
      "Update Message Registry" },
    { RF_PRIVILEGES_ID, RF_PRIVILEGES_ID, NULL, "Privilege Registry",
      RF_PRIVILEGES_URI },
    { RF_BIOS_REGISTRY_NAME, RF_BIOS_REGISTRY, NULL,
      "BIOS Attribute Registry File", RF_BIOS_REGISTRY_URI },
};

static const Registry *registry_of(const RfContext *ctx)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(registries); i++) {
        if (g_str_equal(registries[i].id, ctx->ids[0])) {
            return &registries[i];
        }
    }
    return NULL;
}

static bool exists_registry(const RfContext *ctx)
{
    return registry_of(ctx);
}

static bool nth_registry(const RfContext *ctx, unsigned n,
                         char uri[RF_URI_MAX])
{
    if (n >= G_N_ELEMENTS(registries)) {
        return false;
    }
    g_snprintf(uri, RF_URI_MAX, FILES "/%s", registries[n].id);
    return true;
}

static bool get_name(const RfContext *ctx, RfValue *value)
{
    value->text = registry_of(ctx)->name;
    return true;
}

static bool get_registry(const RfContext *ctx, RfValue *value)
{
    value->text = registry_of(ctx)->version;
    return true;
}

static bool nth_language(const RfContext *ctx, unsigned n, RfValue *value)
{
    value->text = "en";
    return n == 0;
}

static unsigned count_one(const RfContext *ctx)
{
    return 1;
}

static bool get_published(const RfContext *ctx, RfValue *value)
{
    const char *file = registry_of(ctx)->file;

    if (!file) {
        return false;
    }
    g_snprintf(value->buf, sizeof(value->buf), PUBLISHED "%s", file);
    value->text = value->buf;
    return true;
}

static bool get_uri(const RfContext *ctx, RfValue *value)
{
    value->text = registry_of(ctx)->uri;
    return value->text;
}

static const RfProperty location_properties[] = {
    { "Language", RF_TYPE_STRING, .text = "en" },
    { "PublicationUri", RF_TYPE_STRING, .get = get_published },
    { "Uri", RF_TYPE_STRING, .get = get_uri },
    { NULL }
};

static const RfProperty file_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_name },
    { "Registry", RF_TYPE_STRING, .get = get_registry },
    { "Languages", RF_TYPE_STRINGS, .item = nth_language },
    { "Location", RF_TYPE_OBJECTS, .members = location_properties,
      .count = count_one },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Message Registry File Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_registry },
    { NULL }
};

const RfResource rf_registries_resources[] = {
    { .path = FILES,
      .type = "MessageRegistryFileCollection.MessageRegistryFileCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN },
    { .path = FILES "/{MessageRegistryFileId}",
      .type = "MessageRegistryFile.v1_1_5.MessageRegistryFile",
      .properties = file_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .exists = exists_registry },
    { NULL }
};
