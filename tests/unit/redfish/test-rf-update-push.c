/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UpdateService: images that are pushed. */
#include "osdep.h"

#include <sys/statvfs.h>

#include "update-hub.h"

/* What is free in every file system; in the place of the C library's */
static uint64_t disk_free = UINT32_MAX;

int statvfs(const char *path, struct statvfs *fs)
{
    *fs = (struct statvfs) { .f_frsize = 1, .f_bavail = disk_free };
    return 0;
}

typedef struct Source {
    RfBodySource source;
    const RfBodySink *sink;
    void *opaque;
    unsigned wanted;
} Source;

static void source_start(RfBodySource *base, const RfBodySink *sink,
                         void *opaque)
{
    Source *source = (Source *)base;

    source->sink = sink;
    source->opaque = opaque;
    source->wanted = 1;
}

static void source_more(RfBodySource *base)
{
    ((Source *)base)->wanted++;
}

static RfReply *push_begin(UpdateHub *f, Source *source, const char *who,
                           const char *type, int64_t size)
{
    RfRequest request = {
        .method = "POST",
        .path = SERVICE "/update-multipart",
        .headers = { [RF_HEADER_AUTHORIZATION] = who,
                     [RF_HEADER_CONTENT_TYPE] = type },
        .source = &source->source,
        .peer = "192.0.2.1",
    };

    *source = (Source) { { size, source_start, source_more } };
    return rf_client_start(&f->hub->client, &request);
}

typedef struct Pushing {
    const Source *source;
    const RfReply *reply;
} Pushing;

static bool goes_on(void *opaque)
{
    const Pushing *pushing = opaque;

    return pushing->source->wanted || pushing->reply->done;
}

/* Sends @text and @rom in its place of "ROM", @step bytes at a time. */
static RfReply *push(UpdateHub *f, const char *who, const char *text,
                     size_t step)
{
    g_autoptr(GBytes) rom = update_hub_make_rom("3.0");
    g_auto(GStrv) around = g_strsplit(text, "ROM", 2);
    g_autoptr(GByteArray) body = g_byte_array_new();
    Source source;
    RfReply *reply = push_begin(f, &source, who,
                                "multipart/form-data; boundary=XX", -1);
    Pushing pushing = { &source, reply };
    size_t at, n;

    g_byte_array_append(body, (uint8_t *)around[0], strlen(around[0]));
    if (around[1]) {
        g_byte_array_append(body, g_bytes_get_data(rom, NULL), ROM);
        g_byte_array_append(body, (uint8_t *)around[1], strlen(around[1]));
    }
    for (at = 0; at < body->len && !reply->done; at += n) {
        g_autoptr(GBytes) piece = NULL;

        n = MIN(step, body->len - at);
        piece = g_bytes_new(body->data + at, n);
        source.wanted = 0;
        source.sink->piece(piece, source.opaque);
        g_assert_true(test_wait_until(goes_on, &pushing, 30000));
    }
    if (!reply->done) {
        source.sink->end(source.opaque);
    }
    rf_reply_wait(reply);
    return reply;
}

#define PARAMETERS_PART(json) \
    "--XX\r\nContent-Disposition: form-data; name=\"UpdateParameters\"\r\n" \
    "Content-Type: application/json\r\n\r\n" json "\r\n"
#define FILE_PART \
    "--XX\r\nContent-Disposition: form-data; name=\"UpdateFile\"; " \
    "filename=\"new.bin\"\r\n\r\nROM\r\n"

static void test_pushed(UpdateHub *f, const void *data)
{
    static const char *const forms[] = {
        PARAMETERS_PART("{}") FILE_PART "--XX--",
        FILE_PART PARAMETERS_PART("{\"Targets\":[\"/redfish/v1/Systems/1\"],"
        "\"@Redfish.OperationApplyTime\":\"OnReset\"}") "--XX--\r\n",
        PARAMETERS_PART("{}") FILE_PART "--XX\r\nContent-Disposition: "
        "form-data; name=\"OemAcme\"\r\n\r\nx\r\n--XX--\r\n",
    };
    static const size_t steps[] = { 1000, 100000, 65000 };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(forms); i++) {
        RfReply *reply = push(f, HUB_OPERATOR, forms[i], steps[i]);

        g_assert_cmpuint(reply->status, ==, 202);
        rf_reply_free(reply);
        g_assert_true(test_wait_until(update_hub_has_ended, f, 30000));
        g_assert_cmpint(bmc_task_nth(f->hub->fix.bmc, 0)->state, ==,
                        BMC_TASK_COMPLETED);
        bmc_task_delete_ended(f->hub->fix.bmc);
        update_hub_check(f, FIRMWARE "/BIOS-Staged", "/Version", "\"3.0\"");
        assert_sent(f, ADMIN, "DELETE", FIRMWARE "/BIOS-Staged", NULL,
                    "204");
    }
}

