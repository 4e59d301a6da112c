/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual media (DSP0268 VirtualMedia), of the system and of its manager:
 * the same slots under both.
 */
#include "osdep.h"

#include "bmc/media.h"
#include "redfish/rf-exchange.h"
#include "redfish/rf-images.h"
#include "redfish/rf-resource.h"
#include "redfish/rf-tasks.h"
#include "util/error.h"

#define VIRTUAL_MEDIA_TYPE "VirtualMedia.v1_6_5.VirtualMedia"
#define URI_TEXT_MAX 2048
#define CREDENTIAL_MAX 256

enum { VIA_NOT_CONNECTED, VIA_URI, VIA_OEM };
enum { METHOD_STREAM, METHOD_UPLOAD };
enum { PROTOCOL_HTTP, PROTOCOL_HTTPS, PROTOCOL_OEM };

static const char *const connected_via[] = {
    "NotConnected", "URI", "Oem", NULL
};
static const char *const media_types[] = {
    "CD", "DVD", "Floppy", "USBStick", NULL
};
static const char *const transfer_methods[] = { "Stream", "Upload", NULL };
static const char *const protocols[] = {
    "HTTP", "HTTPS", "OEM", "CIFS", "FTP", "SFTP", "NFS", "SCP", "TFTP", NULL
};
static const char *const status_states[] = { "Enabled", NULL };
static const char *const status_healths[] = { "OK", NULL };

static const RfSetter medium_setter;

static const BmcMediaSlot *slot_of(const RfContext *ctx)
{
    return bmc_media_find(ctx->bmc, ctx->ids[1]);
}

static bool media_exists(const RfContext *ctx)
{
    return rf_exists_one(ctx) && slot_of(ctx);
}

static bool nth_medium(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    const BmcMediaSlot *slot = bmc_media_get(ctx->bmc, n);

    if (!slot) {
        return false;
    }
    g_snprintf(uri, RF_URI_MAX, "%s/%s", ctx->uri, slot->id);
    return true;
}

static bool get_name(const RfContext *ctx, RfValue *value)
{
    static const char *const names[] = {
        [MACHINE_DRIVE_CD] = "Virtual CD",
        [MACHINE_DRIVE_FLOPPY] = "Virtual floppy disk",
        [MACHINE_DRIVE_USB] = "Virtual USB stick",
    };

    value->text = names[slot_of(ctx)->kind];
    return true;
}

static bool media_type(const RfContext *ctx, unsigned n, RfValue *value)
{
    static const unsigned first[] = {
        [MACHINE_DRIVE_CD] = 0,
        [MACHINE_DRIVE_FLOPPY] = 2,
        [MACHINE_DRIVE_USB] = 3,
    };
    MachineDriveKind kind = slot_of(ctx)->kind;

    value->choice = first[kind] + n;
    return n < (kind == MACHINE_DRIVE_CD ? 2 : 1);
}

static bool text_or_null(RfValue *value, const char *text)
{
    value->text = text;
    value->null = !text;
    return true;
}

static bool get_image(const RfContext *ctx, RfValue *value)
{
    const char *image = ctx->limited ? slot_of(ctx)->shown
                                     : slot_of(ctx)->image;

    if (image && rf_images_to_uri(image, value->buf)) {
        image = value->buf;
    }
    return text_or_null(value, image);
}

static bool get_image_name(const RfContext *ctx, RfValue *value)
{
    return text_or_null(value, slot_of(ctx)->name);
}

static bool get_user(const RfContext *ctx, RfValue *value)
{
    return text_or_null(value, slot_of(ctx)->user);
}

static bool get_password(const RfContext *ctx, RfValue *value)
{
    return text_or_null(value, NULL);
}

static bool get_inserted(const RfContext *ctx, RfValue *value)
{
    value->boolean = slot_of(ctx)->inserted;
    return true;
}

static bool get_write_protected(const RfContext *ctx, RfValue *value)
{
    const BmcMediaSlot *slot = slot_of(ctx);

    value->boolean = slot->write_protected;
    value->null = !slot->inserted;
    return true;
}

