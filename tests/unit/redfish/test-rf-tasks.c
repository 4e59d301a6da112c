/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TaskService, tasks and their monitors. */
#include "osdep.h"

#include "bmc/tasks.h"
#include "rf-hub.h"
#include "util/error.h"

#define SERVICE "/redfish/v1/TaskService"
#define TASK SERVICE "/Tasks/1"
#define MONITOR SERVICE "/TaskMonitors/1"

static void count_cancel(void *opaque)
{
    unsigned *count = opaque;

    ++*count;
}

static unsigned begin(RfHub *hub, const char *user, unsigned *cancelled)
{
    BmcOrigin origin = {
        .channel = BMC_CHANNEL_REDFISH, .user = user,
    };
    BmcTaskConfig config = {
        .name = "Some work",
        .origin = &origin,
        .method = "POST",
        .target = "/redfish/v1/Some",
        .body = "{\"A\":1}",
        .cancel = cancelled ? count_cancel : NULL,
        .opaque = cancelled,
    };
    g_autoptr(GError) err = NULL;
    unsigned id = bmc_task_new(hub->fix.bmc, &config, &err);

    g_assert_no_error(err);
    return id;
}

static void expect(RfHub *hub, const char *who, const char *method,
                   const char *path, unsigned status)
{
    g_autoptr(RfReply) reply = rf_hub_send(hub, who, method, path, NULL);

    g_test_message("%s %s", method, path);
    g_assert_cmpuint(reply->status, ==, status);
}

static void fail(RfHub *hub, unsigned id)
{
    g_autoptr(GError) err = g_error_new(BMC_ERROR, BMC_ERROR_TIMEOUT,
                                        "it took too long");

    bmc_task_finish(hub->fix.bmc, id, NULL, err);
}

static void test_running(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) collection = NULL, task = NULL, monitor = NULL;

    g_assert_cmpuint(begin(hub, "admin", NULL), ==, 1);
    bmc_task_progress(hub->fix.bmc, 1, 30);
    collection = rf_hub_get(hub, SERVICE "/Tasks");
    g_assert_nonnull(strstr(collection->text, TASK));
    task = rf_hub_get(hub, TASK);
    g_assert_cmpstr(rf_reply_text(task, "/TaskState"), ==, "Running");
    g_assert_cmpstr(rf_reply_text(task, "/TaskStatus"), ==, "OK");
    g_assert_cmpint(json_object_get_int_member(task->json,
                                               "PercentComplete"), ==, 30);
    g_assert_cmpstr(rf_reply_text(task, "/TaskMonitor"), ==, MONITOR);
    g_assert_cmpstr(rf_reply_text(task, "/Payload/HttpOperation"), ==,
                    "POST");
    g_assert_cmpstr(rf_reply_text(task, "/Payload/JsonBody"), ==,
                    "{\"A\":1}");
    g_assert_nonnull(strstr(task->text, "TaskEvent.1.0.TaskStarted"));
    g_assert_null(rf_reply_node(task, "/EndTime"));
    g_assert_null(rf_reply_node(task, "/Links"));

    monitor = rf_hub_send(hub, HUB_VIEWER, "GET", MONITOR, NULL);
    g_assert_cmpuint(monitor->status, ==, 202);
    g_assert_cmpstr(rf_reply_header(monitor, "Location"), ==, MONITOR);
    g_assert_cmpstr(rf_reply_header(monitor, "Retry-After"), ==, "1");
    g_assert_cmpstr(rf_reply_text(monitor, "/@odata.id"), ==, TASK);
    expect(hub, NULL, "GET", MONITOR, 401);
}

static void test_completed(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) task = NULL;

    begin(hub, "admin", NULL);
    bmc_task_finish(hub->fix.bmc, 1, NULL, NULL);
    /* HEAD is not the answer yet, and the answer comes once. */
    expect(hub, ADMIN, "HEAD", MONITOR, 204);
    expect(hub, ADMIN, "GET", MONITOR, 204);
    expect(hub, ADMIN, "GET", MONITOR, 404);
    task = rf_hub_get(hub, TASK);
    g_assert_cmpstr(rf_reply_text(task, "/TaskState"), ==, "Completed");
    g_assert_nonnull(rf_reply_text(task, "/EndTime"));
    g_assert_null(rf_reply_node(task, "/TaskMonitor"));
    /* Too late, and for nobody. */
    fail(hub, 1);
    bmc_task_progress(hub->fix.bmc, 1, 10);
    fail(hub, 7);
    g_clear_pointer(&task, rf_reply_free);
    task = rf_hub_get(hub, TASK);
    g_assert_cmpint(json_object_get_int_member(task->json,
                                               "PercentComplete"), ==, 100);
}

static void test_result(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) task = NULL, monitor = NULL;

    begin(hub, "admin", NULL);
    bmc_task_finish(hub->fix.bmc, 1, SYSTEM, NULL);
    task = rf_hub_get(hub, TASK);
    g_assert_nonnull(rf_reply_node(task, "/Links/CreatedResources"));
    monitor = rf_hub_send(hub, ADMIN, "GET", MONITOR, NULL);
    g_assert_cmpuint(monitor->status, ==, 201);
    g_assert_cmpstr(rf_reply_header(monitor, "Location"), ==, SYSTEM);
}

