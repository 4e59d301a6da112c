/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Secure Boot, from the flash images that Debian ships. */
#include "osdep.h"

#include "bmc/secure-boot.h"
#include "rf-hub.h"
#include "util/json.h"

#define IMAGES "/usr/share/OVMF/"
#define CODE IMAGES "OVMF_CODE_4M.secboot.fd"
#define VARS IMAGES "OVMF_VARS_4M.ms.fd"
#define SYSTEM "/redfish/v1/Systems/1"
#define SECURE_BOOT SYSTEM "/SecureBoot"
#define DBS SECURE_BOOT "/SecureBootDatabases"

static bool have_images(void)
{
    if (g_file_test(CODE, G_FILE_TEST_EXISTS) &&
        g_file_test(VARS, G_FILE_TEST_EXISTS)) {
        return true;
    }
    g_test_skip("package ovmf is not installed");
    return false;
}

static void refreshed(GObject *source, GAsyncResult *res, void *opaque)
{
    bool *done = opaque;

    g_assert_true(g_task_propagate_boolean(G_TASK(res), NULL));
    *done = true;
}

/* Files are read in a thread: this ends when they have been. */
static void wait_read(RfHub *hub)
{
    bool done = false;

    bmc_secure_boot_refresh_async(hub->fix.bmc, refreshed, &done);
    while (!done) {
        g_main_context_iteration(NULL, true);
    }
    fixture_settle(&hub->fix);
}

static RfHub *start(const char *code, const char *vars, bool ours)
{
    RfHub *hub = rf_hub_new(MACHINE_STATE_PRELAUNCH);
    Machine *machine = mock_machine_base(hub->fix.mock);

    machine->can_start_process = ours;
    machine->owns_process = ours;
    machine->info.pid = ours ? 0 : getpid();
    machine->info.flash[MACHINE_FLASH_CODE] = g_strdup(code);
    machine->flash_given[MACHINE_FLASH_CODE] = g_strdup(code);
    machine->info.flash[MACHINE_FLASH_VARS] = g_strdup(vars);
    machine->flash_given[MACHINE_FLASH_VARS] = g_strdup(vars);
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    wait_read(hub);
    return hub;
}

static void check_status(RfHub *hub, const char *path, unsigned status)
{
    g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "GET", path, NULL);

    g_assert_cmpuint(reply->status, ==, status);
}

static char *text_at(RfHub *hub, const char *path, const char *pointer)
{
    g_autoptr(RfReply) reply = rf_hub_get(hub, path);
    JsonNode *node = rf_reply_node(reply, pointer);

    return node ? json_to_string(node, false) : NULL;
}

#define assert_text(hub, path, pointer, value)                      \
    do {                                                            \
        g_autofree char *found_ = text_at(hub, path, pointer);      \
        g_assert_cmpstr(found_, ==, value);                         \
    } while (0)

/* Where the first member of a collection is. */
static char *first_of(RfHub *hub, const char *path)
{
    g_autoptr(RfReply) reply = rf_hub_get(hub, path);
    JsonArray *members = json_object_get_array_member(reply->json,
                                                      "Members");
    JsonObject *first = json_array_get_object_element(members, 0);

    return g_strdup(json_object_get_string_member(first, "@odata.id"));
}

static void test_shown(void)
{
    g_autoptr(RfHub) hub = NULL;
    g_autofree char *pem = NULL;
    g_autofree char *entry = NULL;

    if (!have_images()) {
        return;
    }
    hub = start(CODE, VARS, true);
    check_status(hub, SECURE_BOOT, 200);
    assert_text(hub, SYSTEM, "/SecureBoot/@odata.id",
                "\"" SECURE_BOOT "\"");
    assert_text(hub, SECURE_BOOT, "/SecureBootEnable", "true");
    assert_text(hub, SECURE_BOOT, "/SecureBootMode", "\"UserMode\"");
    assert_text(hub, SECURE_BOOT, "/SecureBootCurrentBoot", NULL);
    assert_text(hub, DBS, "/Members@odata.count", "4");
    assert_text(hub, DBS "/PK/Certificates", "/Members@odata.count", "1");
    assert_text(hub, DBS "/PK/Signatures", "/Members@odata.count", "0");
    entry = first_of(hub, DBS "/dbx/Signatures");
    assert_text(hub, entry, "/SignatureType", "\"EFI_CERT_SHA256_GUID\"");
    g_free(entry);
    entry = first_of(hub, DBS "/PK/Certificates");
    pem = text_at(hub, entry, "/CertificateString");
    g_assert_true(g_str_has_prefix(pem, "\"-----BEGIN CERTIFICATE-----\\n"));
    check_status(hub, DBS "/PK/Certificates/2", 404);
    check_status(hub, DBS "/dbt", 404);
    check_status(hub, SYSTEM "/SecureBoot/x", 404);
}