static bool get_verify(const RfContext *ctx, RfValue *value)
{
    value->boolean = slot_of(ctx)->verify;
    return true;
}

static bool get_certificates(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf),
               "/redfish/v1/Systems/1/VirtualMedia/%s/Certificates",
               ctx->ids[1]);
    value->text = value->buf;
    return true;
}

static bool get_via(const RfContext *ctx, RfValue *value)
{
    const BmcMediaSlot *slot = slot_of(ctx);

    value->choice = !slot->inserted ? VIA_NOT_CONNECTED :
                    slot->image ? VIA_URI : VIA_OEM;
    return true;
}

static bool get_method(const RfContext *ctx, RfValue *value)
{
    value->choice = slot_of(ctx)->download ? METHOD_UPLOAD : METHOD_STREAM;
    value->null = !slot_of(ctx)->image;
    return true;
}

static bool get_protocol(const RfContext *ctx, RfValue *value)
{
    const char *image = slot_of(ctx)->image;

    value->null = !image;
    if (image) {
        value->choice = !g_ascii_strncasecmp(image, "https:", 6)
                        ? PROTOCOL_HTTPS :
                        !g_ascii_strncasecmp(image, "http:", 5)
                        ? PROTOCOL_HTTP : PROTOCOL_OEM;
    }
    return true;
}

static bool protocol_allowed(const RfContext *ctx, unsigned choice)
{
    return choice <= PROTOCOL_OEM;
}

/* A parameter of InsertMedia, or the property of that name, is wrong. */
static void add_value_error(RfMessages *messages, bool patched,
                            const char *name, const char *why)
{
    g_autofree char *pointer = g_strconcat("/", name, NULL);

    if (patched) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_ERROR, pointer,
                        why, name, NULL);
    } else {
        rf_messages_add(messages, RF_MESSAGE_ACTION_PARAMETER_VALUE_ERROR,
                        pointer, why, name, "VirtualMedia.InsertMedia",
                        NULL);
    }
}

/* What a change of the slot has failed with, in the words of the registry. */
static void add_media_error(RfMessages *messages, const char *image,
                            bool patched, const GError *err)
{
    g_autofree char *scheme = g_uri_parse_scheme(image);
    bool local = !scheme || !strcmp(scheme, "file") ||
                 !strcmp(scheme, "image");

    if (err->domain != BMC_ERROR) {
        rf_messages_add_error(messages, err);
        return;
    }
    switch (err->code) {
    case BMC_ERROR_INVALID:
        add_value_error(messages, patched, "Image", err->message);
        break;
    case BMC_ERROR_EXISTS:
        rf_messages_add(messages, RF_MESSAGE_RESOURCE_IN_USE, NULL,
                        "Eject the medium that is there first.", NULL);
        break;
    case BMC_ERROR_UNAVAILABLE:
        if (local) {
            /* It is QEMU that does not answer, or a file system. */
            rf_messages_add_error(messages, err);
            break;
        }
        rf_messages_add(messages, RF_MESSAGE_COULD_NOT_ESTABLISH_CONNECTION,
                        NULL, err->message, image, NULL);
        break;
    case BMC_ERROR_PERMISSION:
        rf_messages_add(messages, RF_MESSAGE_ACCESS_DENIED, NULL,
                        err->message, image, NULL);
        break;
    case BMC_ERROR_NOT_SUPPORTED:
        if (!local) {
            rf_messages_add(messages,
                            RF_MESSAGE_SOURCE_DOES_NOT_SUPPORT_PROTOCOL,
                            NULL, err->message, image, scheme, NULL);
            break;
        }
        /* fall through */
    default:
        rf_messages_add_error(messages, err);
    }
}

/* What a slot is being changed for. */
typedef struct MediaChange {
    RfExchange *x;
    char *image;
    bool patched;
} MediaChange;

static void change_done(GObject *source, GAsyncResult *res, void *opaque)
{
    MediaChange *change = opaque;
    g_autoptr(RfExchange) x = change->x;
    g_autofree char *image = change->image;
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autoptr(GError) err = NULL;
    bool patched = change->patched;
    unsigned task;

    g_free(change);
    if (g_cancellable_is_cancelled(x->cancellable)) {
        return;
    }
    if (bmc_media_finish(res, &task, &err)) {
        if (task) {
            rf_task_accepted(x, task);
        } else {
            rf_exchange_complete_kept(x);
        }
        return;
    }
    add_media_error(messages, image, patched, err);
    rf_exchange_fail(x, messages);
}

