/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UpdateService: firmware that is shown, fetched, checked and staged. */
#include "osdep.h"

#include <libsoup/soup.h>

#include "bmc/tasks.h"
#include "bmc/update.h"
#include "bmc/users.h"

#include "rf-hub.h"

#define SERVICE "/redfish/v1/UpdateService"
#define FIRMWARE SERVICE "/FirmwareInventory"
#define UPDATE SERVICE "/Actions/UpdateService.SimpleUpdate"
#define ROM (64 * 1024)

/*
 * A hub whose machine has SeaBIOS in a file, and a web server.
 *
 * @given: the file on the command line
 * @folder: Machine.firmware_dir
 * @held: the server does not answer
 */
typedef struct UpdateHub {
    RfHub *hub;
    TestDir *dir;
    char *given;
    char *folder;
    SoupServer *server;
    char *base;
    SoupServerMessage *held;
} UpdateHub;

static BmcUpdateConfig update_config;

static void configure(BmcConfig *config)
{
    static const char *const allow[] = { "127.0.0.1", NULL };

    update_config = (BmcUpdateConfig) {
        .allow = allow, .max_s = 60, .wait_s = 60,
    };
    config->update = &update_config;
}

static GBytes *make_rom(const char *version)
{
    static const char before[] = "SeaBIOS (version %s)\0gcc: 1 binutils: 2";
    g_autofree uint8_t *data = g_malloc0(ROM);

    memcpy(data, before, sizeof(before));
    memcpy(data + sizeof(before), version, strlen(version));
    data[ROM - 16] = 0xea;
    return g_bytes_new(data, ROM);
}

static void answer(SoupServer *server, SoupServerMessage *msg,
                   const char *path, GHashTable *query, void *opaque)
{
    UpdateHub *f = opaque;
    g_autoptr(GBytes) rom = make_rom("2.0");
    const char *body = g_bytes_get_data(rom, NULL);
    size_t len = ROM;

    if (g_str_equal(path, "/held")) {
        soup_server_message_pause(msg);
        f->held = g_object_ref(msg);
        return;
    }
    if (g_str_equal(path, "/short")) {
        len = 1000;
    } else if (!g_str_equal(path, "/rom")) {
        soup_server_message_set_status(msg, 404, NULL);
        return;
    }
    soup_server_message_set_status(msg, 200, NULL);
    soup_server_message_set_response(msg, "application/octet-stream",
                                     SOUP_MEMORY_COPY, body, len);
}