static void test_exception(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) task = NULL, monitor = NULL;
    g_autofree char *messages = NULL;

    begin(hub, "admin", NULL);
    fail(hub, 1);
    task = rf_hub_get(hub, TASK);
    g_assert_cmpstr(rf_reply_text(task, "/TaskState"), ==, "Exception");
    g_assert_cmpstr(rf_reply_text(task, "/TaskStatus"), ==, "Critical");
    g_assert_nonnull(strstr(task->text, "TaskEvent.1.0.TaskAborted"));
    g_assert_nonnull(strstr(task->text, "OperationTimeout"));
    g_assert_nonnull(strstr(task->text, "It took too long."));
    monitor = rf_hub_send(hub, ADMIN, "GET", MONITOR, NULL);
    messages = rf_reply_messages(monitor);
    g_assert_cmpstr(messages, ==, "OperationTimeout");
    expect(hub, ADMIN, "GET", MONITOR, 404);
}

static void test_cancel(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) reply = NULL;
    unsigned count = 0;

    begin(hub, "oper", &count);
    expect(hub, HUB_VIEWER, "DELETE", MONITOR, 403);
    expect(hub, HUB_OPERATOR, "DELETE", TASK, 403);
    expect(hub, HUB_OPERATOR, "DELETE", MONITOR, 204);
    expect(hub, HUB_OPERATOR, "DELETE", MONITOR, 204);
    g_assert_cmpuint(count, ==, 1);
    reply = rf_hub_get(hub, TASK);
    g_assert_cmpstr(rf_reply_text(reply, "/TaskState"), ==, "Cancelling");
    fail(hub, 1);
    g_clear_pointer(&reply, rf_reply_free);
    reply = rf_hub_get(hub, TASK);
    g_assert_cmpstr(rf_reply_text(reply, "/TaskState"), ==, "Cancelled");
    g_assert_nonnull(strstr(reply->text, "TaskEvent.1.0.TaskCancelled"));
    expect(hub, ADMIN, "GET", MONITOR, 404);
}

static void test_delete(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) reply = NULL;
    unsigned count = 0;

    begin(hub, "admin", &count);
    expect(hub, ADMIN, "DELETE", TASK, 204);
    g_assert_cmpuint(count, ==, 1);
    expect(hub, ADMIN, "GET", TASK, 404);
    expect(hub, ADMIN, "GET", MONITOR, 404);
    fail(hub, 1);
    /* One that cannot be stopped. */
    begin(hub, "admin", NULL);
    expect(hub, ADMIN, "DELETE", SERVICE "/Tasks/2", 405);
    expect(hub, ADMIN, "DELETE", SERVICE "/TaskMonitors/2", 405);
    expect(hub, ADMIN, "GET", SERVICE "/Tasks/02", 404);
    expect(hub, ADMIN, "GET", SERVICE "/Tasks/4294967298", 404);
    bmc_task_finish(hub->fix.bmc, 2, NULL, NULL);
    expect(hub, ADMIN, "DELETE", SERVICE "/Tasks/2", 204);
}

static void test_retention(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) reply = NULL;

    reply = rf_hub_send(hub, ADMIN, "PATCH", SERVICE,
                        "{\"TaskAutoDeleteTimeoutMinutes\":2}");
    g_assert_cmpuint(reply->status, ==, 200);
    begin(hub, "admin", NULL);
    begin(hub, "admin", NULL);
    begin(hub, "admin", NULL);
    fixture_advance(&hub->fix, 60000);
    bmc_task_finish(hub->fix.bmc, 2, NULL, NULL);
    fixture_advance(&hub->fix, 60000);
    bmc_task_finish(hub->fix.bmc, 1, NULL, NULL);
    fixture_advance(&hub->fix, 59999);
    expect(hub, ADMIN, "GET", SERVICE "/Tasks/2", 200);
    fixture_advance(&hub->fix, 1);
    expect(hub, ADMIN, "GET", SERVICE "/Tasks/2", 404);
    expect(hub, ADMIN, "GET", SERVICE "/Tasks/1", 200);
    expect(hub, ADMIN, "POST",
           SERVICE "/Actions/TaskService.DeleteAllCompletedTasks", 204);
    expect(hub, ADMIN, "GET", SERVICE "/Tasks/1", 404);
    expect(hub, ADMIN, "GET", SERVICE "/Tasks/3", 200);
    fixture_restart(&hub->fix);
    g_assert_cmpuint(bmc_task_retention(hub->fix.bmc), ==, 2);
}

/* The table is bounded; what has ended makes room, what runs does not. */
static void test_full(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    BmcTaskConfig config = { .name = "One too many" };
    g_autoptr(GError) err = NULL;
    unsigned i;

    for (i = 0; i < BMC_TASKS_MAX; i++) {
        begin(hub, "admin", NULL);
    }
    g_assert_cmpuint(bmc_task_new(hub->fix.bmc, &config, &err), ==, 0);
    g_assert_error(err, BMC_ERROR, BMC_ERROR_LIMIT);
    bmc_task_finish(hub->fix.bmc, 5, NULL, NULL);
    g_assert_cmpuint(begin(hub, "admin", NULL), ==, BMC_TASKS_MAX + 1);
    g_assert_null(bmc_task_find(hub->fix.bmc, 5));
    g_assert_nonnull(bmc_task_find(hub->fix.bmc, 1));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/tasks/running", test_running);
    g_test_add_func("/redfish/tasks/completed", test_completed);
    g_test_add_func("/redfish/tasks/result", test_result);
    g_test_add_func("/redfish/tasks/exception", test_exception);
    g_test_add_func("/redfish/tasks/cancel", test_cancel);
    g_test_add_func("/redfish/tasks/delete", test_delete);
    g_test_add_func("/redfish/tasks/retention", test_retention);
    g_test_add_func("/redfish/tasks/full", test_full);
    return g_test_run();
}