static MediaChange *change_new(RfExchange *x, const char *image)
{
    MediaChange *change = g_new0(MediaChange, 1);

    change->x = rf_exchange_ref(x);
    change->image = g_strdup(image);
    return change;
}

static const char *text_of(const RfPatch *patch, const RfSetter *setter,
                           const char *name)
{
    const RfValue *value = rf_patch_get(patch, setter, name);

    return value && !value->null && *value->text ? value->text : NULL;
}

/* A URI without a scheme gets that of the protocol, which must fit. */
static char *complete_image(const RfExchange *x, const RfPatch *patch,
                            const RfSetter *setter)
{
    const char *image = text_of(patch, setter, "Image");
    const RfValue *protocol = rf_patch_get(patch, setter,
                                           "TransferProtocolType");
    bool complete = strstr(image, "://") || image[0] == '/';

    if (!complete && protocol && !protocol->null &&
        protocol->choice <= PROTOCOL_HTTPS) {
        return g_strconcat(protocol->choice == PROTOCOL_HTTPS ? "https://" :
                           "http://", image, NULL);
    }
    return rf_images_to_hub(image, x->request.headers[RF_HEADER_HOST]);
}

static void insert_medium(RfExchange *x, const RfPatch *patch,
                          const RfSetter *setter)
{
    g_autofree char *image = complete_image(x, patch, setter);
    g_autofree char *scheme = g_uri_parse_scheme(image);
    MediaChange *change;
    const RfValue *protect = rf_patch_get(patch, setter, "WriteProtected");
    const RfValue *method = rf_patch_get(patch, setter, "TransferMethod");
    const RfValue *verify = rf_patch_get(patch, setter, "VerifyCertificate");
    BmcMediaRequest request = {
        .image = image,
        .user = text_of(patch, setter, "UserName"),
        .password = text_of(patch, setter, "Password"),
        .writable = protect && !protect->null && !protect->boolean,
        .download = method && !method->null && method->choice == METHOD_UPLOAD,
        .verify = verify ? verify->boolean
                         : slot_of(&x->context)->verify,
        .method = x->request.method,
        .target = x->request.path,
    };

    if (request.writable && scheme && g_str_has_prefix(scheme, "http")) {
        g_autoptr(RfMessages) messages = rf_messages_new();

        add_value_error(messages, setter, "WriteProtected",
                        "What is read from a server cannot be written.");
        rf_exchange_fail(x, messages);
        return;
    }
    change = change_new(x, image);
    change->patched = setter;
    bmc_media_insert_async(x->context.bmc, x->context.ids[1], &request,
                           &x->origin, x->cancellable, change_done, change);
}

static void eject_medium(RfExchange *x)
{
    bmc_media_eject_async(x->context.bmc, x->context.ids[1], &x->origin,
                          x->cancellable, change_done, change_new(x, ""));
}

static void insert_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *inserted = rf_patch_get(patch, NULL, "Inserted");
    g_autoptr(RfMessages) messages = rf_messages_new();

    if (inserted && !inserted->null && !inserted->boolean) {
        rf_messages_add(messages, RF_MESSAGE_ACTION_PARAMETER_VALUE_ERROR,
                        "/Inserted", NULL, "Inserted",
                        "VirtualMedia.InsertMedia", NULL);
    } else if (!text_of(patch, NULL, "Image")) {
        rf_messages_add(messages, RF_MESSAGE_ACTION_PARAMETER_VALUE_ERROR,
                        "/Image", NULL, "Image", "VirtualMedia.InsertMedia",
                        NULL);
    } else {
        insert_medium(x, patch, NULL);
        return;
    }
    rf_exchange_fail(x, messages);
}

static void eject_start(RfExchange *x, const RfPatch *patch)
{
    eject_medium(x);
}

