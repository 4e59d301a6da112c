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
    machine->info.pid = ours ? 0 : getpid();
    machine->info.flash[MACHINE_FLASH_CODE] = g_strdup(code);
    machine->info.flash[MACHINE_FLASH_VARS] = g_strdup(vars);
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

static void test_shown(void)
{
    g_autoptr(RfHub) hub = NULL;
    g_autofree char *pem = NULL;

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
    assert_text(hub, DBS "/dbx/Signatures/1", "/SignatureType",
                "\"EFI_CERT_SHA256_GUID\"");
    pem = text_at(hub, DBS "/PK/Certificates/1", "/CertificateString");
    g_assert_true(g_str_has_prefix(pem, "\"-----BEGIN CERTIFICATE-----\\n"));
    check_status(hub, DBS "/PK/Certificates/2", 404);
    check_status(hub, DBS "/PK/Certificates/01", 404);
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rf-secure-boot/shown", test_shown);
    g_test_add_func("/rf-secure-boot/current", test_current);
    g_test_add_func("/rf-secure-boot/absent", test_absent);
    return g_test_run();
}