static void test_current(void)
{
    g_autoptr(RfHub) hub = NULL;

    if (!have_images()) {
        return;
    }
    hub = start(CODE, VARS, true);
    mock_machine_set_state(hub->fix.mock, MACHINE_STATE_RUNNING);
    wait_read(hub);
    assert_text(hub, SECURE_BOOT, "/SecureBootCurrentBoot", "\"Enabled\"");
    /* As a force off goes: the reset is told before it is off. */
    mock_machine_set_state(hub->fix.mock, MACHINE_STATE_PAUSED);
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_RESET, NULL);
    mock_machine_set_state(hub->fix.mock, MACHINE_STATE_PRELAUNCH);
    wait_read(hub);
    assert_text(hub, SECURE_BOOT, "/SecureBootCurrentBoot", NULL);
}

/* Whether the stream has told of it since the last time. */
static bool is_told(RfHub *hub, RfReply *stream)
{
    bool told;

    fixture_settle(&hub->fix);
    stream->stream->drained(stream->opaque);
    told = strstr(stream->streamed->str, "{\"@odata.id\":\"" SECURE_BOOT
                  "\"}") != NULL;
    g_string_truncate(stream->streamed, 0);
    return told;
}

/* What becomes of it is an event, that it is known at all is none. */
static void test_current_told(void)
{
    RfRequest request = {
        .method = "GET", .path = "/redfish/v1/EventService/SSE",
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN },
        .peer = "192.0.2.1",
    };
    g_autoptr(RfHub) hub = NULL;
    g_autoptr(RfReply) stream = NULL;

    if (!have_images()) {
        return;
    }
    hub = start(CODE, VARS, true);
    stream = rf_client_call(&hub->client, &request);
    g_assert_nonnull(stream->stream);
    mock_machine_set_state(hub->fix.mock, MACHINE_STATE_RUNNING);
    wait_read(hub);
    g_assert_false(is_told(hub, stream));
    mock_machine_set_state(hub->fix.mock, MACHINE_STATE_PRELAUNCH);
    wait_read(hub);
    g_assert_true(is_told(hub, stream));
    mock_machine_set_state(hub->fix.mock, MACHINE_STATE_RUNNING);
    wait_read(hub);
    g_assert_true(is_told(hub, stream));
    wait_read(hub);
    g_assert_false(is_told(hub, stream));
}

/* A build that nothing says has it, and a file that QEMU does not have open */
static void test_absent(void)
{
    static const struct {
        const char *code;
        const char *vars;
        bool ours;
    } cases[] = {
        { IMAGES "OVMF_CODE_4M.fd", VARS, true },
        { CODE, CODE, true },
        { CODE, "/nonexistent", true },
        { CODE, "/dev/zero", true },
        { CODE, VARS, false },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RfHub) hub = start(cases[i].code, cases[i].vars,
                                     cases[i].ours);

        check_status(hub, SECURE_BOOT, 404);
        assert_text(hub, SYSTEM, "/SecureBoot", NULL);
    }
}

/* With a copy of the variables, which is changed. */
static RfHub *start_own(const char *vars, bool ours)
{
    RfHub *hub = rf_hub_new(MACHINE_STATE_RUNNING);
    Machine *machine = mock_machine_base(hub->fix.mock);
    g_autofree char *path = test_dir_file(hub->fix.dir, "VARS.fd");
    g_autofree char *data = NULL;
    gsize len;

    g_assert_true(g_file_get_contents(vars, &data, &len, NULL));
    g_assert_true(g_file_set_contents(path, data, len, NULL));
    machine->can_start_process = ours;
    machine->owns_process = ours;
    machine->info.flash[MACHINE_FLASH_CODE] = g_strdup(CODE);
    machine->flash_given[MACHINE_FLASH_CODE] = g_strdup(CODE);
    machine->info.flash[MACHINE_FLASH_VARS] = g_strdup(path);
    machine->flash_given[MACHINE_FLASH_VARS] = g_strdup(path);
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    wait_read(hub);
    return hub;
}