/* Whether a PATCH says something else than VerifyCertificate. */
static bool is_about_medium(const RfPatch *patch)
{
    static const char *const names[] = {
        "Image", "Inserted", "WriteProtected", "UserName", "Password",
        "TransferMethod", "TransferProtocolType",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        if (rf_patch_get(patch, &medium_setter, names[i])) {
            return true;
        }
    }
    return false;
}

/* What cannot be changed of a medium that is in, or NULL. */
static const char *fixed_property(const RfContext *ctx, const RfPatch *patch)
{
    const BmcMediaSlot *slot = slot_of(ctx);
    const RfValue *protect = rf_patch_get(patch, &medium_setter,
                                          "WriteProtected");
    const RfValue *method = rf_patch_get(patch, &medium_setter,
                                         "TransferMethod");
    const RfValue *protocol = rf_patch_get(patch, &medium_setter,
                                           "TransferProtocolType");
    const char *user = text_of(patch, &medium_setter, "UserName");
    RfValue now = { 0 };

    if (protect && protect->boolean != slot->write_protected) {
        return "WriteProtected";
    }
    if (method && (method->choice == METHOD_UPLOAD) != slot->download) {
        return "TransferMethod";
    }
    if (protocol && get_protocol(ctx, &now) &&
        (now.null || now.choice != protocol->choice)) {
        return "TransferProtocolType";
    }
    if (user && g_strcmp0(user, slot->user)) {
        return "UserName";
    }
    return text_of(patch, &medium_setter, "Password") ? "Password" : NULL;
}

/* PATCH: an image is put in; null, or Inserted false, is an ejection. */
static void medium_check(const RfContext *ctx, const RfPatch *patch,
                         RfMessages *messages)
{
    const RfValue *image = rf_patch_get(patch, &medium_setter, "Image");
    const RfValue *inserted = rf_patch_get(patch, &medium_setter,
                                           "Inserted");
    bool puts_in = image && !image->null;
    bool takes_out = !puts_in && (image || (inserted && !inserted->boolean));
    const char *fixed = puts_in || takes_out ? NULL
                                             : fixed_property(ctx, patch);

    if (!is_about_medium(patch)) {
        return;
    }
    if (puts_in && (!*image->text || (inserted && !inserted->boolean))) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_ERROR, "/Image",
                        NULL, "Image", NULL);
    } else if (!puts_in && !takes_out && !slot_of(ctx)->inserted) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_MISSING, "/Image",
                        NULL, "Image", NULL);
    } else if (fixed) {
        g_autofree char *pointer = g_strconcat("/", fixed, NULL);

        rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_ERROR, pointer,
                        "Eject the medium, and put it in with that.", fixed,
                        NULL);
    }
}

static void medium_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *image = rf_patch_get(patch, &medium_setter, "Image");
    const RfValue *inserted = rf_patch_get(patch, &medium_setter,
                                           "Inserted");
    const RfValue *verify = rf_patch_get(patch, &medium_setter,
                                         "VerifyCertificate");

    if (image && !image->null) {
        /* With the rest of the request, in whatever order it is written. */
        insert_medium(x, patch, &medium_setter);
        return;
    }
    if (verify) {
        bmc_media_set_verify(x->context.bmc, x->context.ids[1],
                             verify->boolean);
    }
    if (image || (inserted && !inserted->boolean)) {
        eject_medium(x);
    } else {
        rf_exchange_complete_kept(x);
    }
}

static const RfSetter medium_setter = { medium_check, medium_start };

static const RfProperty insert_parameters[] = {
    { "Image", RF_TYPE_STRING, .min = 1, .max = URI_TEXT_MAX,
      .required = true },
    { "Inserted", RF_TYPE_BOOL },
    { "WriteProtected", RF_TYPE_BOOL },
    { "UserName", RF_TYPE_STRING, .min = 0, .max = CREDENTIAL_MAX },
    { "Password", RF_TYPE_STRING, .min = 0, .max = CREDENTIAL_MAX,
      .secret = true },
    { "TransferMethod", RF_TYPE_ENUM, .texts = transfer_methods },
    { "TransferProtocolType", RF_TYPE_ENUM, .texts = protocols,
      .allowed = protocol_allowed },
    { NULL }
};

