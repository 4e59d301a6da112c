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

#define RF_IDS_MAX 4
#define RF_URI_MAX 256
#define RF_HTTPS_CERTIFICATES_URI \
    "/redfish/v1/Managers/1/NetworkProtocol/HTTPS/Certificates"
/* An action's ActionInfo is called like it, with this behind. */
#define RF_ACTION_INFO_SUFFIX "ActionInfo"
#define RF_ACTION_INFO_TYPE "ActionInfo.v1_5_0.ActionInfo"

typedef struct RfProperty RfProperty;
typedef struct RfExchange RfExchange;
typedef struct RfPatch RfPatch;
typedef struct RfResource RfResource;

/**
 * RfPrivilege: DSP0266 section "Redfish service operation-to-privilege
 * mapping". Where a mask of them says what an operation needs, one of them
 * is enough, as for the entries of a privilege registry (DSP8011);
 * %RF_PRIVILEGE_CONFIGURE_SELF counts only for what RfResource.is_own says.
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
 * @index: which element, for the members of an RF_TYPE_OBJECTS
 * @limited: of a resource that RfResource.hides something: for somebody who
 *           may only read it
 */
typedef struct RfContext {
    Bmc *bmc;
    char uri[RF_URI_MAX];
    const char *ids[RF_IDS_MAX];
    void *prepared;
    unsigned index;
    bool limited;
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
 * @RF_TYPE_STRINGS: array of texts, or of one text each of a list
 * @RF_TYPE_OBJECTS: array of objects
 * @RF_TYPE_JSON: whatever its getter makes; of what is written, its setter
 *                checks everything
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
    RF_TYPE_STRINGS,
    RF_TYPE_OBJECTS,
    RF_TYPE_JSON,
} RfType;

/**
 * RfValue: a value; RfProperty.type says which member counts.
 *
 * @null: it is null, whatever the type
 * @text: STRING, LINK
 * @choice: ENUM: index into RfProperty.texts
 * @boolean: BOOL
 * @integer: INTEGER
 * @number: NUMBER
 * @node: JSON: (transfer full) from a getter; JSON, STRINGS and OBJECTS:
 *        (transfer none) in an RfPatch
 * @buf: room for getters that make up @text
 */
typedef struct RfValue {
    bool null;
    const char *text;
    unsigned choice;
    bool boolean;
    int64_t integer;
    double number;
    JsonNode *node;
    char buf[RF_URI_MAX];
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
 *       needed for constants, OBJECT, STRINGS and parameters. Of OBJECT and
 *       OBJECTS (optional): whether the property is there at all; an OBJECT
 *       can be null
 * @item: STRINGS: reads the text at a position from 0 (RfValue.text, choice
 *        where there are @texts, or null); returns false past the end
 * @count: OBJECTS: how many; their members are read with RfContext.index
 * @allowed: ENUM: whether a choice may be written (or, of a parameter, be
 *           given) now; where it is set, @Redfish.AllowableValues is shown
 * @members: OBJECT, OBJECTS: its members
 * @setter: how it is written; NULL: read-only
 * @privilege: what writing it needs, where that is not RfResource.write
 * @nullable: null may be written
 * @min: INTEGER, NUMBER: smallest value that may be written; STRING: fewest
 *       bytes
 * @max: the same, largest and most; with @min == @max nothing is checked
 * @required: of a parameter: must be given
 * @secret: what was written does not show in an error
 * @about: of what our own schemas describe (see rf-oem.h): what it means
 * @clock: it changes by itself all the time, so it is not part of the entity
 *         tag: a client that has read the resource can write it
 */
struct RfProperty {
    const char *name;
    RfType type;
    const char *text;
    const char *const *texts;
    bool (*nth)(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX]);
    bool (*get)(const RfContext *ctx, RfValue *value);
    bool (*allowed)(const RfContext *ctx, unsigned choice);
    bool (*item)(const RfContext *ctx, unsigned n, RfValue *value);
    unsigned (*count)(const RfContext *ctx);
    const RfProperty *members;
    const RfSetter *setter;
    unsigned privilege;
    bool nullable;
    int64_t min;
    int64_t max;
    bool required;
    bool secret;
    const char *about;
    bool clock;
};

/**
 * RfAction: an action. Tables of them end with a zero row. One that has
 * parameters has an ActionInfo too, at its resource's URI followed by
 * "/ResetActionInfo" (for "#ComputerSystem.Reset").
 *
 * @name: its name, e.g. "#ComputerSystem.Reset"
 * @parameters: (nullable): its parameters
 * @privilege: what a user must have
 * @start: does it with the parameters in the exchange's patch; must see to
 *         it that rf_exchange_complete() or another function that answers is
 *         called once, now or later
 * @exists: (nullable): tells whether the resource has it now
 * @apply_times: (nullable): what @Redfish.OperationApplyTime may be:
 *               rf_apply_on_reset; NULL: Immediate
 */
typedef struct RfAction {
    const char *name;
    const RfProperty *parameters;
    unsigned privilege;
    void (*start)(RfExchange *x, const RfPatch *patch);
    bool (*exists)(const RfContext *ctx);
    const char *const *apply_times;
} RfAction;

