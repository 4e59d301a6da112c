/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Updates of firmware (DSP0268 UpdateService). An image that is fetched is
 * checked and staged, which is what the task is about; it is in force when
 * QEMU is next started.
 */
#include "osdep.h"

#include "redfish/rf-update.h"

#include "redfish/rf-tasks.h"

#define URI_TEXT_MAX 2048
#define CREDENTIAL_MAX 256
#define SIMPLE_UPDATE "UpdateService.SimpleUpdate"

static const char *const states[] = { "Disabled", "Enabled", NULL };
static const char *const protocols[] = { "HTTP", "HTTPS", NULL };

bool rf_update_is_enabled(const Bmc *bmc)
{
    unsigned i;

    for (i = 0; i < BMC_UPDATE__MAX; i++) {
        if (bmc_update_possible(bmc, i, NULL)) {
            return true;
        }
    }
    return false;
}

static bool get_enabled(const RfContext *ctx, RfValue *value)
{
    value->boolean = rf_update_is_enabled(ctx->bmc);
    return true;
}

static bool get_state(const RfContext *ctx, RfValue *value)
{
    value->choice = rf_update_is_enabled(ctx->bmc);
    return true;
}

static bool get_size_max(const RfContext *ctx, RfValue *value)
{
    value->integer = BMC_UPDATE_IMAGE_MAX;
    return true;
}

static const RfSetter verify_setter;

static bool get_verify(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_update_verify(ctx->bmc);
    return true;
}

static void verify_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *value = rf_patch_get(patch, &verify_setter,
                                        "VerifyRemoteServerCertificate");

    bmc_update_set_verify(x->context.bmc, value->boolean, &x->origin);
    rf_exchange_complete_kept(x);
}

static const RfSetter verify_setter = { .start = verify_start };

/* SimpleUpdate */

static const char *text_of(const RfPatch *patch, const char *name)
{
    const RfValue *value = rf_patch_get(patch, NULL, name);

    return value && !value->null && *value->text ? value->text : NULL;
}

/* DSP0268: without a scheme and a protocol, it is HTTP. */
static char *complete_uri(const RfPatch *patch)
{
    const char *uri = text_of(patch, "ImageURI");
    const RfValue *protocol = rf_patch_get(patch, NULL, "TransferProtocol");
    size_t len = strcspn(uri, "/?#");

    /* A colon and two slashes further on are none of a scheme's. */
    if (len && g_str_has_prefix(uri + len - 1, "://")) {
        return g_strdup(uri);
    }
    return g_strconcat(protocol && !protocol->null && protocol->choice == 1 ?
                       "https://" : "http://", uri, NULL);
}

/* What a task shows of its request: a URI may have a token behind '?'. */
static char *payload(const char *uri)
{
    g_autofree char *head = g_strndup(uri, strcspn(uri, "?"));
    g_autoptr(JsonObject) body = json_object_new();
    g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);

    json_object_set_string_member(body, "ImageURI", head);
    json_node_set_object(node, body);
    return json_to_string(node, FALSE);
}

static void simple_update_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *force = rf_patch_get(patch, NULL, "ForceUpdate");
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autofree char *uri = complete_uri(patch);
    g_autofree char *body = payload(uri);
    g_autoptr(GError) err = NULL;
    BmcUpdateRequest request = {
        .image = uri,
        .user = text_of(patch, "Username"),
        .password = text_of(patch, "Password"),
        .force = force && force->boolean,
        .method = x->request.method,
        .target = x->request.path,
        .body = body,
    };
    unsigned task = 0;

    if (rf_update_read_targets(patch, SIMPLE_UPDATE, &request.targets,
                               messages)) {
        task = bmc_update_fetch(x->context.bmc, &request, &x->origin, &err);
        if (err) {
            rf_update_add_error(messages, SIMPLE_UPDATE, uri, err);
        }
    }
    if (task) {
        rf_task_accepted(x, task);
    } else {
        rf_exchange_fail(x, messages);
    }
}

/* Tables */

static const RfProperty simple_update_parameters[] = {
    { "ImageURI", RF_TYPE_STRING, .min = 1, .max = URI_TEXT_MAX,
      .required = true },
    { "TransferProtocol", RF_TYPE_ENUM, .texts = protocols,
      .allowed = rf_allow_any },
    { "Targets", RF_TYPE_STRINGS },
    { "ExcludeTargets", RF_TYPE_STRINGS },
    { "Username", RF_TYPE_STRING, .min = 0, .max = CREDENTIAL_MAX },
    { "Password", RF_TYPE_STRING, .min = 0, .max = CREDENTIAL_MAX,
      .secret = true },
    { "ForceUpdate", RF_TYPE_BOOL },
    { NULL }
};

static const RfAction service_actions[] = {
    { "#" SIMPLE_UPDATE, simple_update_parameters,
      RF_PRIVILEGE_CONFIGURE_COMPONENTS, simple_update_start,
      .apply_times = rf_apply_on_reset },
    { NULL }
};

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = get_state },
    { NULL }
};

static const RfProperty service_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "UpdateService" },
    { "Name", RF_TYPE_STRING, .text = "Update Service" },
    { "Description", RF_TYPE_STRING,
      .text = "Firmware of a machine that qemu-bmc starts; the next start "
              "has what is staged" },
    { "ServiceEnabled", RF_TYPE_BOOL, .get = get_enabled },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "MultipartHttpPushUri", RF_TYPE_STRING, .text = RF_UPDATE_PUSH },
    { "MaxImageSizeBytes", RF_TYPE_INTEGER, .get = get_size_max },
    { "VerifyRemoteServerCertificate", RF_TYPE_BOOL, .get = get_verify,
      .setter = &verify_setter },
    { "FirmwareInventory", RF_TYPE_LINK, .text = RF_FIRMWARE_INVENTORY },
    { "SoftwareInventory", RF_TYPE_LINK, .text = RF_SOFTWARE_INVENTORY },
    { NULL }
};

const RfResource rf_update_resources[] = {
    { .path = RF_UPDATE_SERVICE,
      .type = "UpdateService.v1_17_0.UpdateService",
      .properties = service_properties,
      .actions = service_actions,
      .read = RF_PRIVILEGE_LOGIN,
      .write = RF_PRIVILEGE_CONFIGURE_COMPONENTS,
      .depends = 1 << BMC_PART_UPDATE | 1 << BMC_PART_SYSTEM },
    { .path = RF_UPDATE_PUSH, .upload = &rf_update_push },
    { NULL }
};