static RfReply *send(RfHub *hub, const char *who, const char *method,
                     const char *path, unsigned status, const char *body)
{
    RfReply *reply = rf_hub_send(hub, who, method, path, body);

    if (reply->status != status) {
        g_test_message("%s %s: %u", method, path, reply->status);
    }
    g_assert_cmpuint(reply->status, ==, status);
    return reply;
}

static void restart(RfHub *hub)
{
    g_autoptr(RfReply) reply = send(hub, ADMIN, "POST", SYSTEM
                                    "/Actions/ComputerSystem.Reset", 204,
                                    "{\"ResetType\": \"ForceRestart\"}");

    wait_read(hub);
}

/* The message of an answer that is no error. */
static const char *note(const RfReply *reply, const char *pointer)
{
    JsonNode *node = rf_reply_node(reply, pointer);
    JsonArray *list = node ? json_node_get_array(node) : NULL;

    return list ? json_object_get_string_member(
        json_array_get_object_element(list, 0), "MessageId") : NULL;
}

static void test_enable(void)
{
    g_autoptr(RfHub) hub = NULL;
    g_autoptr(RfReply) one = NULL;
    g_autoptr(RfReply) two = NULL;
    g_autoptr(RfReply) three = NULL;

    if (!have_images()) {
        return;
    }
    hub = start_own(VARS, true);
    one = send(hub, HUB_OPERATOR, "PATCH", SECURE_BOOT, 200,
               "{\"SecureBootEnable\": false}");
    g_assert_nonnull(strstr(note(one, "/@Message.ExtendedInfo"),
                            ".ResetRequired"));
    assert_text(hub, SECURE_BOOT, "/SecureBootEnable", "false");
    assert_text(hub, SECURE_BOOT, "/SecureBootMode", "\"UserMode\"");
    two = send(hub, HUB_VIEWER, "PATCH", SECURE_BOOT, 403,
               "{\"SecureBootEnable\": true}");
    three = send(hub, ADMIN, "PATCH", SECURE_BOOT, 400,
                 "{\"SecureBootEnable\": 1}");
    restart(hub);
    assert_text(hub, SECURE_BOOT, "/SecureBootEnable", "false");
    assert_text(hub, SECURE_BOOT, "/SecureBootCurrentBoot",
                "\"Disabled\"");
}

static void test_keys(void)
{
    g_autoptr(RfHub) hub = NULL;
    g_autoptr(RfReply) one = NULL;
    g_autoptr(RfReply) two = NULL;
    g_autoptr(RfReply) three = NULL;
    g_autoptr(RfReply) four = NULL;

    if (!have_images()) {
        return;
    }
    hub = start_own(VARS, true);
    one = send(hub, ADMIN, "POST", SECURE_BOOT
               "/Actions/SecureBoot.ResetKeys", 200,
               "{\"ResetKeysType\": \"DeleteAllKeys\"}");
    g_assert_nonnull(strstr(note(one, "/error/@Message.ExtendedInfo"),
                            ".ResetRequired"));
    assert_text(hub, DBS "/db/Certificates", "/Members@odata.count", "0");
    assert_text(hub, SECURE_BOOT, "/SecureBootMode", "\"UserMode\"");
    assert_text(hub, SECURE_BOOT, "/SecureBootEnable", "false");
    restart(hub);
    assert_text(hub, SECURE_BOOT, "/SecureBootMode", "\"SetupMode\"");
    two = send(hub, ADMIN, "POST", SECURE_BOOT
               "/Actions/SecureBoot.ResetKeys", 200,
               "{\"ResetKeysType\": \"ResetAllKeysToDefault\"}");
    restart(hub);
    assert_text(hub, SECURE_BOOT, "/SecureBootMode", "\"UserMode\"");
    assert_text(hub, SECURE_BOOT, "/SecureBootEnable", "true");
    assert_text(hub, DBS "/db/Certificates", "/Members@odata.count", "2");
    three = send(hub, ADMIN, "POST", DBS
                 "/db/Actions/SecureBootDatabase.ResetKeys", 200,
                 "{\"ResetKeysType\": \"DeleteAllKeys\"}");
    four = send(hub, ADMIN, "POST", SECURE_BOOT
                "/Actions/SecureBoot.ResetKeys", 200,
                "{\"ResetKeysType\": \"DeletePK\"}");
    restart(hub);
    assert_text(hub, DBS "/db/Certificates", "/Members@odata.count", "0");
    assert_text(hub, DBS "/KEK/Certificates", "/Members@odata.count", "2");
    assert_text(hub, SECURE_BOOT, "/SecureBootMode", "\"SetupMode\"");
}

