/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UpdateService: firmware that is shown, fetched, checked and staged. */
#include "osdep.h"

#include "bmc/restart.h"
#include "bmc/users.h"
#include "update-hub.h"

static void test_shown(UpdateHub *f, const void *data)
{
    update_hub_check(f, SERVICE, "/ServiceEnabled", "true");
    update_hub_check(f, FIRMWARE, "/Members@odata.count", "2");
    update_hub_check(f, FIRMWARE "/BIOS", "/Name", "\"SeaBIOS\"");
    update_hub_check(f, FIRMWARE "/BIOS", "/Version", "\"1.0\"");
    update_hub_check(f, FIRMWARE "/BIOS", "/SizeBytes", G_STRINGIFY(65536));
    update_hub_check(f, FIRMWARE "/BIOS", "/Updateable", "true");
    update_hub_check(f, SYSTEM, "/BiosVersion", "\"1.0\"");
    assert_sent(f, ADMIN, "GET", FIRMWARE "/BIOS-Staged", NULL,
                "404 ResourceMissingAtURI");
    assert_sent(f, ADMIN, "GET", FIRMWARE "/UEFIVariables", NULL,
                "404 ResourceMissingAtURI");
}

static void test_attached(UpdateHub *f, const void *data)
{
    g_autoptr(RfReply) reply = NULL;

    update_hub_set_machine(f, false);
    update_hub_check(f, SERVICE, "/ServiceEnabled", "false");
    update_hub_check(f, FIRMWARE "/BIOS", "/Updateable", "false");
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

    update_hub_update(f, "/rom");
    oper->in_band = true;
    assert_sent(f, HUB_OPERATOR, "POST", UPDATE,
                "{\"ImageURI\":\"http://a/x\"}",
                "403 InsufficientPrivilege");
    /* Nor back to an older one */
    assert_sent(f, HUB_OPERATOR, "DELETE", FIRMWARE "/BIOS-Staged", NULL,
                "403 InsufficientPrivilege");
    assert_sent(f, HUB_OPERATOR, "DELETE", FIRMWARE "/BIOS", NULL,
                "403 InsufficientPrivilege");
    g_assert_nonnull(mock_machine_base(f->hub->fix.mock)->firmware_wanted);
}

static void test_staged(UpdateHub *f, const void *data)
{
    Machine *machine = mock_machine_base(f->hub->fix.mock);
    const BmcTask *task = update_hub_update(f, "/rom?token=secret");
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
    update_hub_check(f, FIRMWARE "/BIOS", "/Version", "\"1.0\"");
    update_hub_check(f, FIRMWARE "/BIOS-Staged", "/Version", "\"2.0\"");
    update_hub_check(f, FIRMWARE "/BIOS-Staged", "/Staged", "true");
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
    update_hub_check(f, FIRMWARE "/BIOS-Staged", "/Version", "\"1.0\"");
    assert_sent(f, ADMIN, "DELETE", FIRMWARE "/BIOS-Staged", NULL, "204");
    g_assert_cmpstr(machine->firmware_wanted, ==, path);
}

static bool is_being_staged(void *opaque)
{
    const UpdateHub *f = opaque;
    const BmcTask *task = bmc_task_nth(f->hub->fix.bmc, 0);

    return bmc_update_outcome(f->hub->fix.bmc, task->id)->step ==
           BMC_UPDATE_STAGE;
}

/* The firmware of the command line is chosen while another one is staged. */
static void test_restored_meanwhile(UpdateHub *f, const void *data)
{
    static const BmcOrigin local = { .channel = BMC_CHANNEL_LOCAL };
    Machine *machine = mock_machine_base(f->hub->fix.mock);
    g_autofree char *body = g_strdup_printf("{\"ImageURI\":\"%s/rom\"}",
                                            f->base);
    Bmc *bmc = f->hub->fix.bmc;

    machine->info.pid = getpid();
    assert_sent(f, HUB_OPERATOR, "POST", UPDATE, body, "202");
    g_assert_true(test_wait_until(is_being_staged, f, 30000));
    g_assert_true(bmc_update_restore(bmc, &local, NULL));
    g_assert_true(test_wait_until(update_hub_has_ended, f, 30000));
    g_assert_cmpint(bmc_task_nth(bmc, 0)->state, ==, BMC_TASK_EXCEPTION);
    g_assert_null(machine->firmware_wanted);
    fixture_settle(&f->hub->fix);
    g_assert_cmpuint(update_hub_count_files(f), ==, 0);
}

static void test_dropped(UpdateHub *f, const void *data)
{
    Machine *machine = mock_machine_base(f->hub->fix.mock);

    update_hub_update(f, "/rom");
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
        const BmcTask *task = update_hub_update(f, cases[i].path);
        g_autofree char *monitor = g_strdup_printf(
            "/redfish/v1/TaskService/TaskMonitors/%u", task->id);
        g_autoptr(RfReply) reply = NULL;

        g_assert_cmpint(task->state, ==, BMC_TASK_EXCEPTION);
        reply = rf_hub_send(f->hub, HUB_OPERATOR, "GET", monitor, NULL);
        g_assert_cmpuint(reply->status, ==, 400);
        g_assert_nonnull(strstr(reply->text, cases[i].message));
        g_assert_cmpuint(update_hub_count_files(f), ==, 0);
    }
    g_assert_null(mock_machine_base(f->hub->fix.mock)->firmware_wanted);
}

