/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Upload of images: PUT in one and in parts, what is told, and refusals. */
#include "osdep.h"

#include "bmc/images.h"
#include "bmc/media.h"
#include "bmc/users.h"
#include "redfish/rf-images.h"

#include "rf-hub.h"

#define CD SYSTEM "/VirtualMedia/CD1"
#define IMAGE RF_IMAGES "/a.iso"

/* A transport that sends one text. */
typedef struct Source {
    RfBodySource source;
    const char *text;
    bool broken;
    bool sent;
    void (*meanwhile)(void);
    const RfBodySink *sink;
    void *opaque;
} Source;

typedef struct ImagesHub {
    RfHub *hub;
    TestDir *dir;
} ImagesHub;

static BmcMediaConfig media_config;

static void configure(BmcConfig *config)
{
    config->media = &media_config;
}

static void setup(ImagesHub *f, const void *data)
{
    f->dir = test_dir_new();
    media_config = (BmcMediaConfig) {
        .images_dir = f->dir->path,
        .upload_bytes = 100,
    };
    f->hub = rf_hub_new_with(MACHINE_STATE_RUNNING, configure);
    mock_machine_add_drive(f->hub->fix.mock, "cd0", MACHINE_DRIVE_CD);
    mock_machine_event(f->hub->fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&f->hub->fix);
}

static void teardown(ImagesHub *f, const void *data)
{
    rf_hub_free(f->hub);
    test_dir_free(f->dir);
}

static void source_more(RfBodySource *base)
{
    Source *source = (Source *)base;

    if (source->meanwhile) {
        source->meanwhile();
    }
    if (source->broken) {
        source->sink->aborted(source->opaque);
    } else {
        source->sink->end(source->opaque);
    }
}

static void source_start(RfBodySource *base, const RfBodySink *sink,
                         void *opaque)
{
    Source *source = (Source *)base;
    g_autoptr(GBytes) piece = g_bytes_new(source->text,
                                          strlen(source->text));

    source->sink = sink;
    source->opaque = opaque;
    source->sent = true;
    sink->piece(piece, opaque);
}

static RfReply *put_by(ImagesHub *f, const char *who, const char *path,
                       const char *text, int64_t size, const char *range,
                       bool broken)
{
    Source source = { { size, source_start, source_more }, text, broken };
    RfRequest request = {
        .method = "PUT",
        .path = path,
        .headers = { [RF_HEADER_AUTHORIZATION] = who,
                     [RF_HEADER_CONTENT_RANGE] = range,
                     [RF_HEADER_UPLOAD_TAG] = "tag" },
        .source = &source.source,
        .peer = "192.0.2.1",
    };
    RfReply *reply = rf_client_call(&f->hub->client, &request);

    g_assert_cmpint(source.sent, ==, broken || reply->status < 300);
    return reply;
}

static RfReply *put(ImagesHub *f, const char *text, const char *range)
{
    return put_by(f, ADMIN, IMAGE, text, strlen(text), range, false);
}

static void assert_put(ImagesHub *f, const char *who, const char *path,
                       int64_t size, const char *range, unsigned status)
{
    g_autoptr(RfReply) reply = put_by(f, who, path, "12345", size, range,
                                      false);

    g_assert_cmpuint(reply->status, ==, status);
}

static void test_range(void)
{
    static const char *const bad[] = {
        "", "bytes", "bytes 0-1/", "bytes 0-1/*", "bytes */10",
        "bytes 0-9/9", "bytes 5-4/10", "bytes 0-1/10 ", "bytes -1-1/10",
        "bytes 0-1/99999999999999999999", "octets 0-1/10", "bytes 0x0-1/10",
        "bytes  0-1/10", "bytes 0 - 1/10", "bytes +0-1/10",
    };
    uint64_t first, last, total;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_false(rf_images_parse_range(bad[i], &first, &last, &total));
    }
    g_assert_true(rf_images_parse_range("bytes 5-8/10", &first, &last,
                                        &total));
    g_assert_cmpuint(first, ==, 5);
    g_assert_cmpuint(last, ==, 8);
    g_assert_cmpuint(total, ==, 10);
    g_assert_true(rf_images_parse_range("Bytes 0-0/1", &first, &last,
                                        &total));
}

static void test_whole(ImagesHub *f, const void *data)
{
    g_autoptr(RfReply) reply = put(f, "12345", NULL);
    g_autoptr(RfReply) image = rf_hub_get(f->hub, IMAGE);
    g_autoptr(RfReply) list = rf_hub_get(f->hub, SYSTEM "/VirtualMedia");
    JsonNode *images = rf_reply_node(list, "/Oem/QemuBmc/Images");

    g_assert_cmpuint(reply->status, ==, 201);
    g_assert_cmpstr(rf_reply_header(reply, "Location"), ==, IMAGE);
    g_assert_true(json_node_get_boolean(rf_reply_node(image, "/Complete")));
    g_assert_cmpstr(rf_reply_header(image, "Upload-Offset"), ==, "5");
    g_assert_cmpstr(rf_reply_text(list, "/Oem/QemuBmc/UploadUri"), ==,
                    RF_IMAGES);
    g_assert_cmpuint(json_array_get_length(json_node_get_array(images)), ==,
                     1);
    assert_put(f, ADMIN, IMAGE, 5, NULL, 409);
}

