/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Resources as tables: one RfResource per kind of resource says where it is,
 * what it is made of, who may do what, and how properties are read and
 * written. Everything else (GET, HEAD, PATCH, POST to actions, Allow, ETag,
 * errors) is generic.
 */
#ifndef QEMU_BMC_REDFISH_RF_RESOURCE_H
#define QEMU_BMC_REDFISH_RF_RESOURCE_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "bmc/bmc.h"
#include "redfish/rf-error.h"

#define RF_IDS_MAX 2
#define RF_URI_MAX 256

typedef struct RfProperty RfProperty;
typedef struct RfExchange RfExchange;
typedef struct RfPatch RfPatch;

/**
 * RfPrivilege: DSP0266 section "Redfish service operation-to-privilege
 * mapping".
 */
typedef enum RfPrivilege {
    RF_PRIVILEGE_LOGIN = 1 << 0,
    RF_PRIVILEGE_CONFIGURE_SELF = 1 << 1,
    RF_PRIVILEGE_CONFIGURE_COMPONENTS = 1 << 2,
    RF_PRIVILEGE_CONFIGURE_MANAGER = 1 << 3,
    RF_PRIVILEGE_CONFIGURE_USERS = 1 << 4,
} RfPrivilege;

/**
 * RfContext: which resource is looked at.
 *
 * @bmc: the hub
 * @uri: the resource's @odata.id
 * @ids: what stands in the URI for the {} of RfResource.path, in order
 * @prepared: what RfResource.prepare has found
 */
typedef struct RfContext {
    Bmc *bmc;
    char uri[RF_URI_MAX];
    const char *ids[RF_IDS_MAX];
    void *prepared;
} RfContext;

/**
 * RfType: types of properties and of parameters of actions.
 *
 * @RF_TYPE_STRING: text
 * @RF_TYPE_ENUM: one text of a list
 * @RF_TYPE_BOOL: boolean
 * @RF_TYPE_INTEGER: integer
 * @RF_TYPE_NUMBER: number
 * @RF_TYPE_OBJECT: object; left out when it has no members
 * @RF_TYPE_LINK: reference to a resource
 * @RF_TYPE_LINKS: array of references, and its @odata.count
 */
typedef enum RfType {
    RF_TYPE_STRING,
    RF_TYPE_ENUM,
    RF_TYPE_BOOL,
    RF_TYPE_INTEGER,
    RF_TYPE_NUMBER,
    RF_TYPE_OBJECT,
    RF_TYPE_LINK,
    RF_TYPE_LINKS,
} RfType;

/**
 * RfValue: a value; RfProperty.type says which member counts.
 *
 * @null: it is null, whatever the type
 * @text: STRING
 * @choice: ENUM: index into RfProperty.texts
 * @boolean: BOOL
 * @integer: INTEGER
 * @number: NUMBER
 * @buf: room for getters that make up @text
 */
typedef struct RfValue {
    bool null;
    const char *text;
    unsigned choice;
    bool boolean;
    int64_t integer;
    double number;
    char buf[64];
} RfValue;

/**
 * RfSetter: writes properties that change together. Properties that point to
 * the same setter are handed to it in one go.
 *
 * @check: (nullable): looks at the values together; adds a message and
 *         nothing else happens when they do not fit
 * @start: writes what the exchange's patch has for it; must see to it that
 *         rf_exchange_complete() is called once, now or later
 */
typedef struct RfSetter {
    void (*check)(const RfContext *ctx, const RfPatch *patch,
                  RfMessages *messages);
    void (*start)(RfExchange *x, const RfPatch *patch);
} RfSetter;

/**
 * RfProperty: a property, or a parameter of an action. Tables of them end
 * with a zero row.
 *
 * @name: its name in the schema
 * @type: its type
 * @text: STRING, LINK: the value, where it is a constant
 * @texts: ENUM: all values, NULL-terminated; LINKS: the links
 * @nth: LINKS: finds the link at a position from 0, where they change;
 *       returns false past the end
 * @get: reads the value; returns false when the property is absent. Not
 *       needed for constants, OBJECT and parameters
 * @allowed: ENUM: whether a choice may be written (or, of a parameter, be
 *           given) now; where it is set, @Redfish.AllowableValues is shown
 * @members: OBJECT: its members
 * @setter: how it is written; NULL: read-only
 * @required: of a parameter: must be given
 */