static void test_restart(UpdateHub *f, const void *data)
{
    Machine *machine = mock_machine_base(f->hub->fix.mock);

    update_hub_update(f, "/rom");
    rf_events_free(f->hub->events);
    rf_service_free(f->hub->client.service);
    machine_set_firmware(machine, NULL);
    fixture_restart(&f->hub->fix);
    g_assert_nonnull(machine->firmware_wanted);
    g_assert_cmpuint(update_hub_count_files(f), ==, 1);
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

/* A host without a scheme, and something like one behind it */
static void test_protocol(UpdateHub *f, const void *data)
{
    g_autofree char *body = g_strdup_printf(
        "{\"ImageURI\":\"%s/rom?from=http://x\"}",
        f->base + strlen("http://"));

    assert_sent(f, HUB_OPERATOR, "POST", UPDATE, body, "202");
    g_assert_true(test_wait_until(update_hub_has_ended, f, 30000));
    g_assert_cmpint(bmc_task_nth(f->hub->fix.bmc, 0)->state, ==,
                    BMC_TASK_COMPLETED);
}

/* Only one of the two can be updated, and the image is for the other. */
static void test_problem(UpdateHub *f, const void *data)
{
    Machine *machine = mock_machine_base(f->hub->fix.mock);
    const BmcTask *task;

    g_clear_pointer(&machine->firmware_given, g_free);
    machine->firmware_problem = g_strdup("-machine firmware= may give it");
    machine->can_start_process = true;
    machine->owns_process = true;
    machine->flash_given[MACHINE_FLASH_VARS] = g_strdup("/vars");
    task = update_hub_update(f, "/rom");
    g_assert_cmpint(task->state, ==, BMC_TASK_EXCEPTION);
    g_assert_nonnull(strstr(task->error->message, "-machine firmware="));
}

static void test_defaults(UpdateHub *f, const void *data)
{
    static const BmcOrigin guest = { .channel = BMC_CHANNEL_IN_BAND };
    static const BmcOrigin local = { .channel = BMC_CHANNEL_LOCAL };
    Machine *machine = mock_machine_base(f->hub->fix.mock);
    Bmc *bmc = f->hub->fix.bmc;

    update_hub_update(f, "/rom");
    bmc_update_set_verify(bmc, true, &local);
    bmc_reset_to_defaults(bmc, BMC_DEFAULTS_KEEP_NETWORK_AND_USERS, &guest);
    g_assert_nonnull(machine->firmware_wanted);
    bmc_reset_to_defaults(bmc, BMC_DEFAULTS_KEEP_NETWORK_AND_USERS, &local);
    g_assert_null(machine->firmware_wanted);
    g_assert_false(bmc_update_verify(bmc));
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
    g_assert_true(test_wait_until(update_hub_has_ended, f, 30000));
    g_assert_cmpint(bmc_task_nth(f->hub->fix.bmc, 0)->state, ==,
                    BMC_TASK_CANCELLED);
    g_assert_cmpuint(update_hub_count_files(f), ==, 0);
}

/* A reset waits for it, but not for ever. */
static void test_waited_for(UpdateHub *f, const void *data)
{
    g_autoptr(RfReply) reply = NULL;

    hold(f);
    fixture_log_count(&f->hub->fix, "");
    reply = rf_hub_send(f->hub, ADMIN, "GET", SYSTEM, NULL);
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
    update_hub_check(f, SERVICE, "/VerifyRemoteServerCertificate", "false");
    assert_sent(f, HUB_VIEWER, "PATCH", SERVICE,
                "{\"VerifyRemoteServerCertificate\":true}",
                "403 InsufficientPrivilege");
    assert_sent(f, ADMIN, "PATCH", SERVICE,
                "{\"VerifyRemoteServerCertificate\":true}", "200");
    update_hub_check(f, SERVICE, "/VerifyRemoteServerCertificate", "true");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("shown", test_shown);
    ADD("attached", test_attached);
    ADD("refused", test_refused);
    ADD("in-band-account", test_in_band_account);
    ADD("staged", test_staged);
    ADD("restored-meanwhile", test_restored_meanwhile);
    ADD("dropped", test_dropped);
    ADD("failed", test_failed);
    ADD("restart", test_restart);
    ADD("protocol", test_protocol);
    ADD("problem", test_problem);
    ADD("defaults", test_defaults);
    ADD("cancelled", test_cancelled);
    ADD("waited-for", test_waited_for);
    ADD("gone", test_gone);
    ADD("verify", test_verify);
    return g_test_run();
}
