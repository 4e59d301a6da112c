/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images that are uploaded for virtual media. They are files at addresses
 * that the collections of virtual media tell, not resources of a schema of
 * DMTF: PUT brings one or the rest of one, GET tells what is there.
 */
#include "osdep.h"

#include "redfish/rf-images.h"

#include "bmc/images.h"
#include "redfish/rf-oem.h"
#include "redfish/rf-service.h"
#include "redfish/rf-upload.h"
#include "util/error.h"

#define WRITE (RF_PRIVILEGE_CONFIGURE_MANAGER | \
               RF_PRIVILEGE_CONFIGURE_COMPONENTS)
#define OFFSET_HEADER "Upload-Offset"

/* Names */

char *rf_images_to_hub(const char *image, const char *host)
{
    const char *path = strstr(image, "://");
    const char *name;

    if (path) {
        size_t len = strcspn(path + 3, "/");

        if (!host || strlen(host) != len ||
            g_ascii_strncasecmp(host, path + 3, len)) {
            return g_strdup(image);
        }
        path += 3 + len;
    } else {
        path = image;
    }
    name = path + strlen(RF_IMAGES "/");
    if (!g_str_has_prefix(path, RF_IMAGES "/") ||
        !bmc_image_name_fits(name)) {
        return g_strdup(image);
    }
    return g_strconcat(BMC_IMAGE_SCHEME, name, NULL);
}

bool rf_images_to_uri(const char *image, char uri[RF_URI_MAX])
{
    if (!g_str_has_prefix(image, BMC_IMAGE_SCHEME)) {
        return false;
    }
    g_snprintf(uri, RF_URI_MAX, RF_IMAGES "/%s",
               image + strlen(BMC_IMAGE_SCHEME));
    return true;
}

/* Digits only, unlike strtoull(). */
static bool parse_number(const char **text, char end, uint64_t *number)
{
    size_t len = strspn(*text, "0123456789");
    g_autofree char *digits = g_strndup(*text, len);

    if (!len || (*text)[len] != end ||
        !g_ascii_string_to_unsigned(digits, 10, 0, INT64_MAX, number, NULL)) {
        return false;
    }
    *text += len + (end ? 1 : 0);
    return true;
}

bool rf_images_parse_range(const char *text, uint64_t *first, uint64_t *last,
                           uint64_t *total)
{
    if (g_ascii_strncasecmp(text, "bytes ", strlen("bytes "))) {
        return false;
    }
    text += strlen("bytes ");
    return parse_number(&text, '-', first) && parse_number(&text, '/', last) &&
           parse_number(&text, '\0', total) && *first <= *last &&
           *last < *total;
}

/* What is shown, of the image at ctx->index or of the one in the URI */

static const BmcImage *image_of(const RfContext *ctx)
{
    return ctx->ids[1] ? bmc_image_find(ctx->bmc, ctx->ids[1])
                       : bmc_image_nth(ctx->bmc, ctx->index);
}

static bool image_exists(const RfContext *ctx)
{
    return rf_exists_one(ctx) && image_of(ctx);
}

static bool get_name(const RfContext *ctx, RfValue *value)
{
    value->text = image_of(ctx)->name;
    return true;
}

static bool get_uri(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), RF_IMAGES "/%s",
               image_of(ctx)->name);
    value->text = value->buf;
    return true;
}

static bool get_size(const RfContext *ctx, RfValue *value)
{
    value->integer = image_of(ctx)->size;
    return true;
}

static bool get_total(const RfContext *ctx, RfValue *value)
{
    value->integer = image_of(ctx)->total;
    return true;
}

static bool get_complete(const RfContext *ctx, RfValue *value)
{
    value->boolean = image_of(ctx)->complete;
    return true;
}

static bool get_tag(const RfContext *ctx, RfValue *value)
{
    value->text = image_of(ctx)->tag;
    return value->text;
}

static bool get_drive(const RfContext *ctx, RfValue *value)
{
    value->text = bmc_image_in_use(ctx->bmc, image_of(ctx)->name);
    return value->text;
}

static bool get_offset(const RfContext *ctx, RfValue *value)
{
    const BmcImage *image = image_of(ctx);

    g_snprintf(value->buf, sizeof(value->buf), "%" PRIu64,
               image ? image->size : 0);
    value->text = value->buf;
    return image;
}

static unsigned count_images(const RfContext *ctx)
{
    unsigned n = 0;

    while (bmc_image_nth(ctx->bmc, n)) {
        n++;
    }
    return n;
}

static bool get_quota(const RfContext *ctx, RfValue *value)
{
    value->integer = bmc_images_quota(ctx->bmc);
    return true;
}

static bool get_used(const RfContext *ctx, RfValue *value)
{
    value->integer = bmc_images_used(ctx->bmc);
    return true;
}