/* A certificate that Debian has: the platform key of the snake oil. */
static char *certificate_body(RfHub *hub)
{
    g_autoptr(JsonObject) body = json_object_new();
    g_autofree char *pem = NULL;
    g_autofree char *end = NULL;
    char *at;

    g_assert_true(g_file_get_contents("/usr/share/ovmf/PkKek-1-snakeoil.pem",
                                      &pem, NULL, NULL));
    at = strstr(pem, "-----BEGIN CERTIFICATE-----");
    g_assert_nonnull(at);
    json_object_set_string_member(body, "CertificateString", at);
    json_object_set_string_member(body, "CertificateType", "PEM");
    return json_print(body);
}

static void test_certificates(void)
{
    static const char bad[] = "{\"CertificateString\": \"none\", "
                              "\"CertificateType\": \"PEM\"}";
    g_autoptr(RfHub) hub = NULL;
    g_autoptr(RfReply) made = NULL;
    g_autoptr(RfReply) again = NULL;
    g_autoptr(RfReply) wrong = NULL;
    g_autoptr(RfReply) full = NULL;
    g_autoptr(RfReply) gone = NULL;
    g_autoptr(RfReply) viewer = NULL;
    g_autofree char *body = NULL;
    g_autofree char *uri = NULL;

    if (!have_images()) {
        return;
    }
    hub = start_own(VARS, true);
    body = certificate_body(hub);
    viewer = send(hub, HUB_VIEWER, "POST", DBS "/db/Certificates", 403, body);
    made = send(hub, HUB_OPERATOR, "POST", DBS "/db/Certificates", 201, body);
    uri = g_strdup(rf_reply_text(made, "/@odata.id"));
    g_assert_true(g_str_has_prefix(uri, DBS "/db/Certificates/"));
    again = send(hub, ADMIN, "POST", DBS "/db/Certificates", 400, body);
    wrong = send(hub, ADMIN, "POST", DBS "/db/Certificates", 400, bad);
    full = send(hub, ADMIN, "POST", DBS "/PK/Certificates", 503, body);
    assert_text(hub, DBS "/db/Certificates", "/Members@odata.count", "3");
    restart(hub);
    check_status(hub, uri, 200);
    gone = send(hub, ADMIN, "DELETE", uri, 200, NULL);
    check_status(hub, uri, 404);
    assert_text(hub, DBS "/db/Certificates", "/Members@odata.count", "2");
    restart(hub);
    check_status(hub, uri, 404);
}

static void test_signatures(void)
{
    static const char *const wrong[] = {
        "{\"SignatureString\": \"00\", \"SignatureType\": "
        "\"EFI_CERT_SHA256_GUID\", \"SignatureTypeRegistry\": \"UEFI\"}",
        "{\"SignatureString\": \"00\", \"SignatureType\": "
        "\"EFI_CERT_X509_GUID\", \"SignatureTypeRegistry\": \"UEFI\"}",
        "{\"SignatureString\": \"000102030405060708090a0b0c0d0e0f1011121314"
        "15161718191a1b1c1d1e1g\", \"SignatureType\": "
        "\"EFI_CERT_SHA256_GUID\", \"SignatureTypeRegistry\": \"UEFI\"}",
        "{\"SignatureString\": \"000102030405060708090a0b0c0d0e0f1011121314"
        "15161718191a1b1c1d1e1f\", \"SignatureType\": "
        "\"EFI_CERT_SHA256_GUID\", \"SignatureTypeRegistry\": \"UEFI\", "
        "\"UefiSignatureOwner\": \"me\"}",
    };
    static const char good[] =
        "{\"SignatureString\": \"000102030405060708090a0b0c0d0e0f1011121314"
        "15161718191a1b1c1d1e1f\", \"SignatureType\": "
        "\"EFI_CERT_SHA256_GUID\", \"SignatureTypeRegistry\": \"UEFI\", "
        "\"UefiSignatureOwner\": \"77fa9abd-0359-4d32-bd60-28f4e78f784b\"}";
    g_autoptr(RfHub) hub = NULL;
    g_autoptr(RfReply) made = NULL;
    g_autoptr(RfReply) kek = NULL;

    if (!have_images()) {
        return;
    }
    hub = start_own(VARS, true);
    for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(RfReply) reply = send(hub, ADMIN, "POST",
                                        DBS "/dbx/Signatures", 400, wrong[i]);
    }
    kek = send(hub, ADMIN, "POST", DBS "/KEK/Signatures", 400, good);
    made = send(hub, ADMIN, "POST", DBS "/dbx/Signatures", 201, good);
    g_assert_cmpstr(rf_reply_text(made, "/SignatureString"), ==,
                    "000102030405060708090A0B0C0D0E0F"
                    "101112131415161718191A1B1C1D1E1F");
    g_assert_cmpstr(rf_reply_text(made, "/UefiSignatureOwner"), ==,
                    "77fa9abd-0359-4d32-bd60-28f4e78f784b");
}