static void test_parts(ImagesHub *f, const void *data)
{
    g_autoptr(RfReply) part = put(f, "123", "bytes 0-2/8");
    g_autoptr(RfReply) image = rf_hub_get(f->hub, IMAGE);
    g_autoptr(RfReply) wrong = put(f, "45", "bytes 4-5/8");
    g_autoptr(RfReply) other = put(f, "45", "bytes 3-4/9");
    g_autoptr(RfReply) broken = put_by(f, ADMIN, IMAGE, "4", 5,
                                       "bytes 3-7/8", true);
    g_autoptr(RfReply) rest = NULL;

    g_assert_cmpuint(part->status, ==, 204);
    g_assert_cmpstr(rf_reply_header(part, "Upload-Offset"), ==, "3");
    g_assert_cmpstr(rf_reply_text(image, "/SourceTag"), ==, "tag");
    g_assert_cmpuint(wrong->status, ==, 409);
    g_assert_cmpstr(rf_reply_header(wrong, "Upload-Offset"), ==, "3");
    g_assert_cmpuint(other->status, ==, 409);
    g_assert_cmpuint(bmc_image_find(f->hub->fix.bmc, "a.iso")->size, ==, 4);
    rest = put(f, "5678", "bytes 4-7/8");
    g_assert_cmpuint(rest->status, ==, 201);
}

/* Nothing is received that is not wanted. */
static void test_refused(ImagesHub *f, const void *data)
{
    assert_put(f, NULL, IMAGE, 5, NULL, 401);
    assert_put(f, HUB_VIEWER, IMAGE, 5, NULL, 403);
    assert_put(f, ADMIN, IMAGE, -1, "bytes 0-4/5", 411);
    assert_put(f, ADMIN, IMAGE, 101, NULL, 507);
    assert_put(f, ADMIN, IMAGE, 0, NULL, 400);
    assert_put(f, ADMIN, IMAGE, 5, "bytes 0-3/10", 400);
    assert_put(f, ADMIN, IMAGE, 5, "bytes 0-4/*", 400);
    assert_put(f, ADMIN, RF_IMAGES "/..%2fa", 5, NULL, 400);
    assert_put(f, ADMIN, RF_IMAGES "/.a", 5, NULL, 400);
    assert_put(f, ADMIN, "/redfish/v1/Managers/2/Oem/QemuBmc/Images/a", 5,
               NULL, 404);
    assert_put(f, HUB_OPERATOR, IMAGE, 5, NULL, 201);
}

static Bmc *current; /* whose user is disabled */

static void disable_operator(void)
{
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_LOCAL };

    bmc_users_set_enabled(current, bmc_users_find(current, "oper", 4)->slot,
                          false, &origin);
}

/* Who uploads loses his account before the end. */
static void test_disabled(ImagesHub *f, const void *data)
{
    Source source = {
        { 5, source_start, source_more }, "12345",
        .meanwhile = disable_operator,
    };
    RfRequest request = {
        .method = "PUT",
        .path = IMAGE,
        .headers = { [RF_HEADER_AUTHORIZATION] = HUB_OPERATOR },
        .source = &source.source,
        .peer = "192.0.2.1",
    };
    g_autoptr(RfReply) reply = NULL;

    current = f->hub->fix.bmc;
    reply = rf_client_call(&f->hub->client, &request);
    g_assert_cmpuint(reply->status, ==, 401);
    g_assert_false(bmc_image_find(current, "a.iso")->complete);
    g_assert_false(bmc_image_find(current, "a.iso")->busy);
}

/* What is compressed is not what is meant. */
static void test_encoded(ImagesHub *f, const void *data)
{
    static const struct {
        const char *coding;
        unsigned status;
    } rows[] = {
        { "gzip", 415 }, { "identity, br", 415 }, { "Identity", 201 },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        Source source = { { 5, source_start, source_more }, "12345" };
        RfRequest request = {
            .method = "PUT",
            .path = IMAGE,
            .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN,
                         [RF_HEADER_CONTENT_ENCODING] = rows[i].coding },
            .source = &source.source,
            .peer = "192.0.2.1",
        };
        g_autoptr(RfReply) reply = rf_client_call(&f->hub->client, &request);

        g_assert_cmpuint(reply->status, ==, rows[i].status);
    }
}

static bool is_gone(void *opaque)
{
    return !bmc_image_find(((ImagesHub *)opaque)->hub->fix.bmc, "a.iso");
}