static void test_push_refused(UpdateHub *f, const void *data)
{
    static const struct {
        const char *form;
        const char *message;
    } cases[] = {
        { PARAMETERS_PART("{}") "--XX--", "MissingOrMalformedPart" },
        { FILE_PART "--XX--", "MissingOrMalformedPart" },
        { PARAMETERS_PART("{}") FILE_PART, "MissingOrMalformedPart" },
        { PARAMETERS_PART("{}") PARAMETERS_PART("{}") FILE_PART "--XX--",
          "MissingOrMalformedPart" },
        { PARAMETERS_PART("{}") FILE_PART FILE_PART "--XX--",
          "MissingOrMalformedPart" },
        { PARAMETERS_PART("{}") "--XX\r\nContent-Disposition: form-data; "
          "name=\"x\"\r\n\r\n\r\n" FILE_PART "--XX--",
          "MissingOrMalformedPart" },
        { "XX", "MissingOrMalformedPart" },
        { PARAMETERS_PART("{") FILE_PART "--XX--", "MalformedJSON" },
        { PARAMETERS_PART("{\"Stage\":true}") FILE_PART "--XX--",
          "ActionParameterUnknown" },
        { PARAMETERS_PART("{\"Targets\":[\"/x\"]}") FILE_PART "--XX--",
          "ActionParameterValueNotInList" },
        { PARAMETERS_PART("{\"@Redfish.OperationApplyTime\":\"Immediate\"}")
          FILE_PART "--XX--", "ActionParameterValueNotInList" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        RfReply *reply = push(f, ADMIN, cases[i].form, 70000);

        g_test_message("%u", i);
        g_assert_cmpuint(reply->status, ==, 400);
        g_assert_nonnull(strstr(reply->text, cases[i].message));
        rf_reply_free(reply);
        g_assert_cmpuint(update_hub_count_files(f), ==, 0);
    }
    g_assert_null(bmc_task_nth(f->hub->fix.bmc, 0));
}

/* Nothing of the body is taken. */
static void test_push_not_begun(UpdateHub *f, const void *data)
{
    static const char form[] = "multipart/form-data; boundary=XX";
    const struct {
        const char *who;
        const char *type;
        int64_t size;
        bool launched;
        unsigned status;
    } cases[] = {
        { NULL, form, 10, true, 401 },
        { HUB_VIEWER, form, 10, true, 403 },
        { HUB_OPERATOR, "application/json", 10, true, 415 },
        { HUB_OPERATOR, form, BMC_UPDATE_IMAGE_MAX * INT64_C(2), true, 413 },
        { HUB_OPERATOR, form, 10, false, 400 },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        RfReply *reply;
        Source source;

        update_hub_set_machine(f, cases[i].launched);
        reply = push_begin(f, &source, cases[i].who, cases[i].type,
                           cases[i].size);
        rf_reply_wait(reply);
        g_assert_cmpuint(reply->status, ==, cases[i].status);
        g_assert_cmpuint(source.wanted, ==, 0);
        rf_reply_free(reply);
    }
}

/* What has no room is refused before it is sent. */
static void test_push_no_room(UpdateHub *f, const void *data)
{
    static const struct {
        int64_t size;
        uint64_t free;
        bool refused;
    } cases[] = {
        { 20000000, 10000000, true },
        { 20000000, 20000000, false },
        { 260000, 1000, true },
        { -1, 0, true },
        { -1, 1000000, false },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        RfReply *reply;
        Source source;

        disk_free = cases[i].free;
        reply = push_begin(f, &source, HUB_OPERATOR,
                           "multipart/form-data; boundary=XX",
                           cases[i].size);
        g_assert_true(!source.wanted == cases[i].refused);
        if (cases[i].refused) {
            rf_reply_wait(reply);
            g_assert_cmpuint(reply->status, ==, 507);
            g_assert_nonnull(strstr(reply->text, "InsufficientStorage"));
            g_assert_nonnull(strstr(reply->text, "no room"));
        } else {
            source.sink->aborted(source.opaque);
            rf_reply_wait(reply);
        }
        rf_reply_free(reply);
    }
    disk_free = UINT32_MAX;
    update_hub_update(f, "/rom");
}

/* Parts that nobody looks at, without an end. */
static void test_push_endless(UpdateHub *f, const void *data)
{
    static const char head[] = "--XX\r\nContent-Disposition: form-data; "
                               "name=\"OemX\"\r\n\r\n";
    g_autofree char *zeroes = g_malloc0(1024 * 1024);
    g_autoptr(GBytes) first = g_bytes_new_static(head, strlen(head));
    g_autoptr(GBytes) piece = g_bytes_new_static(zeroes, 1024 * 1024);
    Source source;
    RfReply *reply = push_begin(f, &source, ADMIN,
                                "multipart/form-data; boundary=XX", -1);
    unsigned i;

    source.sink->piece(first, source.opaque);
    for (i = 0; i < 100 && !reply->done; i++) {
        source.sink->piece(piece, source.opaque);
    }
    g_assert_cmpuint(i, <, 70);
    rf_reply_wait(reply);
    g_assert_cmpuint(reply->status, ==, 413);
    rf_reply_free(reply);
    update_hub_update(f, "/rom");
}

static void test_push_aborted(UpdateHub *f, const void *data)
{
    g_autoptr(GBytes) piece = g_bytes_new_static(
        FILE_PART, strlen(FILE_PART));
    Source source;
    RfReply *reply = push_begin(f, &source, ADMIN,
                                "multipart/form-data; boundary=XX", -1);

    /* One at a time */
    assert_sent(f, ADMIN, "POST", UPDATE, "{\"ImageURI\":\"http://a/x\"}",
                "409 ResourceInUse");
    source.sink->piece(piece, source.opaque);
    source.sink->aborted(source.opaque);
    rf_reply_wait(reply);
    rf_reply_free(reply);
    g_assert_cmpuint(update_hub_count_files(f), ==, 0);
    update_hub_update(f, "/rom");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("pushed", test_pushed);
    ADD("push-refused", test_push_refused);
    ADD("push-not-begun", test_push_not_begun);
    ADD("push-no-room", test_push_no_room);
    ADD("push-aborted", test_push_aborted);
    ADD("push-endless", test_push_endless);
    return g_test_run();
}