/* QEMU is somebody else's. */
static void test_attached(void)
{
    g_autoptr(RfHub) hub = NULL;
    g_autoptr(RfReply) patch = NULL;
    g_autoptr(RfReply) post = NULL;
    g_autofree char *body = NULL;

    if (!have_images()) {
        return;
    }
    hub = start_own(VARS, false);
    patch = send(hub, ADMIN, "PATCH", SECURE_BOOT, 400,
                 "{\"SecureBootEnable\": false}");
    g_assert_nonnull(strstr(patch->text, "only when it starts"));
    body = certificate_body(hub);
    post = send(hub, ADMIN, "POST", DBS "/db/Certificates", 400, body);
    g_assert_nonnull(strstr(post->text, "only when it starts"));
}

/* An image that was put in the place of one that is described */
static void test_updated(void)
{
    g_autoptr(RfHub) hub = NULL;
    Machine *machine;

    if (!have_images()) {
        return;
    }
    hub = start("/nonexistent/code-1", VARS, true);
    check_status(hub, SECURE_BOOT, 404);
    machine = mock_machine_base(hub->fix.mock);
    machine->firmware_given = g_strdup(CODE);
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    wait_read(hub);
    check_status(hub, SECURE_BOOT, 200);
}

static RfReply *open_stream(RfHub *hub)
{
    RfRequest request = {
        .method = "GET", .path = "/redfish/v1/EventService/SSE",
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN },
        .peer = "192.0.2.1",
    };
    RfReply *reply = rf_client_call(&hub->client, &request);

    g_assert_nonnull(reply->stream);
    return reply;
}

/* A change that waits, one that was given up, and the log of both. */
static void test_events(void)
{
    g_autoptr(RfHub) hub = NULL;
    g_autoptr(RfReply) stream = NULL;
    g_autoptr(RfReply) patch = NULL;
    g_autoptr(RfReply) log = NULL;
    g_autofree char *path = NULL;

    if (!have_images()) {
        return;
    }
    hub = start_own(VARS, true);
    stream = open_stream(hub);
    patch = send(hub, ADMIN, "PATCH", SECURE_BOOT, 200,
                 "{\"SecureBootEnable\": false}");
    fixture_settle(&hub->fix);
    g_assert_nonnull(strstr(stream->streamed->str, ".ResourceChanged"));
    g_assert_nonnull(strstr(stream->streamed->str, SECURE_BOOT "\""));
    g_string_truncate(stream->streamed, 0);
    path = test_dir_file(hub->fix.dir, "VARS.fd");
    g_assert_true(g_file_set_contents(path, "nothing", -1, NULL));
    restart(hub);
    g_assert_nonnull(strstr(stream->streamed->str,
                            ".ResourceErrorsDetected"));
    log = rf_hub_get(hub, "/redfish/v1/Managers/1"
                     "/LogServices/Log/Entries");
    g_assert_nonnull(strstr(log->text, "ResourceChanged"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rf-secure-boot/shown", test_shown);
    g_test_add_func("/rf-secure-boot/current", test_current);
    g_test_add_func("/rf-secure-boot/current-told", test_current_told);
    g_test_add_func("/rf-secure-boot/absent", test_absent);
    g_test_add_func("/rf-secure-boot/enable", test_enable);
    g_test_add_func("/rf-secure-boot/keys", test_keys);
    g_test_add_func("/rf-secure-boot/certificates", test_certificates);
    g_test_add_func("/rf-secure-boot/signatures", test_signatures);
    g_test_add_func("/rf-secure-boot/attached", test_attached);
    g_test_add_func("/rf-secure-boot/updated", test_updated);
    g_test_add_func("/rf-secure-boot/events", test_events);
    return g_test_run();
}