static const RfProperty image_properties[] = {
    { "Name", RF_TYPE_STRING, .get = get_name,
      .about = "The name of the image." },
    { "Uri", RF_TYPE_STRING, .get = get_uri,
      .about = "Where the image is. InsertMedia takes this as Image, PUT "
               "uploads the rest of it, DELETE removes it." },
    { "SizeBytes", RF_TYPE_INTEGER, .get = get_size,
      .about = "How much of the image has been uploaded." },
    { "TotalBytes", RF_TYPE_INTEGER, .get = get_total,
      .about = "How long the whole image is." },
    { "Complete", RF_TYPE_BOOL, .get = get_complete,
      .about = "Whether all of it is there, so that it can be inserted." },
    { "SourceTag", RF_TYPE_STRING, .get = get_tag,
      .about = "What the client has named as Upload-Tag when it began, to "
               "know the same file again." },
    { "Drive", RF_TYPE_STRING, .get = get_drive,
      .about = "The Id of the virtual media that the image is in." },
    { NULL }
};

static const RfProperty qemu_bmc_properties[] = {
    RF_OEM_ODATA_TYPE("QemuBmcImages"),
    { "UploadUri", RF_TYPE_STRING, .text = RF_IMAGES,
      .about = "PUT of an image at this address followed by a slash and a "
               "name uploads it." },
    { "QuotaBytes", RF_TYPE_INTEGER, .get = get_quota,
      .about = "How long all uploaded images may be together." },
    { "UsedBytes", RF_TYPE_INTEGER, .get = get_used,
      .about = "How much of that is taken." },
    { "Images", RF_TYPE_OBJECTS, .members = image_properties,
      .count = count_images,
      .about = "The images that were uploaded." },
    { NULL }
};

const RfOemType rf_images_oem = {
    "QemuBmcImages", "Images that were uploaded, for virtual media.",
    qemu_bmc_properties
};

const RfProperty rf_images_oem_properties[] = {
    { "QemuBmc", RF_TYPE_OBJECT, .members = qemu_bmc_properties },
    { NULL }
};

/* PUT */

/* An image that is coming. */
typedef struct Coming {
    RfExchange *x;
    BmcUpload *upload;
    char *name;
} Coming;

static void coming_free(Coming *coming)
{
    rf_exchange_unref(coming->x);
    g_free(coming->name);
    g_free(coming);
}

/* With how much is there, so that the client can go on from it. */
static void answer_status(RfExchange *x, const char *name, unsigned status,
                          const RfMessages *messages)
{
    const BmcImage *image = bmc_image_find(x->context.bmc, name);
    g_autoptr(GBytes) body = messages ? rf_messages_body(messages) : NULL;
    RfResponse response = { .status = status, .body = body };
    g_autofree char *offset = g_strdup_printf("%" PRIu64,
                                              image ? image->size : 0);

    rf_add_header(&response, OFFSET_HEADER, offset);
    if (status == 503) {
        rf_add_header(&response, "Retry-After",
                      rf_messages_retry_after(messages));
    }
    rf_answer(x, &response);
}

static void answer_failure(RfExchange *x, const char *name, const GError *err)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autofree char *reason = g_strconcat(err->message, ".", NULL);
    int code = err->domain == BMC_ERROR ? err->code : BMC_ERROR_FAILED;
    unsigned status = 0;

    reason[0] = g_ascii_toupper(reason[0]);
    switch (code) {
    case BMC_ERROR_EXISTS:
        rf_messages_add(messages, RF_MESSAGE_RESOURCE_ALREADY_EXISTS, NULL,
                        reason, "Image", "Name", name, NULL);
        status = 409;
        break;
    case BMC_ERROR_STATE:
        rf_messages_add(messages, RF_MESSAGE_GENERAL_ERROR, NULL, reason,
                        NULL);
        status = 409;
        break;
    case BMC_ERROR_LIMIT:
        rf_messages_add(messages, RF_MESSAGE_INSUFFICIENT_STORAGE, NULL,
                        reason, NULL);
        break;
    case BMC_ERROR_PERMISSION:
        rf_messages_add(messages, RF_MESSAGE_INSUFFICIENT_PRIVILEGE, NULL,
                        reason, NULL);
        break;
    default:
        rf_messages_add_error(messages, err);
    }
    answer_status(x, name, status ?: rf_messages_status(messages), messages);
}

static void on_written(GObject *source, GAsyncResult *res, void *opaque)
{
    Coming *coming = opaque;
    g_autoptr(GError) err = NULL;

    bmc_upload_finish(res, &err);
    if (bmc_error_is_cancelled(err)) {
        return;
    }
    if (!err) {
        rf_exchange_more(coming->x);
        return;
    }
    bmc_upload_abort(coming->upload);
    answer_failure(coming->x, coming->name, err);
    coming_free(coming);
}

/* What is there stays, for somebody who may go on. */
static bool may_go_on(Coming *coming)
{
    if (rf_still_may(coming->x)) {
        return true;
    }
    bmc_upload_abort(coming->upload);
    coming_free(coming);
    return false;
}

static void on_piece(GBytes *piece, void *opaque)
{
    Coming *coming = opaque;

    if (may_go_on(coming)) {
        bmc_upload_write_async(coming->upload, piece, on_written, coming);
    }
}