static const RfProperty eject_parameters[] = {
    { NULL }
};

static const RfAction media_actions[] = {
    { "#VirtualMedia.InsertMedia", insert_parameters,
      RF_PRIVILEGE_CONFIGURE_MANAGER | RF_PRIVILEGE_CONFIGURE_COMPONENTS,
      insert_start },
    { "#VirtualMedia.EjectMedia", eject_parameters,
      RF_PRIVILEGE_CONFIGURE_MANAGER | RF_PRIVILEGE_CONFIGURE_COMPONENTS,
      eject_start },
    { NULL }
};

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = status_states, .get = rf_get_first },
    { "Health", RF_TYPE_ENUM, .texts = status_healths, .get = rf_get_first },
    { NULL }
};

static const RfProperty media_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_name },
    { "MediaTypes", RF_TYPE_STRINGS, .texts = media_types,
      .item = media_type },
    { "Image", RF_TYPE_STRING, .get = get_image, .setter = &medium_setter,
      .nullable = true, .min = 0, .max = URI_TEXT_MAX },
    { "ImageName", RF_TYPE_STRING, .get = get_image_name },
    { "Inserted", RF_TYPE_BOOL, .get = get_inserted,
      .setter = &medium_setter },
    { "WriteProtected", RF_TYPE_BOOL, .get = get_write_protected,
      .setter = &medium_setter },
    { "ConnectedVia", RF_TYPE_ENUM, .texts = connected_via,
      .get = get_via },
    { "UserName", RF_TYPE_STRING, .get = get_user,
      .setter = &medium_setter, .nullable = true, .min = 0,
      .max = CREDENTIAL_MAX },
    { "Password", RF_TYPE_STRING, .get = get_password,
      .setter = &medium_setter, .nullable = true, .min = 0,
      .max = CREDENTIAL_MAX, .secret = true },
    { "TransferMethod", RF_TYPE_ENUM, .texts = transfer_methods,
      .get = get_method,
      .setter = &medium_setter },
    { "TransferProtocolType", RF_TYPE_ENUM, .texts = protocols,
      .get = get_protocol, .allowed = protocol_allowed,
      .setter = &medium_setter },
    { "VerifyCertificate", RF_TYPE_BOOL, .get = get_verify,
      .setter = &medium_setter },
    { "Certificates", RF_TYPE_LINK, .get = get_certificates },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Virtual Media Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_medium },
    { "Oem", RF_TYPE_OBJECT, .members = rf_images_oem_properties },
    { NULL }
};

#define MEDIA_COLLECTION(parent)                                        \
    { .path = parent "/VirtualMedia",                                   \
      .type = "VirtualMediaCollection.VirtualMediaCollection",          \
      .properties = collection_properties,                              \
      .read = RF_PRIVILEGE_LOGIN,                                       \
      .depends = 1 << BMC_PART_MEDIA | 1 << BMC_PART_IMAGES,            \
      .live = true,                                                     \
      .exists = rf_exists_one }

#define MEDIA_MEMBER(parent)                                            \
    { .path = parent "/VirtualMedia/{VirtualMediaId}",                  \
      .type = VIRTUAL_MEDIA_TYPE,                                       \
      .hides = true,                                                    \
      .properties = media_properties,                                   \
      .actions = media_actions,                                         \
      .read = RF_PRIVILEGE_LOGIN,                                       \
      .write = RF_PRIVILEGE_CONFIGURE_MANAGER |                         \
               RF_PRIVILEGE_CONFIGURE_COMPONENTS,                       \
      .depends = 1 << BMC_PART_MEDIA | 1 << BMC_PART_POWER,             \
      .exists = media_exists }

const RfResource rf_virtual_media_resources[] = {
    MEDIA_COLLECTION("/redfish/v1/Systems/{ComputerSystemId}"),
    MEDIA_MEMBER("/redfish/v1/Systems/{ComputerSystemId}"),
    MEDIA_COLLECTION("/redfish/v1/Managers/{ManagerId}"),
    MEDIA_MEMBER("/redfish/v1/Managers/{ManagerId}"),
    { NULL }
};