struct RfProperty {
    const char *name;
    RfType type;
    const char *text;
    const char *const *texts;
    bool (*nth)(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX]);
    bool (*get)(const RfContext *ctx, RfValue *value);
    bool (*allowed)(const RfContext *ctx, unsigned choice);
    const RfProperty *members;
    const RfSetter *setter;
    bool required;
};

/**
 * RfAction: an action. Tables of them end with a zero row.
 *
 * @name: its name, e.g. "#ComputerSystem.Reset"
 * @parameters: its parameters
 * @privilege: what a user must have
 * @start: does it with the parameters in the exchange's patch; must see to
 *         it that rf_exchange_complete() is called once, now or later
 */
typedef struct RfAction {
    const char *name;
    const RfProperty *parameters;
    RfPrivilege privilege;
    void (*start)(RfExchange *x, const RfPatch *patch);
} RfAction;

/**
 * RfResource: a kind of resource. Tables of them end with a zero row.
 *
 * @path: where it is; a segment in braces stands for an id
 * @type: type name with its version, without '#'; NULL for what is no
 *        resource in the sense of the schemas (the version object)
 * @properties: its properties
 * @actions: (nullable): its actions
 * @read: privilege for GET and HEAD; 0 means without authentication
 * @write: privilege for PATCH
 * @depends: parts of the model that it shows: bits 1 << BmcPart
 * @prepare: (nullable): looks for what getters need and the model does not
 *           have; must see to it that rf_exchange_prepared() is called once,
 *           later. What is made of it is not used again
 * @exists: tells whether the ids in the URI are right; not needed when
 *          there are none
 */
typedef struct RfResource {
    const char *path;
    const char *type;
    const RfProperty *properties;
    const RfAction *actions;
    unsigned read;
    unsigned write;
    unsigned depends;
    void (*prepare)(RfExchange *x);
    bool (*exists)(const RfContext *ctx);
} RfResource;

/**
 * rf_resource_body: build a resource's representation.
 *
 * @resource: what it is
 * @ctx: which one
 * @etag: (out) (transfer full): its entity tag
 *
 * Returns: (transfer full): JSON
 */
GBytes *rf_resource_body(const RfResource *resource, const RfContext *ctx,
                         char **etag);

/**
 * rf_resource_allow: the methods that a resource has.
 *
 * @resource: the resource
 *
 * Returns: value of the Allow header
 */
const char *rf_resource_allow(const RfResource *resource);

/**
 * rf_resource_schema_link: where its schema is described.
 *
 * @resource: the resource
 *
 * Returns: (transfer full): value of the Link header, or NULL
 */
char *rf_resource_schema_link(const RfResource *resource);

/**
 * rf_resource_dump: describe a resource for people.
 *
 * @resource: the resource
 * @out: where to append
 */
void rf_resource_dump(const RfResource *resource, GString *out);

/**
 * rf_exists_one: RfResource.exists of a resource of which there is one, with
 * the id "1".
 *
 * @ctx: which one
 *
 * Returns: true if it is that one
 */
bool rf_exists_one(const RfContext *ctx);

/**
 * rf_get_id: RfProperty.get of the Id of a member of a collection.
 *
 * @ctx: which one
 * @value: set to the last id in the URI
 *
 * Returns: true
 */
bool rf_get_id(const RfContext *ctx, RfValue *value);

/**
 * rf_get_false: RfProperty.get of a BOOL that is always false.
 *
 * @ctx: which one
 * @value: set to false
 *
 * Returns: true
 */
bool rf_get_false(const RfContext *ctx, RfValue *value);

/* The families of resources; each table ends with a zero row. */
extern const RfResource rf_root_resources[];
extern const RfResource rf_systems_resources[];
extern const RfResource rf_managers_resources[];
extern const RfResource rf_network_protocol_resources[];
extern const RfResource rf_chassis_resources[];
extern const RfResource rf_sensors_resources[];

#endif /* QEMU_BMC_REDFISH_RF_RESOURCE_H */