static void set_machine(UpdateHub *f, bool launched)
{
    Machine *machine = mock_machine_base(f->hub->fix.mock);

    g_free(machine->firmware_given);
    g_free(machine->firmware_dir);
    machine->firmware_given = g_strdup(launched ? f->given : NULL);
    machine->firmware_given_rom = true;
    machine->firmware_dir = g_strdup(launched ? f->folder : NULL);
    machine->info.firmware = MACHINE_FIRMWARE_BIOS;
    machine->info.pid = 0;
    g_free(machine->info.firmware_file);
    machine->info.firmware_file = g_strdup(launched ? f->given : NULL);
    mock_machine_event(f->hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    fixture_settle(&f->hub->fix);
}

static void setup(UpdateHub *f, const void *data)
{
    g_autoptr(GBytes) rom = make_rom("1.0");
    g_autoptr(GError) err = NULL;
    GSList *uris;

    f->dir = test_dir_new();
    f->given = test_dir_file(f->dir, "given.bin");
    f->folder = test_dir_file(f->dir, "firmware");
    g_assert_true(g_file_set_contents(f->given, g_bytes_get_data(rom, NULL),
                                      ROM, NULL));
    f->server = soup_server_new(NULL, NULL);
    soup_server_add_handler(f->server, NULL, answer, f, NULL);
    soup_server_listen_local(f->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY,
                             &err);
    g_assert_no_error(err);
    uris = soup_server_get_uris(f->server);
    f->base = g_strdup_printf("http://127.0.0.1:%d",
                              g_uri_get_port(uris->data));
    g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
    f->hub = rf_hub_new_with(MACHINE_STATE_RUNNING, configure);
    set_machine(f, true);
}

static void teardown(UpdateHub *f, const void *data)
{
    rf_hub_free(f->hub);
    g_clear_object(&f->held);
    g_clear_object(&f->server);
    g_free(f->given);
    g_free(f->folder);
    g_free(f->base);
    test_dir_free(f->dir);
}

/* Status and first message, as one text. */
static char *send(UpdateHub *f, const char *who, const char *method,
                  const char *path, const char *body)
{
    g_autoptr(RfReply) reply = rf_hub_send(f->hub, who, method, path, body);
    g_autofree char *messages = reply->status >= 400 ?
                                rf_reply_messages(reply) : g_strdup("");

    messages[strcspn(messages, "#")] = '\0';
    return g_strdup_printf("%u %s", reply->status, messages);
}

#define assert_sent(f, who, method, path, body, expected)             \
    do {                                                              \
        g_autofree char *got_ = send(f, who, method, path, body);     \
        g_assert_cmpstr(g_strstrip(got_), ==, expected);              \
    } while (0)

typedef struct Wanted {
    UpdateHub *f;
    const char *path;
    const char *pointer;
    const char *value;
} Wanted;

static bool has_value(void *opaque)
{
    const Wanted *wanted = opaque;
    g_autoptr(RfReply) reply = rf_hub_send(wanted->f->hub, ADMIN, "GET",
                                           wanted->path, NULL);
    JsonNode *node = reply->status == 200 ?
                     rf_reply_node(reply, wanted->pointer) : NULL;
    g_autofree char *text = node ? json_to_string(node, false) : NULL;

    return g_strcmp0(text, wanted->value) == 0;
}

/* What a thread reads is there a little later. */
static void assert_node(UpdateHub *f, const char *path, const char *pointer,
                        const char *value)
{
    Wanted wanted = { f, path, pointer, value };

    g_test_message("%s: %s is %s", path, pointer, value);
    g_assert_true(test_wait_until(has_value, &wanted, 30000));
}

static bool has_ended(void *opaque)
{
    UpdateHub *f = opaque;

    return bmc_task_ended(bmc_task_nth(f->hub->fix.bmc, 0));
}

/* Begins an update of @path, waits for its end and returns its task. */
static const BmcTask *update(UpdateHub *f, const char *path)
{
    g_autofree char *body = g_strdup_printf("{\"ImageURI\":\"%s%s\"}",
                                            f->base, path);
    Bmc *bmc = f->hub->fix.bmc;

    bmc_task_delete_ended(bmc);
    assert_sent(f, HUB_OPERATOR, "POST", UPDATE, body, "202");
    g_assert_true(test_wait_until(has_ended, f, 30000));
    fixture_settle(&f->hub->fix);
    return bmc_task_nth(bmc, 0);
}

static unsigned count_files(UpdateHub *f)
{
    g_autoptr(GDir) dir = g_dir_open(f->folder, 0, NULL);
    unsigned n = 0;

    while (dir && g_dir_read_name(dir)) {
        n++;
    }
    return n;
}

static void test_shown(UpdateHub *f, const void *data)
{
    assert_node(f, SERVICE, "/ServiceEnabled", "true");
    assert_node(f, FIRMWARE, "/Members@odata.count", "2");
    assert_node(f, FIRMWARE "/BIOS", "/Name", "\"SeaBIOS\"");
    assert_node(f, FIRMWARE "/BIOS", "/Version", "\"1.0\"");
    assert_node(f, FIRMWARE "/BIOS", "/SizeBytes", G_STRINGIFY(65536));
    assert_node(f, FIRMWARE "/BIOS", "/Updateable", "true");
    assert_node(f, SYSTEM, "/BiosVersion", "\"1.0\"");
    assert_sent(f, ADMIN, "GET", FIRMWARE "/BIOS-Staged", NULL,
                "404 ResourceMissingAtURI");
    assert_sent(f, ADMIN, "GET", FIRMWARE "/UEFIVariables", NULL,
                "404 ResourceMissingAtURI");
}

static void test_attached(UpdateHub *f, const void *data)
{
    g_autoptr(RfReply) reply = NULL;

    set_machine(f, false);
    assert_node(f, SERVICE, "/ServiceEnabled", "false");
    assert_node(f, FIRMWARE "/BIOS", "/Updateable", "false");
    reply = rf_hub_send(f->hub, ADMIN, "POST", UPDATE,
                        "{\"ImageURI\":\"http://192.0.2.1/x\"}");
    g_assert_cmpuint(reply->status, ==, 400);
    g_assert_nonnull(strstr(reply->text, "Base.1.22.ActionNotSupported"));
    g_assert_nonnull(strstr(reply->text, "attach mode"));
}

static void test_refused(UpdateHub *f, const void *data)
{
    static const struct {
        const char *who;
        const char *body;
        const char *expected;
    } cases[] = {
        { HUB_VIEWER, "{\"ImageURI\":\"http://a/x\"}",
          "403 InsufficientPrivilege" },
        { ADMIN, "{}", "400 ActionParameterMissing" },
        { ADMIN, "{\"ImageURI\":\"\"}",
          "400 ActionParameterValueFormatError" },
        { ADMIN, "{\"ImageURI\":\"tftp://a/x\"}",
          "400 SourceDoesNotSupportProtocol" },
        { ADMIN, "{\"ImageURI\":\"file:///etc/hostname\"}",
          "400 SourceDoesNotSupportProtocol" },
        { ADMIN, "{\"ImageURI\":\"http://u:p@a/x\"}",
          "400 ActionParameterValueError" },
        { ADMIN, "{\"ImageURI\":\"http://a/x\",\"TransferProtocol\":\"NFS\"}",
          "400 ActionParameterValueNotInList" },
        { ADMIN, "{\"ImageURI\":\"http://a/x\",\"Stage\":true}",
          "400 ActionParameterUnknown" },
        { ADMIN, "{\"ImageURI\":\"http://a/x\","
                 "\"@Redfish.OperationApplyTime\":\"Immediate\"}",
          "400 ActionParameterValueNotInList" },
        { ADMIN, "{\"ImageURI\":\"http://a/x\",\"Targets\":[\"" FIRMWARE
                 "/BMC\"]}", "400 ActionParameterValueNotInList" },
        { ADMIN, "{\"ImageURI\":\"http://a/x\",\"Targets\":[\"" FIRMWARE
                 "/UEFIVariables\"]}", "400 ActionNotSupported" },
        { ADMIN, "{\"ImageURI\":\"http://a/x\",\"Targets\":[1]}",
          "400 ActionParameterValueTypeError" },
        { ADMIN, "{\"ImageURI\":\"http://a/x\",\"ExcludeTargets\":["
                 "\"/redfish/v1/Systems/1\"]}",
          "400 ActionParameterValueError" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_sent(f, cases[i].who, "POST", UPDATE, cases[i].body,
                    cases[i].expected);
    }
    g_assert_null(bmc_task_nth(f->hub->fix.bmc, 0));
}

static void test_in_band_account(UpdateHub *f, const void *data)
{
    BmcUser *oper = (BmcUser *)bmc_users_get(f->hub->fix.bmc, FIXTURE_OPER);

    oper->in_band = true;
    assert_sent(f, HUB_OPERATOR, "POST", UPDATE,
                "{\"ImageURI\":\"http://a/x\"}",
                "403 InsufficientPrivilege");
}

static void test_staged(UpdateHub *f, const void *data)
{
    Machine *machine = mock_machine_base(f->hub->fix.mock);
    const BmcTask *task = update(f, "/rom?token=secret");
    g_autofree char *path = g_build_filename(f->folder,
                                             "code-1-bios-256k.bin", NULL);
    g_autofree char *uri = g_strdup_printf("/redfish/v1/TaskService/Tasks/%u",
                                           task->id);
    g_autoptr(RfReply) reply = rf_hub_get(f->hub, uri);

    g_assert_cmpint(task->state, ==, BMC_TASK_COMPLETED);
    g_assert_nonnull(strstr(reply->text, "Update.1.3.TargetDetermined"));
    g_assert_nonnull(strstr(reply->text, "Update.1.3.AwaitToActivate"));
    g_assert_null(strstr(reply->text, "secret"));
    g_assert_cmpstr(machine->firmware_wanted, ==, path);
    assert_node(f, FIRMWARE "/BIOS", "/Version", "\"1.0\"");
    assert_node(f, FIRMWARE "/BIOS-Staged", "/Version", "\"2.0\"");
    assert_node(f, FIRMWARE "/BIOS-Staged", "/Staged", "true");
    /* The next process has it. */
    g_free(machine->info.firmware_file);
    machine->info.firmware_file = g_strdup(path);
    machine->info.pid = getpid();
    mock_machine_event(f->hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    fixture_settle(&f->hub->fix);
    assert_sent(f, ADMIN, "GET", FIRMWARE "/BIOS-Staged", NULL,
                "404 ResourceMissingAtURI");
    /* And from then on the old one is the change. */
    assert_sent(f, HUB_VIEWER, "DELETE", FIRMWARE "/BIOS", NULL,
                "403 InsufficientPrivilege");
    assert_sent(f, ADMIN, "DELETE", FIRMWARE "/BIOS", NULL, "204");
    g_assert_null(machine->firmware_wanted);
    fixture_settle(&f->hub->fix);
    assert_node(f, FIRMWARE "/BIOS-Staged", "/Version", "\"1.0\"");
    assert_sent(f, ADMIN, "DELETE", FIRMWARE "/BIOS-Staged", NULL, "204");
    g_assert_cmpstr(machine->firmware_wanted, ==, path);
}

static void test_dropped(UpdateHub *f, const void *data)
{
    Machine *machine = mock_machine_base(f->hub->fix.mock);

    update(f, "/rom");
    g_assert_nonnull(machine->firmware_wanted);
    assert_sent(f, ADMIN, "DELETE", FIRMWARE "/BIOS-Staged", NULL, "204");
    g_assert_null(machine->firmware_wanted);
    assert_sent(f, ADMIN, "DELETE", FIRMWARE "/BIOS", NULL,
                "405 ResourceCannotBeDeleted");
    assert_sent(f, ADMIN, "DELETE", FIRMWARE "/BMC", NULL,
                "405 OperationNotAllowed");
}

static void test_failed(UpdateHub *f, const void *data)
{
    static const struct {
        const char *path;
        const char *message;
    } cases[] = {
        { "/short", "\"Update.1.3.VerificationFailed\"" },
        { "/none", "\"Update.1.3.TransferFailed\"" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        const BmcTask *task = update(f, cases[i].path);
        g_autofree char *monitor = g_strdup_printf(
            "/redfish/v1/TaskService/TaskMonitors/%u", task->id);
        g_autoptr(RfReply) reply = NULL;

        g_assert_cmpint(task->state, ==, BMC_TASK_EXCEPTION);
        reply = rf_hub_send(f->hub, HUB_OPERATOR, "GET", monitor, NULL);
        g_assert_cmpuint(reply->status, ==, 400);
        g_assert_nonnull(strstr(reply->text, cases[i].message));
        g_assert_cmpuint(count_files(f), ==, 0);
    }
    g_assert_null(mock_machine_base(f->hub->fix.mock)->firmware_wanted);
}

static void test_restart(UpdateHub *f, const void *data)
{
    Machine *machine = mock_machine_base(f->hub->fix.mock);

    update(f, "/rom");
    rf_events_free(f->hub->events);
    rf_service_free(f->hub->client.service);
    machine_set_firmware(machine, NULL);
    fixture_restart(&f->hub->fix);
    g_assert_nonnull(machine->firmware_wanted);
    g_assert_cmpuint(count_files(f), ==, 1);
    /* It was for that file on the command line, and for no other. */
    g_free(machine->firmware_given);
    machine->firmware_given = g_strdup("/other");
    machine_set_firmware(machine, NULL);
    fixture_restart(&f->hub->fix);
    g_assert_null(machine->firmware_wanted);
    f->hub->client.bmc = f->hub->fix.bmc;
    f->hub->client.service = rf_service_new(f->hub->fix.bmc, rf_families);
    f->hub->events = rf_events_new(f->hub->client.service);
}

static bool is_held(void *opaque)
{
    return ((UpdateHub *)opaque)->held;
}

static void hold(UpdateHub *f)
{
    g_autofree char *body = g_strdup_printf("{\"ImageURI\":\"%s/held\"}",
                                            f->base);

    assert_sent(f, HUB_OPERATOR, "POST", UPDATE, body, "202");
    g_assert_true(test_wait_until(is_held, f, 30000));
}

static void test_cancelled(UpdateHub *f, const void *data)
{
    hold(f);
    assert_sent(f, ADMIN, "POST", UPDATE, "{\"ImageURI\":\"http://a/x\"}",
                "409 ResourceInUse");
    assert_sent(f, HUB_OPERATOR, "DELETE",
                "/redfish/v1/TaskService/TaskMonitors/1", NULL, "204");
    g_assert_true(test_wait_until(has_ended, f, 30000));
    g_assert_cmpint(bmc_task_nth(f->hub->fix.bmc, 0)->state, ==,
                    BMC_TASK_CANCELLED);
    g_assert_cmpuint(count_files(f), ==, 0);
}

/* A reset waits for it, but not for ever. */
static void test_waited_for(UpdateHub *f, const void *data)
{
    g_autoptr(RfReply) reply = NULL;

    hold(f);
    fixture_log_count(&f->hub->fix, "");
    rf_hub_send(f->hub, ADMIN, "GET", SYSTEM, NULL);
    bmc_power_request_async(f->hub->fix.bmc, BMC_POWER_FORCE_RESTART,
                            &(BmcOrigin) { .channel = BMC_CHANNEL_LOCAL },
                            NULL, NULL, NULL);
    fixture_settle(&f->hub->fix);
    g_assert_cmpuint(fixture_log_count(&f->hub->fix, "reset"), ==, 0);
    fixture_advance(&f->hub->fix, 61000);
    g_assert_cmpuint(fixture_log_count(&f->hub->fix, "reset"), ==, 1);
}

/* The hub goes while an image comes. */
static void test_gone(UpdateHub *f, const void *data)
{
    hold(f);
}

static void test_verify(UpdateHub *f, const void *data)
{
    assert_node(f, SERVICE, "/VerifyRemoteServerCertificate", "false");
    assert_sent(f, HUB_VIEWER, "PATCH", SERVICE,
                "{\"VerifyRemoteServerCertificate\":true}",
                "403 InsufficientPrivilege");
    assert_sent(f, ADMIN, "PATCH", SERVICE,
                "{\"VerifyRemoteServerCertificate\":true}", "200");
    assert_node(f, SERVICE, "/VerifyRemoteServerCertificate", "true");
}

/* Pushed forms */

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
    g_autoptr(GBytes) rom = make_rom("3.0");
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
        g_assert_true(test_wait_until(has_ended, f, 30000));
        g_assert_cmpint(bmc_task_nth(f->hub->fix.bmc, 0)->state, ==,
                        BMC_TASK_COMPLETED);
        bmc_task_delete_ended(f->hub->fix.bmc);
        assert_node(f, FIRMWARE "/BIOS-Staged", "/Version", "\"3.0\"");
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
        g_assert_cmpuint(count_files(f), ==, 0);
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

        set_machine(f, cases[i].launched);
        reply = push_begin(f, &source, cases[i].who, cases[i].type,
                           cases[i].size);
        rf_reply_wait(reply);
        g_assert_cmpuint(reply->status, ==, cases[i].status);
        g_assert_cmpuint(source.wanted, ==, 0);
        rf_reply_free(reply);
    }
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
    g_assert_cmpuint(count_files(f), ==, 0);
    update(f, "/rom");
}

#define ADD(name, test) \
    g_test_add("/redfish/update/" name, UpdateHub, NULL, setup, test, \
               teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("shown", test_shown);
    ADD("attached", test_attached);
    ADD("refused", test_refused);
    ADD("in-band-account", test_in_band_account);
    ADD("staged", test_staged);
    ADD("dropped", test_dropped);
    ADD("failed", test_failed);
    ADD("restart", test_restart);
    ADD("cancelled", test_cancelled);
    ADD("waited-for", test_waited_for);
    ADD("gone", test_gone);
    ADD("verify", test_verify);
    ADD("pushed", test_pushed);
    ADD("push-refused", test_push_refused);
    ADD("push-not-begun", test_push_not_begun);
    ADD("push-aborted", test_push_aborted);
    return g_test_run();
}