#define RF_APPLY_ON_RESET "OnReset"

/* RfAction.apply_times of what is done with the next reset. */
extern const char *const rf_apply_on_reset[];

/* Says when operations may be done (DSP0266 "Operation apply time"). */
#define RF_APPLY_TIME_SUPPORT "@Redfish.OperationApplyTimeSupport"

/**
 * RfCreate: POST to a collection makes a member.
 *
 * @properties: what the body may have; those @required must be there
 * @privilege: what a user must have; 0 means without authentication
 * @start: makes the member; must see to it that rf_exchange_created() is
 *         called once, now or later, or rf_exchange_complete() with an error
 */
typedef struct RfCreate {
    const RfProperty *properties;
    unsigned privilege;
    void (*start)(RfExchange *x, const RfPatch *patch);
} RfCreate;

/**
 * RfDelete: DELETE of a resource.
 *
 * @privilege: what a user must have
 * @start: does it; must see to it that rf_exchange_complete() is called
 *         once, now or later
 */
typedef struct RfDelete {
    unsigned privilege;
    void (*start)(RfExchange *x);
} RfDelete;

/**
 * RfUpload: a request whose body is not JSON and comes piece by piece.
 *
 * @method: "PUT" or "POST"
 * @privilege: what a user must have
 * @creates: the resource need not exist; @start checks all ids
 * @start: called before any of the body is taken: takes it with
 *         rf_exchange_receive(), now or later, or answers
 */
typedef struct RfUpload {
    const char *method;
    unsigned privilege;
    bool creates;
    void (*start)(RfExchange *x);
} RfUpload;

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
 * @excerpt: (nullable): the properties of its excerpt, NULL-terminated
 * @depends: parts of the model that it shows: bits 1 << BmcPart
 * @expanded: a collection that is shown with its members in it (OData's
 *            AutoExpand)
 * @live: it shows what no part of the model tells of, and is built for each
 *        request
 * @secret: it must not be compressed, since it holds what somebody who can
 *          add text to it must not guess (accounts, sessions, keys)
 * @hides: who may not write it is not shown everything: see
 *         RfContext.limited
 * @content_type: (nullable): of what @raw makes
 * @raw: (nullable): makes the whole body, (transfer full), of what is no
 *       JSON resource in the sense of the schemas
 * @prepare: (nullable): looks for what getters need and the model does not
 *           have; must see to it that rf_exchange_prepared() is called once,
 *           later. What is made of it is not used again
 * @refreshes: @prepare only brings the model up to date: getters need nothing
 *             that it finds, and what is made of the model is used again
 * @known: getters also do without what @prepare finds, and then show what
 *         there is to tell events of
 * @exists: tells whether the ids in the URI are right; not needed when
 *          there are none
 * @is_own: (nullable): whether it is the user's own, so that ConfigureSelf
 *          is enough where it is one of the privileges
 * @before_change: (nullable): methods that somebody has for what is his own
 *                 while he has to change his password
 * @create: (nullable): what POST does
 * @remove: (nullable): what DELETE does
 * @upload: (nullable): what PUT or POST does that brings a file. Where there
 *          is no @type, no @raw and no @properties, there is nothing else
 * @header: (nullable): a header of its own that goes with it
 * @get_header: makes its value, a text; returns false to leave it out
 */
struct RfResource {
    const char *path;
    const char *type;
    const RfProperty *properties;
    const RfAction *actions;
    unsigned read;
    unsigned write;
    const char *const *excerpt;
    unsigned depends;
    bool expanded;
    bool live;
    bool secret;
    bool hides;
    const char *content_type;
    GBytes *(*raw)(const RfContext *ctx);
    void (*prepare)(RfExchange *x);
    bool refreshes;
    bool known;
    bool (*exists)(const RfContext *ctx);
    bool (*is_own)(const RfExchange *x);
    const char *before_change;
    const RfCreate *create;
    const RfDelete *remove;
    const RfUpload *upload;
    const char *header;
    bool (*get_header)(const RfContext *ctx, RfValue *value);
};

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
 * rf_resource_object: build a resource's representation, without its entity
 * tag.
 *
 * @resource: what it is; not one that has RfResource.raw
 * @ctx: which one
 *
 * Returns: (transfer full): JSON
 */
JsonObject *rf_resource_object(const RfResource *resource,
                               const RfContext *ctx);

/**
 * rf_action_exists: whether a resource has an action now.
 *
 * @action: the action
 * @ctx: the resource
 *
 * Returns: true if it has
 */
bool rf_action_exists(const RfAction *action, const RfContext *ctx);

/**
 * rf_resource_allow: the methods that a resource has.
 *
 * @resource: the resource
 *
 * Returns: value of the Allow header
 */
const char *rf_resource_allow(const RfResource *resource);

/**
 * rf_resource_takes_upload: whether a method is that of RfResource.upload.
 *
 * @resource: the resource
 * @method: the method
 *
 * Returns: true if so
 */
bool rf_resource_takes_upload(const RfResource *resource,
                              const char *method);