static void on_ended(GObject *source, GAsyncResult *res, void *opaque)
{
    Coming *coming = opaque;
    RfExchange *x = coming->x;
    g_autoptr(GError) err = NULL;

    if (bmc_upload_finish(res, &err) &&
        !g_cancellable_is_cancelled(x->cancellable)) {
        const BmcImage *image = bmc_image_find(x->context.bmc, coming->name);

        if (image && image->complete) {
            rf_exchange_created(x, x->context.uri, NULL, NULL);
        } else {
            answer_status(x, coming->name, 204, NULL);
        }
    } else if (!g_cancellable_is_cancelled(x->cancellable)) {
        answer_failure(x, coming->name, err);
    }
    coming_free(coming);
}

static void on_end(void *opaque)
{
    Coming *coming = opaque;

    if (may_go_on(coming)) {
        bmc_upload_end_async(coming->upload, on_ended, coming);
    }
}

static void on_aborted(void *opaque)
{
    Coming *coming = opaque;

    bmc_upload_abort(coming->upload);
    if (!g_cancellable_is_cancelled(coming->x->cancellable)) {
        rf_exchange_done(coming->x);
    }
    coming_free(coming);
}

static const RfBodySink sink = { on_piece, on_end, on_aborted };

/* Returns false when it has answered. */
static bool read_head(RfExchange *x, BmcUploadRequest *request)
{
    const char *range = x->request.headers[RF_HEADER_CONTENT_RANGE];
    const char *coding = x->request.headers[RF_HEADER_CONTENT_ENCODING];
    int64_t size = rf_exchange_body_size(x);
    uint64_t last;

    request->name = x->context.ids[1];
    request->tag = x->request.headers[RF_HEADER_UPLOAD_TAG];
    if (coding && g_ascii_strcasecmp(coding, "identity")) {
        /* What is kept would be something else than what was meant. */
        rf_answer_error_about(x, RF_MESSAGE_HEADER_INVALID,
                              "Content-Encoding", 415);
        return false;
    }
    if (size < 0 && range) {
        /* Of a part, nobody could tell whether all of it has come. */
        rf_answer_error_about(x, RF_MESSAGE_HEADER_MISSING, "Content-Length",
                              411);
        return false;
    }
    request->open_end = size < 0;
    request->total = MAX(size, 0);
    if (range && (!rf_images_parse_range(range, &request->offset, &last,
                                         &request->total) ||
                  last - request->offset + 1 != (uint64_t)size)) {
        rf_answer_error_about(x, RF_MESSAGE_HEADER_INVALID, "Content-Range",
                              0);
        return false;
    }
    if (request->tag && (!g_str_is_ascii(request->tag) ||
                         strlen(request->tag) > BMC_IMAGE_TAG_MAX)) {
        rf_answer_error_about(x, RF_MESSAGE_HEADER_INVALID, "Upload-Tag", 0);
        return false;
    }
    return true;
}

static void put_start(RfExchange *x)
{
    BmcUploadRequest request = { NULL };
    g_autoptr(GError) err = NULL;
    BmcUpload *upload;
    Coming *coming;

    if (!rf_exists_one(&x->context)) {
        rf_answer_error_about(x, RF_MESSAGE_RESOURCE_MISSING_AT_URI,
                              x->request.path, 0);
        return;
    }
    if (!read_head(x, &request)) {
        return;
    }
    upload = bmc_upload_begin(x->context.bmc, &request, &x->origin, &err);
    if (!upload) {
        answer_failure(x, request.name, err);
        return;
    }
    coming = g_new0(Coming, 1);
    coming->x = rf_exchange_ref(x);
    coming->upload = upload;
    coming->name = g_strdup(request.name);
    rf_exchange_receive(x, &sink, coming);
}

static const RfUpload put = { "PUT", WRITE, true, put_start };

/* DELETE */

static void on_removed(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;
    g_autoptr(GError) err = NULL;

    bmc_image_remove_finish(res, &err);
    if (bmc_error_is_cancelled(err) ||
        g_cancellable_is_cancelled(x->cancellable)) {
        return;
    }
    if (err) {
        answer_failure(x, x->context.ids[1], err);
    } else {
        rf_exchange_complete(x, NULL);
    }
}

static void delete_start(RfExchange *x)
{
    bmc_image_remove_async(x->context.bmc, x->context.ids[1], &x->origin,
                           x->cancellable, on_removed, rf_exchange_ref(x));
}

static const RfDelete removal = { WRITE, delete_start };

const RfResource rf_images_resources[] = {
    { .path = "/redfish/v1/Managers/{ManagerId}/Oem/QemuBmc/Images",
      .properties = qemu_bmc_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .live = true,
      .exists = rf_exists_one },
    { .path = "/redfish/v1/Managers/{ManagerId}/Oem/QemuBmc/Images/{Name}",
      .properties = image_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .live = true,
      .header = OFFSET_HEADER,
      .get_header = get_offset,
      .exists = image_exists,
      .remove = &removal,
      .upload = &put },
    { NULL }
};