/* As "curl -T -" sends it: only the end tells how long it is. */
static void test_chunked(ImagesHub *f, const void *data)
{
    g_autofree char *much = g_strnfill(101, 'x');
    g_autoptr(RfReply) broken = put_by(f, ADMIN, IMAGE, "123", -1, NULL,
                                       true);
    g_autoptr(RfReply) reply = NULL;
    g_autoptr(RfReply) image = NULL;
    Source source = { { -1, source_start, source_more }, much };
    RfRequest request = {
        .method = "PUT",
        .path = RF_IMAGES "/b.iso",
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN },
        .source = &source.source,
        .peer = "192.0.2.1",
    };
    g_autoptr(RfReply) large = NULL;

    g_assert_true(test_wait_until(is_gone, f, 30000));
    reply = put_by(f, ADMIN, IMAGE, "123", -1, NULL, false);
    g_assert_cmpuint(reply->status, ==, 201);
    image = rf_hub_get(f->hub, IMAGE);
    g_assert_true(json_node_get_boolean(rf_reply_node(image, "/Complete")));
    g_assert_cmpint(json_node_get_int(rf_reply_node(image, "/TotalBytes")),
                    ==, 3);
    large = rf_client_call(&f->hub->client, &request);
    g_assert_cmpuint(large->status, ==, 507);
}

static void test_inserted(ImagesHub *f, const void *data)
{
    g_autoptr(RfReply) reply = put(f, "12345", NULL);
    g_autoptr(RfReply) insert = rf_hub_send(
        f->hub, ADMIN, "POST", CD "/Actions/VirtualMedia.InsertMedia",
        "{\"Image\":\"" IMAGE "\"}");
    g_autoptr(RfReply) medium = rf_hub_get(f->hub, CD);
    g_autoptr(RfReply) image = rf_hub_get(f->hub, IMAGE);
    g_autoptr(RfReply) refused = rf_hub_send(f->hub, ADMIN, "DELETE", IMAGE,
                                             NULL);
    g_autoptr(RfReply) eject = rf_hub_send(
        f->hub, ADMIN, "POST", CD "/Actions/VirtualMedia.EjectMedia", "{}");
    g_autoptr(RfReply) removed = rf_hub_send(f->hub, ADMIN, "DELETE", IMAGE,
                                             NULL);
    g_autoptr(RfReply) gone = rf_hub_send(f->hub, ADMIN, "GET", IMAGE, NULL);

    g_assert_cmpuint(insert->status, ==, 204);
    g_assert_cmpstr(rf_reply_text(medium, "/Image"), ==, IMAGE);
    g_assert_cmpstr(rf_reply_text(medium, "/ImageName"), ==, "a.iso");
    g_assert_cmpstr(rf_reply_text(image, "/Drive"), ==, "CD1");
    g_assert_cmpuint(refused->status, ==, 409);
    g_assert_cmpuint(eject->status, ==, 204);
    g_assert_cmpuint(removed->status, ==, 204);
    g_assert_cmpuint(gone->status, ==, 404);
}

static void test_address(void)
{
    static const struct {
        const char *image;
        const char *host;
        const char *expected;
    } cases[] = {
        { IMAGE, NULL, "image:a.iso" },
        { "https://bmc:8443" IMAGE, "bmc:8443", "image:a.iso" },
        { "https://BMC:8443" IMAGE, "bmc:8443", "image:a.iso" },
        { "https://other" IMAGE, "bmc", "https://other" IMAGE },
        { "https://bmc" IMAGE, NULL, "https://bmc" IMAGE },
        { RF_IMAGES "/../x", NULL, RF_IMAGES "/../x" },
        { RF_IMAGES "/", NULL, RF_IMAGES "/" },
        { "http://x/a.iso", "x", "http://x/a.iso" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = rf_images_to_hub(cases[i].image,
                                                cases[i].host);

        g_assert_cmpstr(got, ==, cases[i].expected);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/images/range", test_range);
    g_test_add_func("/redfish/images/address", test_address);
    g_test_add("/redfish/images/whole", ImagesHub, NULL, setup, test_whole,
               teardown);
    g_test_add("/redfish/images/parts", ImagesHub, NULL, setup, test_parts,
               teardown);
    g_test_add("/redfish/images/refused", ImagesHub, NULL, setup,
               test_refused, teardown);
    g_test_add("/redfish/images/disabled", ImagesHub, NULL, setup,
               test_disabled, teardown);
    g_test_add("/redfish/images/encoded", ImagesHub, NULL, setup,
               test_encoded, teardown);
    g_test_add("/redfish/images/chunked", ImagesHub, NULL, setup,
               test_chunked, teardown);
    g_test_add("/redfish/images/inserted", ImagesHub, NULL, setup,
               test_inserted, teardown);
    return g_test_run();
}