/**
 * rf_resource_write_privileges: what a user needs to write anything at all.
 *
 * @resource: the resource
 *
 * Returns: RfPrivilege bits; one of them is enough for some property
 */
unsigned rf_resource_write_privileges(const RfResource *resource);

/**
 * rf_schema_link: where a schema is described.
 *
 * @type: the type's name with its version, without '#'
 *
 * Returns: (transfer full): value of the Link header
 */
char *rf_schema_link(const char *type);

/**
 * rf_resource_dump: describe a resource for people.
 *
 * @resource: the resource
 * @out: where to append
 */
void rf_resource_dump(const RfResource *resource, GString *out);

/**
 * rf_action_info_object: build the ActionInfo of an action (DSP0268
 * ActionInfo), without its entity tag.
 *
 * @action: the action
 * @ctx: the resource that has it
 * @uri: where the ActionInfo is
 *
 * Returns: (transfer full): JSON
 */
JsonObject *rf_action_info_object(const RfAction *action,
                                  const RfContext *ctx, const char *uri);

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
 * rf_get_immediate: RfProperty.get of RF_APPLY_TIME_SUPPORT, an RF_TYPE_JSON,
 * of a collection whose operations are done at once.
 *
 * @ctx: which one
 * @value: its node is set
 *
 * Returns: true
 */
bool rf_get_immediate(const RfContext *ctx, RfValue *value);

/**
 * rf_get_false: RfProperty.get of a BOOL that is always false.
 *
 * @ctx: which one
 * @value: set to false
 *
 * Returns: true
 */
bool rf_get_false(const RfContext *ctx, RfValue *value);

/**
 * rf_get_null: RfProperty.get of what is null when it is read, such as a
 * password.
 *
 * @ctx: which one
 * @value: set to null
 *
 * Returns: true
 */
bool rf_get_null(const RfContext *ctx, RfValue *value);

/**
 * rf_get_true: RfProperty.get of a BOOL that is always true.
 *
 * @ctx: which one
 * @value: set to true
 *
 * Returns: true
 */
bool rf_get_true(const RfContext *ctx, RfValue *value);

/**
 * rf_get_first: RfProperty.get of an ENUM that always has the first of its
 * texts.
 *
 * @ctx: which one
 * @value: set to it
 *
 * Returns: true
 */
bool rf_get_first(const RfContext *ctx, RfValue *value);

/**
 * rf_allow_any: RfProperty.allowed of an ENUM of which every choice may be
 * written.
 *
 * @ctx: which one
 * @choice: index into its texts
 *
 * Returns: true
 */
bool rf_allow_any(const RfContext *ctx, unsigned choice);

/**
 * rf_value_set_time: make a text of a time, as Redfish has it (RFC 3339).
 *
 * @value: its text is set
 * @when: microseconds since 1970, UTC
 *
 * Returns: false if there is no such time, and @value is left alone
 */
bool rf_value_set_time(RfValue *value, int64_t when);

/* The families of resources; each table ends with a zero row. */
extern const RfResource rf_root_resources[];
extern const RfResource rf_systems_resources[];
extern const RfResource rf_boot_options_resources[];
extern const RfResource rf_processors_resources[];
extern const RfResource rf_memory_resources[];
extern const RfResource rf_ethernet_resources[];
extern const RfResource rf_pcie_resources[];
extern const RfResource rf_storage_resources[];
extern const RfResource rf_trusted_resources[];
extern const RfResource rf_guest_resources[];
extern const RfResource rf_host_interface_resources[];
extern const RfResource rf_managers_resources[];
extern const RfResource rf_network_protocol_resources[];
extern const RfResource rf_certificates_resources[];
extern const RfResource rf_client_certificates_resources[];
extern const RfResource rf_chassis_resources[];
extern const RfResource rf_virtual_media_resources[];
extern const RfResource rf_sensors_resources[];
extern const RfResource rf_manager_interfaces_resources[];
extern const RfResource rf_power_thermal_resources[];
extern const RfResource rf_update_resources[];
extern const RfResource rf_inventory_resources[];
extern const RfResource rf_telemetry_resources[];
extern const RfResource rf_metric_reports_resources[];
extern const RfResource rf_report_definitions_resources[];
extern const RfResource rf_log_services_resources[];
extern const RfResource rf_log_entries_resources[];
extern const RfResource rf_metadata_resources[];
extern const RfResource rf_schemas_resources[];
extern const RfResource rf_registries_resources[];
extern const RfResource rf_sessions_resources[];
extern const RfResource rf_tasks_resources[];
extern const RfResource rf_bios_resources[];
extern const RfResource rf_secure_boot_resources[];
extern const RfResource rf_accounts_resources[];
extern const RfResource rf_account_service_resources[];
extern const RfResource rf_event_service_resources[];
extern const RfResource rf_privileges_resources[];
extern const RfResource rf_images_resources[];
extern const RfResource rf_media_certificates_resources[];
extern const RfResource rf_subscriptions_resources[];

#endif /* QEMU_BMC_REDFISH_RF_RESOURCE_H */
